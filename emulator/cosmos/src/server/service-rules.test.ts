import { type ContainerDefinition, VectorEmbeddingDataType, VectorEmbeddingDistanceFunction } from '@azure/cosmos';
import { type RawRequest, sendRaw } from '../testing/raw-request.ts';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

/** Rules of the service that none of the other suites is about. */
let account: SdkAccount;

beforeAll(async () => {
  account = await openSdkAccount();
});

afterAll(() => account.close());

const send = (raw: Partial<RawRequest>) => sendRaw(account.server, { method: 'GET', path: '/', ...raw });
const messageOf = ({ body }: { readonly body: string }) => String(JSON.parse(body).message);

describe('a container', () => {
  it('that is written gives no session token', async () => {
    const body = JSON.stringify({ id: 'written', partitionKey: { paths: ['/pk'], kind: 'Hash' } });
    const created = await send({ method: 'POST', path: '/dbs/db/colls', body });
    const replaced = await send({ method: 'PUT', path: '/dbs/db/colls/written', body });
    expect([created.status, replaced.status]).toEqual([201, 200]);
    for (const { headers } of [created, replaced]) expect(headers).not.toHaveProperty('x-ms-session-token');
  });

  it.each([
    ['/id ds', 3],
    ['key', 0],
    ['/a/', 2],
    ['/a*', 2],
    ['/[]', 1],
  ])('with the partition key path %j is rejected with the place of the mistake', async (path, position) => {
    for (const [kind, paths] of [
      ['Hash', [path]],
      ['MultiHash', ['/ok', path]],
    ] as const) {
      const body = JSON.stringify({ id: 'wrong', partitionKey: { paths, kind, version: 2 } });
      const response = await send({ method: 'POST', path: '/dbs/db/colls', body });
      expect(response.status).toBe(400);
      expect(messageOf(response)).toContain(`'${path}' could not be accepted, failed near position '${position}'`);
    }
  });

  it.each(['/a', '/a/b', '/"a b"', "/'c d'/e", '/a-b', '/ü'])('takes the partition key path %j', async (path) => {
    await expect(account.container({ partitionKey: { paths: [path] } })).resolves.toBeDefined();
  });

  it('is not replaced without its partition key or its vector policy', async () => {
    const vectorEmbeddingPolicy = {
      vectorEmbeddings: [
        {
          path: '/v',
          dataType: VectorEmbeddingDataType.Float32,
          dimensions: 3,
          distanceFunction: VectorEmbeddingDistanceFunction.Cosine,
        },
      ],
    };
    const container = await account.container({ vectorEmbeddingPolicy });
    const { id, partitionKey } = (await container.read()).resource as ContainerDefinition;
    const replace = (body: object) =>
      send({ method: 'PUT', path: `/dbs/db/colls/${id}`, body: JSON.stringify({ id, ...body }) });
    expect((await replace({ vectorEmbeddingPolicy })).status).toBe(400);
    expect((await replace({ partitionKey })).status).toBe(400);
    expect((await replace({ partitionKey, vectorEmbeddingPolicy })).status).toBe(200);
  });

  it('that names /_partitionKey has an ordinary key, and one without a definition a system key', async () => {
    const create = async (body: object) =>
      JSON.parse((await send({ method: 'POST', path: '/dbs/db/colls', body: JSON.stringify(body) })).body);
    const named = await create({ id: 'named', partitionKey: { paths: ['/_partitionKey'], kind: 'Hash' } });
    expect(named.partitionKey).not.toHaveProperty('systemKey');
    expect(await create({ id: 'none' })).toMatchObject({ partitionKey: { systemKey: true } });
  });

  it('says at every read how far its indexing policy has been applied', async () => {
    const container = await account.container();
    const { headers } = await container.read();
    expect(headers['x-ms-documentdb-collection-index-transformation-progress']).toBe('100');
  });

  it('tells what each physical partition holds, when asked', async () => {
    const container = await account.container({ throughput: 12_000 });
    for (let n = 0; n < 10; n += 1) await container.items.create({ id: String(n), pk: n });
    const headers = { 'x-ms-documentdb-populatepartitionstatistics': 'True' };
    const { body } = await send({ path: `/dbs/db/colls/${container.id}`, headers });
    const { statistics } = JSON.parse(body) as { statistics: { id: string; documentCount: number }[] };
    expect(statistics.map(({ id }) => id)).toEqual(['0', '1']);
    expect(statistics.reduce((sum, { documentCount }) => sum + documentCount, 0)).toBe(10);
    expect(JSON.parse((await send({ path: `/dbs/db/colls/${container.id}` })).body)).not.toHaveProperty('statistics');
  });
});

