import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CosmosServer, startCosmos } from '@lazurite/cosmos';
import { type FunctionsHost, startFunctionsHost } from '@lazurite/functions';
import { type ReceivedNotification, type Receiver, startReceiver } from '../../bench/support/receiver.ts';
import { createSubscriber, type Subscriber } from '../../bench/support/subscribe.ts';
import type { OperationRepository } from '../../shared/domain/operation-repository.ts';
import { startTimer } from '../../shared/persistence/cosmos-client.ts';
import { createCosmosOperationRepository } from '../../shared/persistence/operations/cosmos-operation-repository.ts';
import { DATABASE } from '../support/cosmos-repositories.ts';
import { createAzurite, type KillableAzurite } from '../support/killable-azurite.ts';
import { newOperation } from '../support/operations.ts';
import { repositoryRoot } from '../support/stack.ts';

const MAX_WAIT_MS = 90_000;
const INSTANCES = 2;

let dataDir: string;
let cosmos: CosmosServer;
let azurite: KillableAzurite;
let hosts: FunctionsHost[];
let subscriber: Subscriber;
let operations: OperationRepository;
let receiver: Receiver;
let received: ReceivedNotification[];

/** Two instances of the app, on servers that are not theirs. */
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-recovery-'));
  cosmos = await startCosmos({ dataDir: join(dataDir, 'cosmos') });
  azurite = await createAzurite(join(dataDir, 'storage'));
  await azurite.start();
  received = [];
  receiver = await startReceiver((notification) => void received.push(notification));
  subscriber = createSubscriber(cosmos.endpoint);
  operations = createCosmosOperationRepository({
    client: subscriber.client,
    database: DATABASE,
    createIfMissing: true,
    startTimer,
    changes: { now: Date.now, newId: randomUUID },
  });
  hosts = await Promise.all(Array.from({ length: INSTANCES }, (_, index) => startInstance(index)));
}, 60_000);

afterAll(async () => {
  subscriber?.close();
  await Promise.all((hosts ?? []).map((host) => host.close()));
  await receiver?.close();
  await cosmos?.close();
  await azurite?.kill();
  await rm(dataDir, { recursive: true, force: true });
}, 60_000);

function startInstance(index: number): Promise<FunctionsHost> {
  return startFunctionsHost({
    scriptRoot: repositoryRoot,
    port: 0,
    dataDir: join(dataDir, `instance-${index}`),
    functions: ['OperationChanged', 'DeliverNotification', 'RetryNotifications'],
    env: { ...process.env, COSMOS_CONNECTION: cosmos.connectionString, AzureWebJobsStorage: azurite.connectionString },
  });
}

/** Subscribes to a chat; resolves to a function that waits for its notifications, in their order. */
async function watch(chatId: string): Promise<(count: number) => Promise<string[]>> {
  await subscriber.subscribe({ kind: 'chat', chatId }, receiver.url);
  return async (count) => {
    const notified = () => [
      ...new Map(received.filter((it) => it.operationId.startsWith(chatId)).map((it) => [it.id, it])).values(),
    ];
    const end = Date.now() + MAX_WAIT_MS;
    while (notified().length < count && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 100));
    return notified().map(({ operationId, changeType }) => `${operationId} ${changeType}`);
  };
}

function create(chatId: string, name: string) {
  return operations.create(chatId, newOperation({ id: `${chatId}-${name}` }));
}

test('Two instances notify of every change once, and in order', async () => {
  const notified = await watch('both');
  const ids = Array.from({ length: 20 }, (_, index) => `both-${index}`);
  await Promise.all(
    ids.map(async (id) => {
      await operations.create('both', newOperation({ id }));
      for (let attemptsCount = 1; attemptsCount <= 3; attemptsCount += 1) {
        const current = await operations.get('both', id);
        if (current) await operations.replace('both', { ...current.operation, attemptsCount }, { current });
      }
      await operations.delete('both', id, { etag: null });
    }),
  );
  const all = await notified(100);
  const life = ['created', 'updated', 'updated', 'updated', 'deleted'];
  for (const id of ids)
    expect(all.filter((it) => it.startsWith(`${id} `))).toEqual(life.map((type) => `${id} ${type}`));
  expect(received).toHaveLength(100);
}, 120_000);

test('Changes made while storage is unavailable are notified when it is back', async () => {
  const notified = await watch('storage');
  await create('storage', 'before');
  await notified(1);
  await azurite.kill();
  await create('storage', 'meanwhile');
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await azurite.start();
  await create('storage', 'after');
  expect(await notified(3)).toEqual(['storage-before created', 'storage-meanwhile created', 'storage-after created']);
}, 150_000);

test('Changes that waited while Cosmos DB was unavailable are notified when it is back', async () => {
  const notified = await watch('cosmos');
  await create('cosmos', 'before');
  await notified(1);
  const { port } = new URL(cosmos.endpoint);
  await create('cosmos', 'just before');
  await cosmos.close();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  cosmos = await startCosmos({ dataDir: join(dataDir, 'cosmos'), port: Number(port) });
  await create('cosmos', 'after');
  expect(await notified(3)).toEqual(['cosmos-before created', 'cosmos-just before created', 'cosmos-after created']);
}, 150_000);
