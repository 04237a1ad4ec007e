import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueClient } from '@azure/storage-queue';
import { VirtualClock } from '@lazurite/runtime';
import { connectionStringFor, type ServiceOrigins } from './connection-string.ts';
import { type MemoryStorage, openMemoryStorage, type StorageImage } from './memory-storage.ts';
import type { StorageChange } from './storage-change.ts';

const clock = new VirtualClock();
const changes: StorageChange[] = [];
const servers: Server[] = [];
let storage: MemoryStorage;
let connectionString: string;

beforeAll(async () => {
  storage = await open();
  connectionString = connectionStringFor(await serve(storage));
});

afterAll(async () => {
  for (const server of servers) server.close().closeAllConnections();
  await storage.close();
});

const queue = () => new QueueClient(connectionString, 'orders');

test('blobs and messages come back as they were, as often as they are taken back', async () => {
  const blobs = BlobServiceClient.fromConnectionString(connectionString).getContainerClient('files');
  await blobs.createIfNotExists();
  await blobs.getBlockBlobClient('a').upload('first', 5, { metadata: { of: 'me' } });
  await queue().createIfNotExists();
  await queue().sendMessage('kept');
  const before = storage.image();
  const { etag, contentMD5 } = await blobs.getBlobClient('a').getProperties();
  for (let round = 0; round < 2; round++) {
    await blobs.getBlockBlobClient('a').upload('second', 6);
    await blobs.getBlockBlobClient('b').upload('x', 1);
    const { receivedMessageItems } = await queue().receiveMessages();
    for (const { messageId, popReceipt } of receivedMessageItems) await queue().deleteMessage(messageId, popReceipt);
    storage.restore(before);
    expect((await blobs.getBlobClient('a').downloadToBuffer()).toString()).toBe('first');
    expect(await blobs.getBlobClient('a').getProperties()).toMatchObject({ etag, contentMD5, metadata: { of: 'me' } });
    expect(await blobs.getBlobClient('b').exists()).toBe(false);
    expect((await queue().peekMessages()).peekedMessageItems).toMatchObject([{ messageText: 'kept', dequeueCount: 0 }]);
  }
});

test('image() is the same object until something is written', async () => {
  const image = storage.image();
  expect(storage.image()).toBe(image);
  await queue().sendMessage('more');
  expect(storage.image()).not.toBe(image);
});

test('another storage opened from an image holds the same, and goes its own way', async () => {
  await queue().createIfNotExists();
  await queue().clearMessages();
  await queue().sendMessage('one');
  const other = await open(storage.image());
  const there = new QueueClient(connectionStringFor(await serve(other)), 'orders');
  await there.clearMessages();
  expect((await queue().peekMessages()).peekedMessageItems).toMatchObject([{ messageText: 'one' }]);
  await other.close();
});

test('a change is reported with the write, and with the time at which a hidden message becomes visible', async () => {
  await queue().createIfNotExists();
  await queue().clearMessages();
  changes.length = 0;
  clock.set(Date.now() + 10_000);
  await queue().sendMessage('now');
  expect(changes).toEqual([{ service: 'queue', queue: 'orders' }]);
  await queue().sendMessage('later', { visibilityTimeout: 90 });
  expect(clock.nextDue).toBeGreaterThan(clock.now() + 70_000);
  await clock.advance(100_000);
  expect(changes).toHaveLength(2);
  expect(clock.nextDue).toBeUndefined();
});

function open(image?: StorageImage): Promise<MemoryStorage> {
  const onChange = (change: StorageChange) => changes.push(change);
  return openMemoryStorage({ appRoot: import.meta.dirname, clock, onChange, ...(image && { image }) });
}

/** Azurite reads the machine's time here: the clock starts with it. */
async function serve(served: MemoryStorage): Promise<ServiceOrigins> {
  const listen = async (service: keyof ServiceOrigins) => {
    const server = createServer((message, response) => served.handle(service, message, response));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // of a server that listens on a port
  };
  return { blob: await listen('blob'), queue: await listen('queue'), table: await listen('table') };
}
