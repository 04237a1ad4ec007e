import { type Container, CosmosClient } from '@azure/cosmos';
import { type CosmosServer, startCosmos } from '@lazurite/cosmos';
import { systemClock } from '@lazurite/runtime';
import { recordTrigger } from '../../testing/trigger-context.ts';
import { cosmosTriggerFactory } from './cosmos-trigger.ts';
import { createLeaseStore } from './sdk-lease-store.ts';

let cosmos: CosmosServer;
let leases: Container;

beforeAll(async () => {
  cosmos = await startCosmos();
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
  return recordTrigger({ binding, clock: systemClock, dataDir: '', env }).context;
}

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
    [{ leaseContainerName: 'missing' }, "the lease container 'shop/missing' does not exist"],
  ])('refuses %j', async (properties, message) => {
    await expect(cosmosTriggerFactory()(trigger(properties))).rejects.toThrow(message);
  });

  test('creates its lease container when asked to', async () => {
    const properties = { leaseContainerName: 'made', createLeaseContainerIfNotExists: true };
    await cosmosTriggerFactory()(trigger(properties));
    const { resource } = await leases.database.container('made').read();
    expect(resource).toMatchObject({ partitionKey: { paths: ['/id'] }, defaultTtl: -1 });
  });
});
