import { ChangeFeedPolicy, ChangeFeedRetentionTimeSpan, type Container } from '@azure/cosmos';
import { sendRaw } from '../testing/raw-request.ts';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

describe('deleteAllItemsForPartitionKey(), through the SDK', () => {
  let account: SdkAccount;

  beforeAll(async () => {
    account = await openSdkAccount();
  });

  afterAll(() => account.close());

  async function idsOf(container: Container): Promise<string[]> {
    const path = `/dbs/db/colls/${container.id}/docs`;
    const { body } = await sendRaw(account.server, { method: 'GET', path, headers: { 'x-ms-max-item-count': '-1' } });
    return (JSON.parse(body) as { Documents: { id: string }[] }).Documents.map(({ id }) => id);
  }

  it('deletes every item of the logical partition, also more than one group of writes, and no other', async () => {
    const container = await account.container();
    const many = Array.from({ length: 1_100 }, (_, n) => ({ id: `${n}`, pk: 'doomed' }));
    await container.items.executeBulkOperations(
      many.map((resourceBody) => ({ operationType: 'Create', partitionKey: 'doomed', resourceBody })),
    );
    await container.items.create({ id: 'kept', pk: 'other' });
    expect((await container.deleteAllItemsForPartitionKey('doomed')).statusCode).toBe(200);
    expect(await idsOf(container)).toEqual(['kept']);
    expect((await container.deleteAllItemsForPartitionKey('doomed')).statusCode).toBe(200);
  });

  it('tells apart keys that share an effective partition key, and frees unique keys', async () => {
    const container = await account.container({
      partitionKey: { paths: ['/pk'], version: 1 } as never,
      uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/name'] }] },
    });
    const common = 'x'.repeat(100); // version 1 hashes the first 100 characters alone
    await container.items.create({ id: '1', pk: `${common}a`, name: 'n' });
    await container.items.create({ id: '2', pk: `${common}b`, name: 'n' });
    await container.deleteAllItemsForPartitionKey(`${common}a`);
    expect(await idsOf(container)).toEqual(['2']);
    expect((await container.items.create({ id: '3', pk: `${common}a`, name: 'n' })).statusCode).toBe(201);
  });

  it('takes a prefix of a hierarchical key', async () => {
    const partitionKey = { paths: ['/t', '/u'], kind: 'MultiHash', version: 2 };
    const container = await account.container({ partitionKey: partitionKey as never, throughput: 20_000 });
    const items = [
      { id: '1', t: 'a', u: 'x' },
      { id: '2', t: 'a', u: 'y' },
      { id: '3', t: 'b', u: 'x' },
    ];
    for (const item of items) await container.items.create(item);
    await container.deleteAllItemsForPartitionKey(['a', 'x']);
    expect((await idsOf(container)).sort()).toEqual(['2', '3']);
    await container.deleteAllItemsForPartitionKey(['a']);
    expect(await idsOf(container)).toEqual(['3']);
  });

  it('shows in the change feed of all versions and deletes', async () => {
    const changeFeedPolicy = new ChangeFeedPolicy(ChangeFeedRetentionTimeSpan.fromMinutes(5));
    const container = await account.container({ changeFeedPolicy } as never);
    const path = `/dbs/db/colls/${container.id}/docs`;
    const feed = { 'a-im': 'Full-Fidelity Feed', 'x-ms-cosmos-changefeed-wire-format-version': '2021-09-15' };
    await container.items.create({ id: '1', pk: 'a' });
    const start = await sendRaw(account.server, { method: 'GET', path, headers: { ...feed, 'if-none-match': '*' } });
    await container.deleteAllItemsForPartitionKey('a');
    const headers = { ...feed, 'if-none-match': String(start.headers.etag) };
    const { body } = await sendRaw(account.server, { method: 'GET', path, headers });
    const { Documents } = JSON.parse(body) as { Documents: unknown[] };
    expect(Documents).toMatchObject([{ metadata: { operationType: 'delete' }, previous: { id: '1' } }]);
  });

  it('takes the signature of other SDKs, which sign the type partitionKey, and no other one', async () => {
    const container = await account.container();
    await container.items.create({ id: '1', pk: 'a' });
    const link = `dbs/db/colls/${container.id}`;
    const send = (type: string) => {
      const headers = { 'x-ms-documentdb-partitionkey': '["a"]' };
      return sendRaw(account.server, {
        method: 'POST',
        path: `/${link}/operations/partitionkeydelete`,
        headers,
        link,
        type,
      });
    };
    expect((await send('operations')).status).toBe(401);
    expect((await send('docs')).status).toBe(401);
    expect((await send('partitionkey')).status).toBe(200);
    expect(await idsOf(container)).toEqual([]);
  });

  it('needs a partition key that fits the container', async () => {
    const container = await account.container();
    const send = (headers: Record<string, string>) => {
      const path = `/dbs/db/colls/${container.id}/operations/partitionkeydelete`;
      const signed = { link: `dbs/db/colls/${container.id}`, type: 'colls' };
      return sendRaw(account.server, { method: 'POST', path, headers, ...signed });
    };
    expect((await send({})).status).toBe(400);
    expect((await send({ 'x-ms-documentdb-partitionkey': '["a","b"]' })).status).toBe(400);
  });
});
