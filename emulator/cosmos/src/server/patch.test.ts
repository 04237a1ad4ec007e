import type { Container, PatchRequestBody } from '@azure/cosmos';
import { sendRaw } from '../testing/raw-request.ts';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

describe('patch(), through the SDK', () => {
  let account: SdkAccount;
  let container: Container;

  beforeAll(async () => {
    account = await openSdkAccount();
    container = await account.container({ uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/name'] }] } });
  });

  afterAll(() => account.close());

  async function create(id: string, properties: object = {}) {
    const { item } = await container.items.create({ id, pk: 'a', name: id, ...properties });
    return item;
  }

  it('applies the operations of a bare array in order and answers 200 with the new item and entity tag', async () => {
    const item = await create('forms', { list: [1, 3], n: 1, old: 'x' });
    const before = await item.read();
    const { statusCode, resource, headers } = await item.patch([
      { op: 'add', path: '/list/1', value: 2 },
      { op: 'add', path: '/list/-', value: 4 },
      { op: 'set', path: '/fresh', value: { a: null } },
      { op: 'replace', path: '/name', value: 'renamed' },
      { op: 'incr', path: '/n', value: -3 },
      { op: 'remove', path: '/list/0' },
      { op: 'move', from: '/old', path: '/moved' },
    ] as PatchRequestBody); // the SDK's types lack move, which it sends
    expect(statusCode).toBe(200);
    expect(resource).toMatchObject({ list: [2, 3, 4], fresh: { a: null }, name: 'renamed', n: -2, moved: 'x' });
    expect(resource).not.toHaveProperty('old');
    expect(resource?._rid).toBe(before.resource?._rid);
    expect(resource?._etag).not.toBe(before.resource?._etag);
    expect(headers.etag).toBe(resource?._etag);
    expect((await item.read()).resource).toEqual(resource);
  });

  it('applies nothing when one operation cannot be applied', async () => {
    const item = await create('whole', { n: 1 });
    const operations: PatchRequestBody = [
      { op: 'incr', path: '/n', value: 1 },
      { op: 'replace', path: '/absent', value: 1 },
    ];
    await expect(item.patch(operations)).rejects.toMatchObject({ code: 400 });
    expect((await item.read()).resource).toMatchObject({ n: 1 });
  });

  it('answers 412 when the condition is false, and patches when it is true', async () => {
    const item = await create('conditional', { n: 5 });
    const operations: PatchRequestBody = [{ op: 'set', path: '/seen', value: true }];
    const patch = (condition: string) => item.patch({ condition, operations });
    await expect(patch('from c where c.n > 5')).rejects.toMatchObject({ code: 412 });
    await expect(patch('from c where c.absent = 1')).rejects.toMatchObject({ code: 412 });
    expect((await item.read()).resource).not.toHaveProperty('seen');
    expect((await patch('from c where c.n = 5 and IS_DEFINED(c._etag)')).resource).toMatchObject({ seen: true });
  });

  it('rejects a condition that is no SQL with 400', async () => {
    const item = await create('syntax');
    const operations: PatchRequestBody = [{ op: 'set', path: '/x', value: 1 }];
    for (const condition of ['where', 'from c where c.n ==', 'from c; drop'])
      await expect(item.patch({ condition, operations })).rejects.toMatchObject({ code: 400 });
  });

  it('answers 412 when the item has changed since If-Match, and 404 when it is not there', async () => {
    const item = await create('guarded');
    const { etag } = await item.read();
    const operations: PatchRequestBody = [{ op: 'set', path: '/x', value: 1 }];
    await item.patch(operations);
    const accessCondition = { type: 'IfMatch', condition: etag };
    await expect(item.patch(operations, { accessCondition })).rejects.toMatchObject({ code: 412 });
    await expect(container.item('absent', 'a').patch(operations)).rejects.toMatchObject({ code: 404 });
  });

  it.each([
    ['the id', '/id'],
    ['the partition key', '/pk'],
    ['a system property', '/_ts'],
  ])('rejects a change of %s with 400', async (_, path) => {
    const item = container.item('forms', 'a');
    await expect(item.patch([{ op: 'set', path, value: 'x' }])).rejects.toMatchObject({ code: 400 });
  });

  it('rejects more than 10 operations, and none, with 400', async () => {
    const item = container.item('forms', 'a');
    const many = Array.from({ length: 11 }, (_, n) => ({ op: 'set' as const, path: `/p${n}`, value: n }));
    await expect(item.patch(many)).rejects.toMatchObject({ code: 400 });
    await expect(item.patch([])).rejects.toMatchObject({ code: 400 });
  });

  it('keeps unique keys: 409 for a value that is taken, and the old value is free afterwards', async () => {
    const item = await create('first');
    await create('second');
    const rename = (value: string): PatchRequestBody => [{ op: 'set', path: '/name', value }];
    await expect(item.patch(rename('second'))).rejects.toMatchObject({ code: 409 });
    await item.patch(rename('third'));
    await create('fourth', { name: 'first' });
  });

  it('rejects an item that grows beyond 2 MB with 413', async () => {
    const half = 'x'.repeat(1_100_000);
    const item = await create('large', { half });
    await expect(item.patch([{ op: 'add', path: '/other', value: half }])).rejects.toMatchObject({ code: 413 });
  });

  it('of 20 at once loses no increment', async () => {
    const item = await create('counter', { n: 0 });
    await Promise.all(Array.from({ length: 20 }, () => item.patch([{ op: 'incr', path: '/n', value: 1 }])));
    expect((await item.read()).resource).toMatchObject({ n: 20 });
  });

  it.each(['', '{', 'null', '1', '{}', '{"operations":{}}', '{"operations":[{"op":"grow"}]}', '{"operations":[[]]}'])(
    'with the body %j is rejected with 400',
    async (body) => {
      const headers = { 'x-ms-documentdb-partitionkey': '["a"]' };
      const path = `/dbs/db/colls/${container.id}/docs/forms`;
      expect((await sendRaw(account.server, { method: 'PATCH', path, headers, body })).status).toBe(400);
    },
  );
});
