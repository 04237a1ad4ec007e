import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { type Log, silentLog, sleep, systemClock } from '@lazurite/runtime';
import { type Storage, startStorage } from '@lazurite/storage';
import { recordTrigger } from '../../testing/trigger-context.ts';
import { createBlobTrigger } from './blob/blob-trigger.ts';
import { createQueueTrigger } from './queue/queue-trigger.ts';
import type { TriggerFactory } from './trigger.ts';

let dataDir = '';
let storage: Storage;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-unavailable-'));
  storage = await startStorage({ dataDir, log: silentLog });
});

afterAll(async () => {
  await storage.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** An address where nobody listens until `up` is called: then storage does. */
async function reserveAddress(endpoint: string) {
  const reserving = createServer().listen(0, '127.0.0.1');
  await once(reserving, 'listening');
  const { port } = reserving.address() as AddressInfo; // it listens on TCP
  reserving.close();
  await once(reserving, 'close');
  const target = new URL(endpoint);
  let server: Server | undefined;
  return {
    endpoint: `http://127.0.0.1:${port}${target.pathname}`,
    up: async () => {
      server = createServer((socket) => {
        const upstream = connect(Number(target.port), target.hostname);
        socket.on('error', () => upstream.destroy()).pipe(upstream);
        upstream.on('error', () => socket.destroy()).pipe(socket);
      }).listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    close: () => server?.close(),
  };
}

interface Properties {
  readonly type: string;
  readonly queueName?: string;
  readonly path?: string;
}

async function runThroughOutage(createTrigger: TriggerFactory, properties: Properties) {
  const endpoint = properties.type === 'queueTrigger' ? storage.queueEndpoint : storage.blobEndpoint;
  const address = await reserveAddress(endpoint);
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (_, message) => void warnings.push(message) };
  const env = { AzureWebJobsStorage: storage.connectionString.replace(`=${endpoint};`, `=${address.endpoint};`) };
  const hostJson = { extensions: { queues: { maxPollingInterval: '00:00:00.2' } } };
  const binding = { name: 'x', ...properties };
  const { context, invocations } = recordTrigger({ binding, clock: systemClock, dataDir, env, hostJson });
  const listener = await createTrigger({ ...context, log });
  await listener.start();
  while (warnings.length === 0) await sleep(systemClock, 10);
  await sleep(systemClock, 500); // it is tried again meanwhile, and not reported again
  await address.up();
  while (invocations.length === 0 || warnings.length < 2) await sleep(systemClock, 10);
  await listener.stop();
  address.close();
  expect(invocations).toHaveLength(1);
  return warnings;
}

test('a queue trigger waits for storage that is down when it starts, and says when that began and ended', async () => {
  const queue = QueueServiceClient.fromConnectionString(storage.connectionString).getQueueClient('late');
  await queue.create();
  await queue.sendMessage(Buffer.from('x').toString('base64'));
  expect(await runThroughOutage(createQueueTrigger, { type: 'queueTrigger', queueName: 'late' })).toEqual([
    expect.stringMatching(/^Queue 'late' could not be read: .*ECONNREFUSED.* It is tried again$/),
    "Over: Queue 'late' could not be read",
  ]);
});

test('a blob trigger waits for storage that is down when it starts, and says when that began and ended', async () => {
  const container = BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient('late');
  await container.create();
  await container.uploadBlockBlob('a', 'x', 1);
  expect(await runThroughOutage(createBlobTrigger, { type: 'blobTrigger', path: 'late/{name}' })).toEqual([
    expect.stringMatching(/^Container 'late' could not be scanned: .*ECONNREFUSED.* It is tried again$/),
    "Over: Container 'late' could not be scanned",
  ]);
});
