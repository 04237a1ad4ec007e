import { type Container, CosmosClient } from '@azure/cosmos';
import { type CosmosServer, startCosmos } from '@lazurite/cosmos';
import { sleep, systemClock, systemRandomness } from '@lazurite/runtime';
import { type RecordedTrigger, recordTrigger } from '../../../testing/trigger-context.ts';
import { ContainerChanges } from '../polling.ts';
import { cosmosTriggerFactory } from './cosmos-trigger.ts';
import { createLeaseStore } from './sdk-lease-store.ts';

let cosmos: CosmosServer;
let leases: Container;
const changes = new ContainerChanges();

beforeAll(async () => {
  cosmos = await startCosmos();
  cosmos.onChange((change) => changes.notify(change));
  const client = new CosmosClient({ endpoint: cosmos.endpoint, key: cosmos.key });
  const { database } = await client.databases.createIfNotExists({ id: 'shop' });
  await database.containers.createIfNotExists({ id: 'orders', partitionKey: '/id' });
  leases = (await database.containers.createIfNotExists({ id: 'leases', partitionKey: '/id' })).container;
});

afterAll(() => cosmos.close());

function trigger(properties: object) {
  const binding = {
    name: 'documents',
    type: 'cosmosDBTrigger',
    connection: 'Db',
    databaseName: 'shop',
    containerName: 'orders',
    ...properties,
  };
  const env = { Db: cosmos.connectionString };
  const recorded = recordTrigger({ binding, clock: systemClock, dataDir: '', env, changes });
  return { ...recorded, context: { ...recorded.context, random: systemRandomness } }; // two instances must have two names
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(systemClock, 5);
}

/** Resolves when two instances own the leases of a container. */
async function untilShared(containerName: string): Promise<void> {
  const query = `SELECT * FROM c WHERE CONTAINS(c.id, '${containerName}')`;
  for (;;) {
    const { resources } = await leases.items.query<{ id: string; Owner: string }>(query).fetchAll();
    if (new Set(resources.map(({ Owner }) => Owner)).size === 2) return;
  }
}

/** What was handed over, in order. */
function delivered({ invocations }: RecordedTrigger): string[] {
  return invocations.flatMap(({ input }) => JSON.parse(input.json ?? '').map(({ id }: { id: string }) => id));
}

test('triggers that start at once create their lease container together', async () => {
  const leaseContainerName = 'new-leases';
  const contexts = Array.from({ length: 4 }, (_, index) =>
    trigger({ leaseContainerName, createLeaseContainerIfNotExists: true, leaseContainerPrefix: `${index}` }),
  );
  const listeners = await Promise.all(contexts.map(({ context }) => cosmosTriggerFactory()(context)));
  await Promise.all(listeners.map((listener) => listener.start()));
  await Promise.all(listeners.map((listener) => listener.stop()));
});

describe('createLeaseStore()', () => {
  const range = { minInclusive: '', maxExclusive: 'FF' };

  test('adds a lease once, and lists only those of its own prefix', async () => {
    const store = createLeaseStore(leases, 'one.');
    await store.add(range);
    await store.add(range);
    await createLeaseStore(leases, 'two.').add(range);
    const listed = await store.list();
    expect(listed).toMatchObject([{ range, owner: undefined, continuation: undefined, renewedAt: 0 }]);
  });

  test('lets only the first of two instances change a lease', async () => {
    const store = createLeaseStore(leases, 'race.');
    await store.add(range);
    const [lease] = await store.list();
    if (!lease) throw new Error('The lease was not added');
    const mine = await store.update(lease, { owner: 'a', continuation: 'c1', renewedAt: 1_000 });
    expect(await store.update(lease, { owner: 'b' })).toBeUndefined();
    expect(await store.list()).toEqual([mine]);
  });
});

