import type { Container } from '@azure/cosmos';
import { type RawResponse, sendRaw } from '../testing/raw-request.ts';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

describe('the scope of a query', () => {
  let account: SdkAccount;
  let container: Container;

  beforeAll(async () => {
    account = await openSdkAccount();
    container = await account.container({ maxThroughput: 50_000 });
    for (let n = 0; n < 40; n++) await container.items.create({ id: `${n}`, pk: n % 8, n });
  });

  afterAll(() => account.close());

  function post(body: string, headers: Record<string, string> = {}): Promise<RawResponse> {
    const query = {
      'x-ms-documentdb-query-enablecrosspartition': 'True',
      'x-ms-documentdb-isquery': 'True',
      'content-type': 'application/query+json',
      ...headers,
    };
    return sendRaw(account.server, {
      method: 'POST',
      path: `/dbs/db/colls/${container.id}/docs`,
      headers: query,
      body,
    });
  }

  function ask(text: string, headers: Record<string, string> = {}): Promise<RawResponse> {
    return post(JSON.stringify({ query: text }), headers);
  }

  it.each([400, 30_000])(
    'over several partition keys is rejected where the request does not enable it, with %d RU/s',
    async (throughput) => {
      const { id } = await account.container({ throughput });
      const status = async (query: string, headers: Record<string, string> = {}) => {
        const sent = { 'x-ms-documentdb-isquery': 'True', 'content-type': 'application/query+json', ...headers };
        const raw = {
          method: 'POST',
          path: `/dbs/db/colls/${id}/docs`,
          headers: sent,
          body: JSON.stringify({ query }),
        };
        const response = await sendRaw(account.server, raw);
        return response.body.includes('Cross partition query is required but disabled') ? 'disabled' : response.status;
      };
      expect(await status('SELECT * FROM c')).toBe('disabled');
      expect(await status('SELECT * FROM c', { 'x-ms-documentdb-query-enablecrosspartition': 'False' })).toBe(
        'disabled',
      );
      expect(await status('SELECT VALUE COUNT(1) FROM c WHERE c.pk > 1')).toBe('disabled');
      expect(await status("SELECT * FROM c WHERE c.pk IN ('a', 'b')")).toBe('disabled');
      expect(await status("SELECT * FROM c WHERE c.pk = 'a'")).toBe(200);
      expect(await status('SELECT * FROM c WHERE false')).toBe(200);
      expect(await status('SELECT 1')).toBe(200);
      expect(await status('SELECT * FROM c', { 'x-ms-documentdb-partitionkey': '["a"]' })).toBe(200);
      expect(await status('SELECT * FROM c', { 'x-ms-documentdb-partitionkeyrangeid': '0' })).toBe(200);
      expect(await status('SELECT * FROM c', { 'x-ms-documentdb-query-enablecrosspartition': 'True' })).toBe(200);
    },
  );

  it('over several partition keys of one physical partition is rejected for what the gateway cannot plan', async () => {
    const { items } = await account.container();
    const query = 'SELECT MIN(c.n) + MAX(c.n) AS x FROM c';
    const message = expect.stringContaining('Compositions of aggregates and other expressions are not allowed.');
    await expect(items.query(query).fetchAll()).rejects.toMatchObject({ code: 400, message });
    expect((await items.query(query, { partitionKey: 'a' }).fetchAll()).resources).toEqual([{}]);
  });

  function rowsOf({ body }: RawResponse): unknown[] {
    return JSON.parse(body).Documents;
  }

  it('over several physical partitions leaves merging to the client: 400, substatus 1004, with the plan', async () => {
    const answer = await ask('SELECT * FROM c ORDER BY c.n');
    expect([answer.status, answer.headers['x-ms-substatus']]).toEqual([400, '1004']);
    expect(JSON.parse(JSON.parse(answer.body).additionalErrorInfo)).toMatchObject({
      partitionedQueryExecutionInfoVersion: 2,
      queryInfo: { orderBy: ['Ascending'], orderByExpressions: ['c.n'] },
      queryRanges: [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }],
    });
  });

  it('over several physical partitions is answered one after the other when nothing has to be merged', async () => {
    expect(rowsOf(await ask('SELECT VALUE c.n FROM c WHERE c.n >= 0')).toSorted()).toHaveLength(40);
  });

  it('is one partition when the filter pins its key', async () => {
    expect(rowsOf(await ask('SELECT VALUE c.n FROM c WHERE c.pk = 3 ORDER BY c.n DESC'))).toEqual([35, 27, 19, 11, 3]);
    expect(rowsOf(await ask('SELECT VALUE COUNT(1) FROM c WHERE c.pk = 3'))).toEqual([5]);
  });

  it('is several partitions when the filter names several keys', async () => {
    const { resources } = await container.items
      .query('SELECT VALUE c.n FROM c WHERE c.pk IN (1, 2, 5) AND c.n < 8', { maxItemCount: 1 })
      .fetchAll();
    expect(resources.toSorted()).toEqual([1, 2, 5]);
  });

  it('is a physical partition by its id, and a part of it by effective partition keys', async () => {
    const { resources: ranges } = await container.readPartitionKeyRanges().fetchAll();
    const all: unknown[] = [];
    for (const { id, minInclusive, maxExclusive } of ranges) {
      const whole = rowsOf(await ask('SELECT VALUE c.n FROM c', { 'x-ms-documentdb-partitionkeyrangeid': id }));
      const bounds = { 'x-ms-start-epk': minInclusive, 'x-ms-end-epk': maxExclusive };
      const read = { 'x-ms-documentdb-partitionkeyrangeid': id, 'x-ms-read-key-type': 'EffectivePartitionKeyRange' };
      expect(rowsOf(await ask('SELECT VALUE c.n FROM c', { ...read, ...bounds })).toSorted()).toEqual(whole.toSorted());
      all.push(...whole);
    }
    expect(new Set(all).size).toBe(40);
  });

  it('under a prefix of a hierarchical key is what is below it', async () => {
    const partitionKey = { paths: ['/tenant', '/user'], kind: 'MultiHash', version: 2 } as never; // the SDK's enum
    const hierarchical = await account.container({ partitionKey, maxThroughput: 30_000 });
    const items = [
      { id: '1', tenant: 't', user: 'a' },
      { id: '2', tenant: 't', user: 'b' },
      { id: '3', tenant: 'u', user: 'a' },
    ];
    for (const item of items) await hierarchical.items.create(item);
    const query = 'SELECT VALUE c.id FROM c ORDER BY c.id DESC';
    const { resources } = await hierarchical.items.query(query, { partitionKey: ['t'] }).fetchAll();
    expect(resources).toEqual(['2', '1']);
  });

  it('is never a partition that shares the hash of the key asked for', async () => {
    // Version 1 hashes the first 100 characters.
    const partitionKey = { paths: ['/pk'], kind: 'Hash', version: 1 } as never; // the SDK's enum
    const hashed = await account.container({ partitionKey });
    const start = 'x'.repeat(100);
    for (const end of ['a', 'b']) await hashed.items.create({ id: end, pk: start + end });
    const { resources } = await hashed.items
      .query('SELECT VALUE c.id FROM c', { partitionKey: `${start}a` })
      .fetchAll();
    expect(resources).toEqual(['a']);
  });

  it.each([
    ['no JSON', '{"query"'],
    ['no object', '[]'],
    ['no query', '{}'],
    ['a query that is no text', '{"query":1}'],
    ['parameters that are no array', '{"query":"SELECT 1","parameters":{}}'],
    ['a parameter that is no object', '{"query":"SELECT 1","parameters":[1]}'],
    ['a parameter without @', '{"query":"SELECT 1","parameters":[{"name":"a","value":1}]}'],
    ['a parameter twice', '{"query":"SELECT 1","parameters":[{"name":"@a","value":1},{"name":"@a","value":2}]}'],
    ['an empty query', '{"query":""}'],
  ])('with %s is rejected with a 400', async (_, body) => {
    expect((await post(body)).status).toBe(400);
    const plan = await post(body, { 'x-ms-cosmos-is-query-plan-request': 'True' });
    expect(plan.status).toBe(400);
  });

  it('with a wrong header is rejected', async () => {
    expect((await ask('SELECT 1', { 'x-ms-documentdb-partitionkeyrangeid': '99' })).status).toBe(410);
    expect((await ask('SELECT 1', { 'x-ms-documentdb-partitionkeyrangeid': 'x' })).status).toBe(400);
    expect((await ask('SELECT 1', { 'x-ms-documentdb-partitionkey': '["a","b"]' })).status).toBe(400);
    expect((await ask('SELECT 1', { 'x-ms-max-item-count': '0' })).status).toBe(400);
  });

  it('a plan that the client cannot merge is rejected', async () => {
    const headers = {
      'x-ms-cosmos-is-query-plan-request': 'True',
      'x-ms-cosmos-supported-query-features': 'OrderBy',
    };
    const answer = await ask('SELECT c.n, COUNT(1) FROM c GROUP BY c.n', headers);
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('GroupBy');
  });
});
