import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@lazurite/runtime';
import { findAzurite } from './find-azurite.ts';
import { startStorage } from './storage.ts';

let dataDir = '';

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-storage-'));
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** The status of an unauthenticated request: 4xx from Azurite, undefined when nothing listens. */
function statusOf(url: string): Promise<number | undefined> {
  return fetch(url).then(
    (response) => response.status,
    () => undefined,
  );
}

describe('startStorage()', () => {
  test('serves blobs, queues and tables on loopback and frees its ports when closed', async () => {
    const storage = await startStorage({ dataDir, log: silentLog });
    const endpoints = [storage.blobEndpoint, storage.queueEndpoint, storage.tableEndpoint];
    for (const endpoint of endpoints) {
      expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/devstoreaccount1$/);
      expect(storage.connectionString).toContain(`Endpoint=${endpoint};`);
      expect(await statusOf(endpoint)).toBeGreaterThanOrEqual(400);
    }
    await Promise.all([storage.close(), storage.close()]);
    for (const endpoint of endpoints) expect(await statusOf(endpoint)).toBeUndefined();
    expect(await readdir(join(dataDir, 'azurite'))).toContain('__azurite_db_queue__.json');
  });

  test('ends Azurite when the process that started it is killed', async () => {
    const program = `import('${join(import.meta.dirname, 'storage.ts')}').then(async ({ startStorage }) => {
      const log = { debug() {}, info() {}, warn() {}, error() {} };
      const storage = await startStorage({ dataDir: ${JSON.stringify(dataDir)}, log });
      process.stdout.write(storage.blobEndpoint + '\\n');
      setInterval(() => {}, 1000);
    });`;
    const parent = spawn(process.execPath, ['--conditions=lazurite-source', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [chunk] = await once(parent.stdout, 'data');
    const endpoint = String(chunk).trim();
    expect(await statusOf(endpoint)).toBeGreaterThanOrEqual(400);
    parent.kill('SIGKILL');
    while ((await statusOf(endpoint)) !== undefined) await new Promise((resolve) => setTimeout(resolve, 50));
  });
});

test('findAzurite() says what to do when Azurite is not installed', async () => {
  await expect(findAzurite([dataDir])).rejects.toThrow("Run 'npm install --save-dev azurite'");
});
