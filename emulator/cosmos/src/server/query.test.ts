import type { Container, FeedOptions, SqlQuerySpec } from '@azure/cosmos';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

interface Item {
  readonly id: string;
  readonly pk: string;
  readonly n: number;
  readonly tags: readonly string[];
}

const ITEMS: readonly Item[] = Array.from({ length: 60 }, (_, index) => ({
  id: `item-${index}`,
  pk: `pk-${index % 7}`,
  n: (index * 37) % 20,
  tags: index % 3 === 0 ? ['red', 'blue'] : ['green'],
}));

describe.each([
  ['one physical partition', 400],
  ['several physical partitions', 40_000],
])('a query over %s', (_, throughput) => {
  let account: SdkAccount;
  let container: Container;

  beforeAll(async () => {
    account = await openSdkAccount();
    container = await account.container({ throughput });
    for (const item of ITEMS) await container.items.create(item);
  });

  afterAll(() => account.close());

  async function all(query: string | SqlQuerySpec, options: FeedOptions = {}): Promise<unknown[]> {
    return (await container.items.query(query, options).fetchAll()).resources;
  }

  it('needs no index to sort the one row of an aggregate', async () => {
    const average = ITEMS.reduce((sum, { n }) => sum + n, 0) / ITEMS.length;
    expect(await all('SELECT VALUE AVG(c.n) FROM c ORDER BY c.n, c.id')).toEqual([average]);
    await expect(all('SELECT VALUE c.n FROM c ORDER BY c.n, c.id')).rejects.toMatchObject({ code: 400 });
  });

  it('gives whole items with their system properties', async () => {
    const found = (await all('SELECT * FROM c WHERE c.n = 0')) as (Item & { _etag: string })[];
    expect(found.map(({ id }) => id).sort()).toEqual(
      ITEMS.filter(({ n }) => n === 0)
        .map(({ id }) => id)
        .sort(),
    );
    expect(found[0]?._etag).toMatch(/^"/);
  });

  it('takes parameters', async () => {
    const query = {
      query: 'SELECT VALUE c.id FROM c WHERE c.id = @id',
      parameters: [{ name: '@id', value: 'item-7' }],
    };
    expect(await all(query)).toEqual(['item-7']);
  });

  it('sorts over all of them', async () => {
    const sorted = ITEMS.map(({ n }) => n).sort((a, b) => b - a);
    expect(await all('SELECT VALUE c.n FROM c ORDER BY c.n DESC')).toEqual(sorted);
    expect(await all('SELECT TOP 5 VALUE c.n FROM c ORDER BY c.n DESC')).toEqual(sorted.slice(0, 5));
    expect(await all('SELECT VALUE c.n FROM c ORDER BY c.n DESC OFFSET 3 LIMIT 4')).toEqual(sorted.slice(3, 7));
  });

  it('aggregates and groups over all of them', async () => {
    expect(await all('SELECT VALUE COUNT(1) FROM c')).toEqual([60]);
    expect(await all('SELECT VALUE SUM(c.n) FROM c')).toEqual([ITEMS.reduce((sum, { n }) => sum + n, 0)]);
    const groups = (await all('SELECT c.pk, COUNT(1) AS count FROM c GROUP BY c.pk')) as {
      pk: string;
      count: number;
    }[];
    expect(Object.fromEntries(groups.map(({ pk, count }) => [pk, count]))).toEqual({
      'pk-0': 9,
      'pk-1': 9,
      'pk-2': 9,
      'pk-3': 9,
      'pk-4': 8,
      'pk-5': 8,
      'pk-6': 8,
    });
  });

  it('gives distinct values once', async () => {
    const tags = await all('SELECT DISTINCT VALUE t FROM c JOIN t IN c.tags');
    expect(tags.toSorted()).toEqual(['blue', 'green', 'red']);
  });

  it('of a logical partition sees no other', async () => {
    const ids = await all('SELECT VALUE c.id FROM c', { partitionKey: 'pk-3' });
    expect(ids).toEqual(ITEMS.filter(({ pk }) => pk === 'pk-3').map(({ id }) => id));
    expect(await all("SELECT * FROM c WHERE c.pk = 'pk-2'", { partitionKey: 'pk-3' })).toEqual([]);
  });

  it.each([
    'SELECT VALUE c.id FROM c',
    'SELECT VALUE c.id FROM c ORDER BY c.n',
    'SELECT VALUE t FROM c JOIN t IN c.tags',
  ])('gives the same rows in pages of any size: %s', async (query) => {
    const whole = await all(query);
    for (const maxItemCount of [1, 7, 1000])
      expect([maxItemCount, await all(query, { maxItemCount })]).toEqual([maxItemCount, whole]);
  });

  it('with a mistake is rejected with its code and place', async () => {
    await expect(all('SELECT * FORM c')).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('SC1001'),
    });
  });
});
