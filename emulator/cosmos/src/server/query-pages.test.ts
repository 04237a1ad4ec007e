import type { Container, FeedOptions } from '@azure/cosmos';
import { CosmosClient } from '@azure/cosmos';
import { startCosmos } from '../index.ts';
import { makeDataDirectory } from '../testing/data-directory.ts';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

describe('pages of a query', () => {
  let account: SdkAccount;

  beforeAll(async () => {
    account = await openSdkAccount();
  });

  afterAll(() => account.close());

  async function filled(count: number, options: { throughput?: number } = {}): Promise<Container> {
    const container = await account.container(options);
    for (let n = 0; n < count; n++) await container.items.create({ id: `${n}`, pk: n % 5, n, half: Math.floor(n / 2) });
    return container;
  }

  async function page(container: Container, query: string, options: FeedOptions) {
    const { resources, continuationToken } = await container.items.query(query, options).fetchNext();
    return { resources: resources ?? [], continuationToken };
  }

  it.each([
    ['SELECT VALUE c.n FROM c', [2, 3, 4, 5, 6, 7, 8, 9]],
    ['SELECT VALUE c.n FROM c ORDER BY c.half DESC', [7, 6, 5, 4, 3, 2, 1, 0]],
    ['SELECT DISTINCT VALUE c.half FROM c', [2, 3, 4]],
    ['SELECT VALUE c.n FROM c OFFSET 1 LIMIT 6', [3, 4, 5, 6]],
    ['SELECT TOP 5 VALUE c.n FROM c ORDER BY c.n', [2, 3, 4]],
  ])('go on from a token given anew: %s', async (query, rest) => {
    const container = await filled(10);
    const { continuationToken } = await page(container, query, { maxItemCount: 2 });
    expect(continuationToken?.length).toBeLessThan(1024);
    const options = { maxItemCount: 100, continuationToken };
    expect((await page(container, query, options as FeedOptions)).resources).toEqual(rest);
  });

  it('go on after a restart of the server', async () => {
    const directory = makeDataDirectory();
    const first = await startCosmos({ dataDir: directory.path });
    const client = new CosmosClient(first.connectionString);
    const { database } = await client.databases.create({ id: 'db' });
    const { container } = await database.containers.create({ id: 'c', partitionKey: '/id' });
    for (const id of ['a', 'b', 'c']) await container.items.create({ id });
    const query = 'SELECT VALUE c.id FROM c ORDER BY c.id';
    const { continuationToken } = await page(container, query, { maxItemCount: 1 });
    await first.close();
    const second = await startCosmos({ dataDir: directory.path });
    const again = new CosmosClient(second.connectionString).database('db').container('c');
    expect((await page(again, query, { continuationToken } as FeedOptions)).resources).toEqual(['b', 'c']);
    await second.close();
    directory.remove();
  });

  it.each(['SELECT VALUE c.n FROM c', 'SELECT VALUE c.n FROM c ORDER BY c.n'])(
    'give what was there all the time once, whatever is written between: %s',
    async (query) => {
      const container = await filled(9);
      const { resources, continuationToken } = await page(container, query, { maxItemCount: 4 });
      await container.item('1', 1).delete();
      await container.item('4', 4).delete();
      await container.items.create({ id: 'early', pk: 0, n: -1 });
      const rest = await page(container, query, { maxItemCount: 100, continuationToken } as FeedOptions);
      expect([...resources, ...rest.resources.filter((n) => n >= 0)]).toEqual([0, 1, 2, 3, 5, 6, 7, 8]);
    },
  );

  it.each(['x', 'AAAA', 'A'.repeat(2_000), '{"d":[0,1,0,0]}'])('reject a forged token: %j', async (token) => {
    const container = await filled(3);
    const answer = page(container, 'SELECT * FROM c', { continuationToken: token });
    await expect(answer).rejects.toMatchObject({ code: 400, message: expect.stringMatching(/continuation/i) });
  });

  it('reject the token of another query, and of another container', async () => {
    const [container, other] = [await filled(3), await filled(3)];
    const { continuationToken } = await page(container, 'SELECT * FROM c', { maxItemCount: 1 });
    const options = { continuationToken } as FeedOptions;
    await expect(page(container, 'SELECT * FROM d', options)).rejects.toMatchObject({ code: 400 });
    await expect(page(container, 'SELECT * FROM c WHERE c.n > 0', options)).rejects.toMatchObject({ code: 400 });
    await expect(page(other, 'SELECT * FROM c', options)).rejects.toMatchObject({ code: 400 });
  });

  it('go on from the token of a sort, whatever the filter, as a client that resumes one changes it', async () => {
    const container = await filled(9, { throughput: 30_000 });
    for (const order of ['c.half', 'c.half DESC', 'c.n', 'c.n DESC']) {
      const query = `SELECT VALUE c.n FROM c ORDER BY ${order}`;
      const rows: number[] = [];
      let options: FeedOptions = { maxItemCount: 2, enableQueryControl: true };
      do {
        const { resources, continuationToken } = await page(container, query, options);
        rows.push(...resources);
        options = { ...options, ...(continuationToken ? { continuationToken } : { continuationToken: '' }) };
      } while (options.continuationToken);
      expect(rows.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }
  });

  it.each(['', ' DESC'])(
    'of a sort%s give each of the rows with one value once, of several partition keys',
    async (order) => {
      const container = await filled(20);
      const query = `SELECT VALUE c.n FROM c WHERE c.pk IN (4, 0, 2) ORDER BY c.none${order}`;
      const rows: number[] = [];
      const iterator = container.items.query(query, { maxItemCount: 1 });
      while (iterator.hasMoreResults()) rows.push(...((await iterator.fetchNext()).resources ?? []));
      const expected = [0, 2, 4, 5, 7, 9, 10, 12, 14, 15, 17, 19];
      expect(rows).toEqual(order === '' ? expected : expected.reverse());
    },
  );

  it.each([{}, { forceQueryPlan: true }, { enableQueryControl: true }])(
    'of a sort end with a last page that is full, with %j: none follows that would be empty',
    async (options) => {
      for (const throughput of [400, 30_000]) {
        const container = await filled(4, { throughput });
        for (const clause of ['ORDER BY c.n', 'WHERE c.n >= 0 ORDER BY c.n DESC']) {
          const iterator = container.items.query(`SELECT VALUE c.n FROM c ${clause}`, { maxItemCount: 4, ...options });
          const sizes: number[] = [];
          while (iterator.hasMoreResults()) sizes.push((await iterator.fetchNext()).resources?.length ?? 0);
          expect([clause, sizes]).toEqual([clause, [4]]);
        }
      }
    },
  );

  it('of a sort by long texts go on from short tokens', async () => {
    const container = await account.container();
    for (const id of ['b', 'c', 'a']) await container.items.create({ id, pk: 1, text: 'é'.repeat(2_000) + id });
    const query = 'SELECT VALUE c.id FROM c ORDER BY c.text';
    const first = await page(container, query, { maxItemCount: 1 });
    expect(first.continuationToken?.length).toBeLessThan(1024);
    const options = { maxItemCount: 9, continuationToken: first.continuationToken } as FeedOptions;
    expect([first.resources, (await page(container, query, options)).resources]).toEqual([['a'], ['b', 'c']]);
  });

  it('hold no more than 4 MB', async () => {
    const container = await account.container();
    for (let n = 0; n < 6; n++) await container.items.create({ id: `${n}`, pk: 'a', text: 'x'.repeat(1_000_000) });
    const iterator = container.items.query('SELECT * FROM c', { maxItemCount: -1 });
    const sizes: number[] = [];
    while (iterator.hasMoreResults()) sizes.push((await iterator.fetchNext()).resources?.length ?? 0);
    expect(sizes).toEqual([4, 2]);
  });

  it.each([{ forceQueryPlan: true }, { enableQueryControl: true }])('are the same with %j', async (options) => {
    const container = await filled(20, { throughput: 30_000 });
    for (const query of ['SELECT VALUE c.n FROM c ORDER BY c.n DESC', 'SELECT VALUE c.half FROM c ORDER BY c.half']) {
      const rows: number[] = [];
      const iterator = container.items.query(query, { maxItemCount: 3, ...options });
      while (iterator.hasMoreResults()) rows.push(...((await iterator.fetchNext()).resources ?? []));
      const { resources } = await container.items.query(query).fetchAll();
      expect(rows).toEqual(resources);
      expect(rows).toHaveLength(20);
    }
  });

  it('count what was read and returned, when asked', async () => {
    const container = await filled(10);
    const iterator = container.items.query('SELECT * FROM c WHERE c.n % 5 = 0', {
      populateQueryMetrics: true,
      populateIndexMetrics: true,
    });
    const { queryMetrics, indexMetrics, requestCharge } = await iterator.fetchNext();
    expect(Object.values(queryMetrics)).toMatchObject([{ retrievedDocumentCount: 10, outputDocumentCount: 2 }]);
    expect(JSON.parse(indexMetrics)).toMatchObject({ UtilizedIndexes: { SingleIndexes: [] } });
    expect(requestCharge).toBeGreaterThan(2);
  });
});
