import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { type Log, silentLog } from '@lazurite/runtime';
import type { StorageChange } from './storage-change.ts';
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

  test('shows a browser a page at each port, and starts nothing for it', async () => {
    const storage = await openStorage({ dataDir, log: silentLog });
    const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const pages = storage.ports.map(async (port) => {
      const response = await fetch(`http://127.0.0.1:${port}/`, { headers });
      return { status: response.status, title: /<h1>(?<title>[^<]*)/.exec(await response.text())?.groups?.title };
    });
    expect(await Promise.all(pages)).toEqual(
      ['blobs', 'queues', 'tables'].map((things) => ({ status: 200, title: `Lazurite: storage of ${things}` })),
    );
    expect(storage.isUnused).toBe(true);
    expect(await readdir(dataDir)).toEqual([]);
    await storage.close();
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

  test('is unused until the first request, and no longer after a restart with its data', async () => {
    const storage = await openStorage({ dataDir, log: silentLog });
    let uses = 0;
    storage.onUse(() => uses++);
    expect([storage.isUnused, uses]).toEqual([true, 0]);
    for (const endpoint of endpoints(storage.connectionString)) await fetch(endpoint);
    expect([storage.isUnused, uses]).toEqual([false, 1]);
    await storage.close();
    const again = await openStorage({ dataDir, log: silentLog });
    expect(again.isUnused).toBe(false);
    await again.close();
  });

  test('tells of messages and blobs that were written, of a scheduled message when it is due', async () => {
    const storage = await openStorage({ dataDir, log: silentLog });
    const changes: StorageChange[] = [];
    storage.onChange((change) => changes.push(change));
    const queue = QueueServiceClient.fromConnectionString(storage.connectionString).getQueueClient('orders');
    await expect(queue.sendMessage('x')).rejects.toThrow('404');
    await queue.create();
    expect(changes).toEqual([]);
    const { messageId, popReceipt } = await queue.sendMessage('x');
    expect(changes.splice(0)).toEqual([{ service: 'queue', queue: 'orders' }]);
    await queue.updateMessage(messageId, popReceipt, 'x', 1);
    await queue.sendMessage('y', { visibilityTimeout: 1 });
    expect((await queue.receiveMessages({ numberOfMessages: 9 })).receivedMessageItems).toEqual([]);
    expect(changes).toEqual([]);
    while (changes.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await queue.receiveMessages({ numberOfMessages: 9 })).receivedMessageItems).not.toEqual([]);
    const changedBlobs = () => changes.flatMap((change) => (change.service === 'blob' ? change : []));
    const blobs = BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient('uploads');
    await blobs.create();
    const blob = blobs.getBlockBlobClient('a/ü b.txt');
    await blob.stageBlock('MQ==', 'one', 3);
    expect(changedBlobs()).toEqual([]);
    await blob.commitBlockList(['MQ==']);
    await (await blobs.getBlobClient('copy').beginCopyFromURL(blob.url)).pollUntilDone();
    await blobs.getAppendBlobClient('log').create();
    const names = ['a/ü b.txt', 'copy', 'log'];
    expect(changedBlobs()).toEqual(names.map((name) => ({ service: 'blob', container: 'uploads', blob: name })));
    await storage.close();
  });
});