describe('cosmosDBTrigger', () => {
  test.each([
    [{ databaseName: undefined }, "'databaseName' is required"],
    [{ containerName: undefined }, "'containerName' is required"],
    [{ startFromTime: 'soon' }, "'startFromTime' must be a time"],
    [{ startFromTime: '2026-01-01T00:00:00Z', startFromBeginning: true }, 'cannot both be set'],
    [{ maxItemsPerInvocation: 0 }, "'maxItemsPerInvocation' must be a whole number from 1"],
    [{ connection: 'Nope' }, "connection 'Nope' is not set"],
    [{ leaseContainerName: 'missing' }, "The lease container 'shop/missing' does not exist"],
  ])('rejects %j', async (properties, message) => {
    await expect(cosmosTriggerFactory()(trigger(properties).context)).rejects.toThrow(message);
  });

  test('creates its lease container when asked to', async () => {
    const properties = { leaseContainerName: 'made', createLeaseContainerIfNotExists: true };
    await cosmosTriggerFactory()(trigger(properties).context);
    const { resource } = await leases.database.container('made').read();
    expect(resource).toMatchObject({ partitionKey: { paths: ['/id'] }, defaultTtl: -1 });
  });

  async function container(throughput?: number): Promise<Container> {
    const id = `c${++containers}`;
    const created = await leases.database.containers.create({
      id,
      partitionKey: '/pk',
      ...(throughput && { throughput }),
    });
    return created.container;
  }
  let containers = 0;
  const POLLS_NEVER = { feedPollDelay: 600_000 };

  test('delivers each change on its notification, without a poll', async () => {
    const orders = await container();
    const before = await orders.items.create({ id: 'before', pk: 'p' });
    expect(before.statusCode).toBe(201);
    const recorded = trigger({ containerName: orders.id, ...POLLS_NEVER });
    const listener = await cosmosTriggerFactory()(recorded.context);
    await listener.start();
    await sleep(systemClock, 200); // until the first read has settled what "from now on" is
    for (const id of ['1', '2', '3']) {
      await orders.items.create({ id, pk: 'p', text: 'x' });
      await until(() => delivered(recorded).includes(id));
    }
    await listener.stop();
    expect(delivered(recorded)).toEqual(['1', '2', '3']);
    const [first] = recorded.invocations;
    expect(first?.reason).toMatch(new RegExp(`^New changes on container ${orders.id} at `));
    expect(JSON.parse(first?.input.json ?? '')).toEqual([
      expect.objectContaining({
        id: '1',
        text: 'x',
        _rid: expect.any(String),
        _etag: expect.any(String),
        _ts: expect.any(Number),
      }),
    ]);
  });

  test('starts from the beginning or from a time, and goes on after a restart without repeating', async () => {
    const orders = await container();
    await orders.items.create({ id: 'old', pk: 'p' });
    await sleep(systemClock, 2_100); // times of changes are whole seconds
    const startFromTime = new Date(systemClock.now() - 500).toISOString();
    await orders.items.create({ id: 'new', pk: 'p' });
    const since = trigger({ containerName: orders.id, startFromTime, leaseContainerPrefix: 'since', ...POLLS_NEVER });
    const all = { containerName: orders.id, startFromBeginning: true, maxItemsPerInvocation: 1, ...POLLS_NEVER };
    const first = trigger(all);
    const listeners = await Promise.all([since, first].map(({ context }) => cosmosTriggerFactory()(context)));
    await Promise.all(listeners.map((listener) => listener.start()));
    await until(() => delivered(first).length === 2 && delivered(since).length > 0);
    await Promise.all(listeners.map((listener) => listener.stop()));
    expect([delivered(first), delivered(since)]).toEqual([['old', 'new'], ['new']]);
    expect(first.invocations).toHaveLength(2);
    await orders.items.create({ id: 'later', pk: 'p' });
    const second = trigger(all);
    const again = await cosmosTriggerFactory()(second.context);
    await again.start();
    await until(() => delivered(second).length > 0);
    await again.stop();
    expect(delivered(second)).toEqual(['later']);
  });

  test('shares the physical partitions between two hosts, and loses nothing when they change places', async () => {
    const orders = await container(20_000);
    const properties = { containerName: orders.id, leaseAcquireInterval: 20 };
    const [one, two] = [trigger(properties), trigger(properties)];
    const first = await cosmosTriggerFactory()(one.context);
    await first.start();
    const second = await cosmosTriggerFactory()(two.context);
    await second.start();
    await untilShared(orders.id);
    const ids = Array.from({ length: 40 }, (_, n) => `${n}`);
    await Promise.all(ids.map((id) => orders.items.create({ id, pk: id })));
    await until(() => delivered(one).length + delivered(two).length >= 40);
    expect(delivered(one).length).toBeGreaterThan(0);
    expect(delivered(two).length).toBeGreaterThan(0);
    await first.stop();
    await Promise.all(ids.map((id) => orders.items.create({ id: `late${id}`, pk: id })));
    const all = () => new Set([...delivered(one), ...delivered(two)]); // each at least once
    await until(() => all().size >= 80);
    await second.stop();
    expect(all().size).toBe(80);
  });
});

test.each([
  [{ containerName: 'nowhere' }, "The container 'shop/nowhere' does not exist. Create it in the account at http://"],
  [{ databaseName: 'none' }, 'does not exist. Create it'],
])('a trigger on a container that is missing (%j) names it in one line', async (properties, expected) => {
  const listening = cosmosTriggerFactory()(trigger(properties).context).then((listener) => listener.start());
  const { message } = (await listening.catch((error: Error) => error)) as Error;
  expect(message).toContain(expected);
  expect(message).not.toContain('\n');
});
