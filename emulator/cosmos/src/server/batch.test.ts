import type { Container, OperationInput, OperationResponse } from '@azure/cosmos';
import { sendRaw } from '../testing/raw-request.ts';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

describe('a transactional batch, through the SDK', () => {
  let account: SdkAccount;
  let container: Container;

  beforeAll(async () => {
    account = await openSdkAccount();
    container = await account.container({ uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/name'] }] } });
  });

  afterAll(() => account.close());

  async function lsnNow(): Promise<number> {
    const { headers } = await container.items.upsert({ id: 'probe', pk: 'probe', name: 'probe' });
    return Number(headers.lsn);
  }

  function statuses(results: readonly OperationResponse[] | undefined): number[] {
    return results?.map(({ statusCode }) => statusCode) ?? [];
  }

  it('carries out every kind of operation in order, with one LSN, and answers 200', async () => {
    const old = await container.items.create({ id: 'old', pk: 'a', name: 'old', n: 1 });
    await container.items.create({ id: 'gone', pk: 'a', name: 'gone' });
    const before = await lsnNow();
    const { code, result, headers } = await container.items.batch(
      [
        { operationType: 'Create', resourceBody: { id: 'new', pk: 'a', name: 'new' } },
        { operationType: 'Upsert', resourceBody: { id: 'new', pk: 'a', name: 'newer' } },
        { operationType: 'Upsert', resourceBody: { id: 'other', pk: 'a', name: 'other' } },
        { operationType: 'Read', id: 'new' },
        { operationType: 'Patch', id: 'old', resourceBody: { operations: [{ op: 'incr', path: '/n', value: 1 }] } },
        { operationType: 'Replace', id: 'old', resourceBody: { id: 'old', pk: 'a', name: 'gone?' } },
        { operationType: 'Delete', id: 'gone' },
      ],
      'a',
    );
    expect(code).toBe(200);
    expect(statuses(result)).toEqual([201, 200, 201, 200, 200, 200, 204]);
    expect(result?.[3]?.resourceBody).toMatchObject({ id: 'new', name: 'newer' });
    expect(result?.[4]?.resourceBody).toMatchObject({ n: 2, _rid: old.resource?._rid });
    expect(result?.[5]?.eTag).toBe(result?.[5]?.resourceBody?._etag);
    expect(result?.[6]).not.toHaveProperty('resourceBody');
    const charges = result?.map(({ requestCharge }) => requestCharge) ?? [];
    expect(Number(headers?.['x-ms-request-charge'])).toBeCloseTo(charges.reduce((sum, charge) => sum + charge));
    expect(await lsnNow()).toBe(before + 2);
    const lsns = await Promise.all(['new', 'other', 'old'].map((id) => container.item(id, 'a').read()));
    expect(lsns.map((read) => Number(read.headers['x-ms-item-lsn']))).toEqual([before + 1, before + 1, before + 1]);
  });

  it.each<[string, OperationInput, number]>([
    ['a conflict', { operationType: 'Create', resourceBody: { id: 'taken', pk: 'b', name: 'x' } }, 409],
    ['a taken unique key', { operationType: 'Create', resourceBody: { id: 'u', pk: 'b', name: 'taken' } }, 409],
    ['an absent item', { operationType: 'Delete', id: 'absent' }, 404],
    ['an absent read', { operationType: 'Read', id: 'absent' }, 404],
    [
      'a precondition',
      { operationType: 'Replace', id: 'taken', ifMatch: '"x"', resourceBody: { id: 'taken', pk: 'b' } },
      412,
    ],
    [
      'a patch condition',
      {
        operationType: 'Patch',
        id: 'taken',
        resourceBody: { condition: 'from c where false', operations: [{ op: 'set', path: '/x', value: 1 }] },
      },
      412,
    ],
    ['another partition key', { operationType: 'Create', resourceBody: { id: 'y', pk: 'z', name: 'y' } }, 400],
    ['another id', { operationType: 'Replace', id: 'taken', resourceBody: { id: 'y', pk: 'b' } }, 400],
    ['an invalid id', { operationType: 'Upsert', resourceBody: { id: 7, pk: 'b' } as never }, 400],
    // The SDK's types know this condition for writes only, and it sends it with reads too.
    ['a state it has', { operationType: 'Read', id: 'taken', ifNoneMatch: '*' } as OperationInput, 304],
  ])(
    'that fails on %s writes nothing, moves no LSN and answers 207 with 424 for the others',
    async (_, bad, status) => {
      await container.items.upsert({ id: 'taken', pk: 'b', name: 'taken' });
      const before = await lsnNow();
      const { code, result } = await container.items.batch(
        [
          { operationType: 'Create', resourceBody: { id: 'first', pk: 'b', name: 'first' } },
          { operationType: 'Delete', id: 'taken' },
          { operationType: 'Create', resourceBody: { id: 'taken', pk: 'b', name: 'taken' } },
          bad,
          { operationType: 'Create', resourceBody: { id: 'last', pk: 'b', name: 'last' } },
        ],
        'b',
      );
      expect(code).toBe(207);
      expect(statuses(result)).toEqual([424, 424, 424, status, 424]);
      expect((await container.item('first', 'b').read()).statusCode).toBe(404);
      expect((await container.item('last', 'b').read()).statusCode).toBe(404);
      expect((await container.item('taken', 'b').read()).statusCode).toBe(200);
      expect(await lsnNow()).toBe(before + 1);
    },
  );

  it('leaves alone the writes that share its commit', async () => {
    const bad: OperationInput[] = [
      { operationType: 'Create', resourceBody: { id: 'half', pk: 'c', name: 'half' } },
      { operationType: 'Delete', id: 'absent' },
    ];
    await Promise.all([
      container.items.create({ id: 'before', pk: 'c', name: 'before' }),
      container.items.batch(bad, 'c'),
      container.items.create({ id: 'after', pk: 'c', name: 'half' }),
    ]);
    const found = await Promise.all(['before', 'half', 'after'].map((id) => container.item(id, 'c').read()));
    expect(found.map(({ statusCode }) => statusCode)).toEqual([200, 404, 200]);
  });

  it('answers no items that it wrote when the client wants none back', async () => {
    const options = { contentResponseOnWriteEnabled: false };
    const { result } = await container.items.batch(
      [
        { operationType: 'Create', resourceBody: { id: 'minimal', pk: 'd', name: 'minimal' } },
        { operationType: 'Read', id: 'minimal' },
      ],
      'd',
      options,
    );
    expect(result?.map(({ resourceBody }) => resourceBody?.id)).toEqual([undefined, 'minimal']);
    expect(result?.[0]?.eTag).toBe(result?.[1]?.eTag);
  });

  it.each([
    ['no operation', '[]'],
    ['more than 100', JSON.stringify(Array.from({ length: 101 }, () => ({ operationType: 'Read', id: 'x' })))],
    ['an object', '{}'],
    ['no JSON', '['],
    ['nothing', ''],
    ['an unknown type', '[{"operationType":"Query"}]'],
    ['no id', '[{"operationType":"Read"}]'],
    ['a body that is text', '[{"operationType":"Create","resourceBody":"x"}]'],
  ])('with %s is rejected with 400', async (_, body) => {
    const headers = {
      'x-ms-cosmos-is-batch-request': 'True',
      'x-ms-cosmos-batch-atomic': 'True',
      'x-ms-documentdb-partitionkey': '["a"]',
    };
    const path = `/dbs/db/colls/${container.id}/docs`;
    expect((await sendRaw(account.server, { method: 'POST', path, headers, body })).status).toBe(400);
  });

  it('larger than 2 MB is rejected with 413, and without a partition key with 400', async () => {
    const path = `/dbs/db/colls/${container.id}/docs`;
    const atomic = { 'x-ms-cosmos-is-batch-request': 'true', 'x-ms-cosmos-batch-atomic': 'true' };
    const operation = { operationType: 'Create', resourceBody: { id: 'x', pk: 'a', pad: 'x'.repeat(2_100_000) } };
    const body = JSON.stringify([operation]);
    const headers = { ...atomic, 'x-ms-documentdb-partitionkey': '["a"]' };
    expect((await sendRaw(account.server, { method: 'POST', path, headers, body })).status).toBe(413);
    const unkeyed = { method: 'POST', path, headers: atomic, body: '[{"operationType":"Read","id":"x"}]' };
    expect((await sendRaw(account.server, unkeyed)).status).toBe(400);
  });
});

describe('bulk, through the SDK', () => {
  let account: SdkAccount;

  beforeAll(async () => {
    account = await openSdkAccount();
  });

  afterAll(() => account.close());

  it('executeBulkOperations() writes to all physical partitions and answers each operation in its place', async () => {
    const container = await account.container({ throughput: 30_000 });
    const keys = Array.from({ length: 150 }, (_, n) => `key-${n}`);
    const created = await container.items.executeBulkOperations(
      keys.map((pk) => ({ operationType: 'Create', partitionKey: pk, resourceBody: { id: pk, pk, n: 1 } })),
    );
    expect(created.map(({ response }) => response?.resourceBody?.id)).toEqual(keys);
    const [read, patched, conflict, absent] = await container.items.executeBulkOperations([
      { operationType: 'Read', partitionKey: 'key-0', id: 'key-0' },
      {
        operationType: 'Patch',
        partitionKey: 'key-1',
        id: 'key-1',
        resourceBody: { operations: [{ op: 'incr', path: '/n', value: 1 }] },
      },
      { operationType: 'Create', partitionKey: 'key-2', resourceBody: { id: 'key-2', pk: 'key-2' } },
      { operationType: 'Delete', partitionKey: 'key-3', id: 'absent' },
    ]);
    expect(read?.response).toMatchObject({ statusCode: 200, resourceBody: { id: 'key-0', n: 1 } });
    expect(patched?.response).toMatchObject({ statusCode: 200, resourceBody: { id: 'key-1', n: 2 } });
    expect(conflict?.error).toMatchObject({ code: 409 });
    expect(absent?.error).toMatchObject({ code: 404 });
  });

  it('items.bulk() goes on after a failure, and stops at it when the request says so', async () => {
    const container = await account.container();
    const operations = (prefix: string): OperationInput[] => [
      { operationType: 'Create', partitionKey: 'a', resourceBody: { id: `${prefix}-1`, pk: 'a' } },
      { operationType: 'Delete', partitionKey: 'b', id: 'absent' },
      { operationType: 'Create', partitionKey: 'c', resourceBody: { id: `${prefix}-2`, pk: 'c' } },
    ];
    const goingOn = await container.items.bulk(operations('on'));
    expect(goingOn.map(({ statusCode }) => statusCode)).toEqual([201, 404, 201]);
    const stopping = await container.items.bulk(operations('off'), { continueOnError: false });
    expect(stopping.map(({ statusCode }) => statusCode)).toEqual([201, 404, 424]);
    expect((await container.item('off-1', 'a').read()).statusCode).toBe(200);
    expect((await container.item('off-2', 'c').read()).statusCode).toBe(404);
  });

  it.each([
    ['hierarchical', { paths: ['/t', '/u'], kind: 'MultiHash', version: 2 }, ['x', 1]],
    ['version 1', { paths: ['/t'], kind: 'Hash', version: 1 }, 'x'],
  ])('finds items of a %s partition key in the range that the SDK computes', async (_, partitionKey, key) => {
    const container = await account.container({ partitionKey: partitionKey as never, throughput: 20_000 });
    const resourceBody = { id: '1', t: 'x', u: 1 };
    const [created] = await container.items.bulk([{ operationType: 'Create', partitionKey: key, resourceBody }]);
    expect(created?.statusCode).toBe(201);
    expect((await container.item('1', key).read()).statusCode).toBe(200);
  });

  it('answers 410 for an operation of another range, and rejects a request that names no or an absent range', async () => {
    const container = await account.container({ maxThroughput: 20_000 });
    const send = async (range: Record<string, string>) => {
      const headers = {
        'x-ms-cosmos-is-batch-request': 'true',
        'x-ms-cosmos-batch-continue-on-error': 'true',
        ...range,
      };
      const operations = ['["a"]', '["b"]', '["c"]', '["d"]', '["e"]'].map((partitionKey) => ({
        operationType: 'Read',
        id: 'absent',
        partitionKey,
      }));
      const path = `/dbs/db/colls/${container.id}/docs`;
      return sendRaw(account.server, { method: 'POST', path, headers, body: JSON.stringify(operations) });
    };
    const answers = await Promise.all(['0', '1'].map((id) => send({ 'x-ms-documentdb-partitionkeyrangeid': id })));
    const perRange = answers.map(({ body }) => (JSON.parse(body) as OperationResponse[]).map((one) => one.statusCode));
    const [first = [], second = []] = perRange;
    expect(first.map((status) => (status === 404 ? 410 : 404))).toEqual(second);
    expect(new Set(first)).toEqual(new Set([404, 410]));
    expect((await send({})).status).toBe(400);
    expect((await send({ 'x-ms-documentdb-partitionkeyrangeid': '2' })).status).toBe(410);
  });
});
