import { CosmosClient } from '@azure/cosmos';
import { VirtualClock } from '@lazurite/runtime';
import { type CosmosServer, startCosmos } from './start-cosmos.ts';

const clock = new VirtualClock();
let cosmos: CosmosServer;
let client: CosmosClient;

beforeAll(async () => {
  cosmos = await startCosmos({ clock, sweeps: false });
  client = new CosmosClient(cosmos.connectionString);
  const { database } = await client.databases.create({ id: 'db' });
  await database.containers.create({ id: 'c', partitionKey: '/pk', defaultTtl: -1 });
});

afterAll(() => cosmos.close());

const container = () => client.database('db').container('c');
const ids = async () => (await container().items.readAll().fetchAll()).resources.map(({ id }) => id).sort();

test('a client goes on with the state that restore() brings back, though it has seen a later one', async () => {
  await container().items.create({ id: 'kept', pk: 1, n: 0 });
  const checkpoint = memory().checkpoint();
  for (const round of [1, 2]) {
    await container().item('kept', 1).replace({ id: 'kept', pk: 1, n: round });
    await container().items.create({ id: 'gone', pk: 1 });
    await client.database('db').containers.create({ id: 'other', partitionKey: '/pk' });
    memory().restore(checkpoint);
    expect((await container().item('kept', 1).read()).resource).toMatchObject({ n: 0 });
    expect(await ids()).toEqual(['kept']);
    await expect(client.database('db').container('other').read()).rejects.toMatchObject({ code: 404 });
  }
  memory().release(checkpoint);
  expect(memory().restore(checkpoint)).toBe(false);
});

test('an account opened from an image holds the same, and tokens of the other are valid there', async () => {
  await container().items.create({ id: 'x', pk: 2 });
  const page = await container().items.query('SELECT * FROM c', { maxItemCount: 1 }).fetchNext();
  const copy = await startCosmos({ clock, image: JSON.parse(JSON.stringify(memory().image())) });
  const other = new CosmosClient(copy.connectionString).database('db').container('c');
  const options = { continuationToken: page.continuationToken, maxItemCount: 1 };
  const next = await other.items.query('SELECT * FROM c', options).fetchNext();
  expect([...page.resources, ...next.resources].map(({ id }) => id).sort()).toEqual(await ids());
  await copy.close();
});

test('sweep() removes what has expired by the clock', async () => {
  await container().items.create({ id: 'short', pk: 1, ttl: 60 });
  const held = () =>
    memory()
      .image()
      .items.map(({ id }) => id);
  await clock.advance(61_000);
  expect([await ids(), held().includes('short')]).toEqual([expect.not.arrayContaining(['short']), true]);
  await memory().sweep();
  expect(held()).not.toContain('short');
});

test('an image is not loaded into a data directory', async () => {
  const image = memory().image();
  await expect(startCosmos({ dataDir: '/nowhere', image })).rejects.toThrow('memory only');
});

function memory() {
  if (!cosmos.memory) throw new Error('The account is not in memory');
  return cosmos.memory;
}
