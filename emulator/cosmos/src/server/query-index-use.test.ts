import type { Container, FeedOptions } from '@azure/cosmos';
import { CosmosClient } from '@azure/cosmos';
import { startCosmos } from '../index.ts';
import { makeDataDirectory } from '../testing/data-directory.ts';

const COUNT = 600;

describe('indexes of a container', () => {
  const directory = makeDataDirectory();
  let server: Awaited<ReturnType<typeof startCosmos>>;
  let container: Container;

  beforeAll(async () => {
    server = await startCosmos({ dataDir: directory.path });
    const client = new CosmosClient(server.connectionString);
    const { database } = await client.databases.create({ id: 'db' });
    const indexingPolicy = { includedPaths: [{ path: '/*' }], excludedPaths: [{ path: '/hidden/?' }] };
    const definition = { id: 'c', partitionKey: { paths: ['/id'] }, indexingPolicy };
    container = (await database.containers.create(definition)).container;
    const creates = Array.from({ length: COUNT }, (_, n) => container.items.create({ id: `${n}`, n, hidden: n }));
    await Promise.all(creates);
  });

  afterAll(async () => {
    await server.close();
    directory.remove();
  });

  async function ask(query: string, options: FeedOptions = {}, asked = container) {
    const all = { populateQueryMetrics: true, populateIndexMetrics: true, ...options };
    const { resources, queryMetrics, indexMetrics } = await asked.items.query(query, all).fetchNext();
    const [metrics] = Object.values(queryMetrics) as unknown as { retrievedDocumentCount: number }[]; // by range
    const used = JSON.parse(indexMetrics) as Record<string, { SingleIndexes: { IndexSpec: string }[] }>;
    return {
      resources,
      read: metrics?.retrievedDocumentCount,
      used: used.UtilizedIndexes?.SingleIndexes.map(({ IndexSpec }) => IndexSpec),
      potential: used.PotentialIndexes?.SingleIndexes.map(({ IndexSpec }) => IndexSpec),
    };
  }

  it('narrow a filter to the items that meet it', async () => {
    expect(await ask('SELECT VALUE c.n FROM c WHERE c.n = 77')).toEqual({
      resources: [77],
      read: 1,
      used: ['/n/?'],
      potential: [],
    });
  });

  it('give the first items of an order without reading the others', async () => {
    const top = await ask('SELECT TOP 3 VALUE c.n FROM c ORDER BY c.n DESC');
    expect(top).toMatchObject({ resources: [599, 598, 597], read: 3, used: ['/n/?'] });
  });

  it('give a page of one logical partition, in the order of several paths, without reading the rest of it or others', async () => {
    const { database } = container;
    const order = [
      { path: '/day', order: 'ascending' as const },
      { path: '/id', order: 'descending' as const },
    ];
    const indexingPolicy = { includedPaths: [{ path: '/*' }], compositeIndexes: [order] };
    const definition = { id: 'by-chat', partitionKey: { paths: ['/chat'] }, indexingPolicy };
    const chats = (await database.containers.create(definition)).container;
    const items = Array.from({ length: COUNT + 100 }, (_, n) => ({
      id: `${n}`,
      chat: n < 100 ? 'a' : 'b',
      kind: 'message',
      day: (n * 7) % 100,
    }));
    for (let start = 0; start < items.length; start += 100) {
      const batch = items
        .slice(start, start + 100)
        .map((resourceBody) => ({ operationType: 'Create', resourceBody }) as const);
      await chats.items.batch(batch, items[start]?.chat ?? '');
    }
    const query = 'SELECT TOP 4 VALUE c.id FROM c WHERE c.kind != "x" AND c.day >= 50 ORDER BY c.day, c.id DESC';
    const expected = items
      .filter(({ chat, day }) => chat === 'b' && day >= 50)
      .sort((left, right) => left.day - right.day || (left.id < right.id ? 1 : -1));
    const answer = await ask(query, { partitionKey: 'b' }, chats);
    expect(answer).toMatchObject({ resources: expected.slice(0, 4).map(({ id }) => id), used: ['/kind/?'] });
    // The six of day 50 and, to know that there is no seventh, one more.
    expect(answer.read).toBe(7);
  });

  it('count without reading any item', async () => {
    expect(await ask('SELECT VALUE COUNT(1) FROM c WHERE c.n >= 100')).toMatchObject({ resources: [500], read: 0 });
    expect(await ask('SELECT VALUE COUNT(1) FROM c')).toMatchObject({ resources: [600], read: 0 });
  });

  it('are not made for a path that the policy excludes, which is named instead', async () => {
    expect(await ask('SELECT VALUE c.n FROM c WHERE c.hidden = 5')).toEqual({
      resources: [5],
      read: 1,
      used: [],
      potential: ['/hidden/?'],
    });
  });

  it('are there after a restart, follow writes, and go with the policy that covers them', async () => {
    await ask('SELECT VALUE c.n FROM c WHERE c.n = 1');
    await server.close();
    server = await startCosmos({ dataDir: directory.path });
    container = new CosmosClient(server.connectionString).database('db').container('c');
    await container.items.upsert({ id: '5', n: 1 });
    await container.item('1', '1').delete();
    expect(await ask('SELECT VALUE c.id FROM c WHERE c.n = 1')).toMatchObject({ resources: ['5'], read: 1 });
    const { resource } = await container.read();
    const indexingPolicy = { includedPaths: [{ path: '/other/?' }], excludedPaths: [{ path: '/*' }] };
    await container.replace({ ...resource, id: 'c', indexingPolicy });
    expect(await ask('SELECT VALUE c.id FROM c WHERE c.n = 1')).toMatchObject({ resources: ['5'], used: [] });
  });

  it('let other requests be answered while a query reads all items', async () => {
    const numbers = '(SELECT VALUE [1, 2, 3, 4, 5, 6, 7, 8, 9])';
    const joins = ['x', 'y', 'z'].map((name) => `JOIN ${name} IN ${numbers}`).join(' ');
    const cross = `SELECT VALUE COUNT(1) FROM c ${joins}`;
    const order: string[] = [];
    const query = container.items
      .query(cross)
      .fetchAll()
      .then(() => order.push('query'));
    const reads = Array.from({ length: 3 }, () =>
      container
        .item('9', '9')
        .read()
        .then(() => order.push('read')),
    );
    await Promise.all([query, ...reads]);
    expect(order.at(-1)).toBe('query');
  });
});