describe('an item', () => {
  it('with ttl null is rejected with 400', async () => {
    const container = await account.container({ defaultTtl: 10 });
    await expect(container.items.create(JSON.parse('{"id":"1","pk":"a","ttl":null}'))).rejects.toMatchObject({
      code: 400,
    });
  });

  it('with / \\ or # in its id is stored by create, bulk and batch, and found by a query', async () => {
    const container = await account.container();
    const headers = { 'x-ms-documentdb-partitionkey': '["a"]' };
    const path = `/dbs/db/colls/${container.id}/docs`;
    const body = JSON.stringify({ id: 'a/b', pk: 'a' });
    expect((await send({ method: 'POST', path, headers, body })).status).toBe(201);
    const operations = JSON.stringify([{ operationType: 'Create', resourceBody: { id: 'c#d\\e', pk: 'a' } }]);
    const batch = { ...headers, 'x-ms-cosmos-is-batch-request': 'True', 'x-ms-cosmos-batch-atomic': 'True' };
    expect((await send({ method: 'POST', path, headers: batch, body: operations })).status).toBe(200);
    const { resources } = await container.items.query('SELECT VALUE c.id FROM c').fetchAll();
    expect(resources).toEqual(['a/b', 'c#d\\e']);
  });

  it('is not upserted over an existing one with If-None-Match: *', async () => {
    const container = await account.container();
    const accessCondition = { type: 'IfNoneMatch', condition: '*' };
    expect((await container.items.upsert({ id: '1', pk: 'a' }, { accessCondition })).statusCode).toBe(201);
    await expect(container.items.upsert({ id: '1', pk: 'a' }, { accessCondition })).rejects.toMatchObject({
      code: 412,
    });
  });
});

describe('a feed', () => {
  it('has a continuation after a full page, even the last one', async () => {
    const container = await account.container();
    for (const id of ['1', '2', '3', '4']) await container.items.create({ id, pk: 'a' });
    const path = `/dbs/db/colls/${container.id}/docs`;
    const page = async (headers: Record<string, string>) => {
      const response = await send({ path, headers: { 'x-ms-max-item-count': '4', ...headers } });
      return { count: JSON.parse(response.body)._count, continuation: response.headers['x-ms-continuation'] };
    };
    const first = await page({});
    expect(first).toEqual({ count: 4, continuation: expect.any(String) });
    expect(await page({ 'x-ms-continuation': String(first.continuation) })).toEqual({ count: 0 });
  });

  it('of a query has one, too, unless TOP or LIMIT ends it', async () => {
    const container = await account.container();
    for (const id of ['1', '2', '3', '4']) await container.items.create({ id, pk: 'a' });
    const pages = async (query: string) => {
      const iterator = container.items.query(query, { partitionKey: 'a', maxItemCount: 4 });
      const first = await iterator.fetchNext();
      return [first.resources.length, first.hasMoreResults];
    };
    expect(await pages('SELECT * FROM c')).toEqual([4, true]);
    expect(await pages('SELECT TOP 4 * FROM c')).toEqual([4, false]);
  });

  it('with a continuation of another one is rejected with the service’s message', async () => {
    const container = await account.container();
    const path = `/dbs/db/colls/${container.id}/docs`;
    const headers = {
      'x-ms-documentdb-isquery': 'True',
      'x-ms-documentdb-query-enablecrosspartition': 'True',
      'x-ms-continuation': 'AAAA',
    };
    const response = await send({ method: 'POST', path, headers, body: '{"query":"SELECT * FROM c"}' });
    expect(response.status).toBe(400);
    expect(messageOf(response)).toMatch(/^Invalid Continuation Token/);
  });
});

it('bulk gives 413, substatus 3402, to reads beyond the largest response, which the client sends again', async () => {
  const container = await account.container();
  const pad = 'x'.repeat(1_900_000);
  for (const id of ['1', '2', '3']) await container.items.create({ id, pk: 'a', pad });
  const headers = { 'x-ms-cosmos-is-batch-request': 'True', 'x-ms-cosmos-batch-continue-on-error': 'True' };
  const operations = ['1', '2', '3'].map((id) => ({ operationType: 'Read', id, partitionKey: '["a"]' }));
  const path = `/dbs/db/colls/${container.id}/docs`;
  const { body } = await send({ method: 'POST', path, headers, body: JSON.stringify(operations) });
  const outcomes = (JSON.parse(body) as { statusCode: number; subStatusCode?: number }[]).map(
    ({ statusCode, subStatusCode }) => [statusCode, subStatusCode],
  );
  expect(outcomes).toEqual([
    [200, undefined],
    [200, undefined],
    [413, 3402],
  ]);
});
