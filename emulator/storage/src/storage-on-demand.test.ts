import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Log, silentLog } from '@lazurite/runtime';
import { openStorage } from './storage-on-demand.ts';

let dataDir = '';

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-demand-'));
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

function endpoints(connectionString: string): string[] {
  return [...connectionString.matchAll(/Endpoint=([^;]+)/g)].map(([, endpoint = '']) => endpoint);
}

describe('openStorage()', () => {
  test('starts nothing until the first connection, then serves blobs, queues and tables', async () => {
    const storage = await openStorage({ dataDir, log: silentLog });
    expect(await readdir(dataDir)).toEqual([]);
    const statuses = await Promise.all(
      endpoints(storage.connectionString).map(async (endpoint) => (await fetch(endpoint)).status),
    );
    expect(statuses).toHaveLength(3);
    for (const status of statuses) expect(status).toBeGreaterThanOrEqual(400);
    expect(await readdir(dataDir)).toEqual(['azurite']);
    await storage.close();
    for (const endpoint of endpoints(storage.connectionString)) await expect(fetch(endpoint)).rejects.toThrow();
  });

  test('leaves nothing behind when it is closed unused', async () => {
    const storage = await openStorage({ dataDir, log: silentLog });
    await storage.close();
    await storage.start();
    expect(await readdir(dataDir)).toEqual([]);
  });

  test('says once why Azurite cannot be started, and ends connections', async () => {
    const lines: string[] = [];
    const log: Log = { ...silentLog, error: (_, message) => void lines.push(message) };
    const file = join(dataDir, 'file');
    await writeFile(file, '');
    const storage = await openStorage({ dataDir: file, log }); // no folder can be made in a file
    const [blob = ''] = endpoints(storage.connectionString);
    await expect(fetch(blob)).rejects.toThrow();
    await expect(fetch(blob)).rejects.toThrow();
    expect(lines).toHaveLength(1);
    await storage.close();
  });
});
