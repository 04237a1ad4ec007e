import { VirtualClock } from '@lazurite/runtime';
import { type RawResponse, sendRaw } from '../testing/raw-request.ts';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

describe('the feed of items', () => {
  let account: SdkAccount;
  const clock = new VirtualClock(Date.now());

  beforeAll(async () => {
    account = await openSdkAccount({ clock });
  });

  afterAll(() => account.close());

  function readPage(containerId: string, headers: Record<string, string>): Promise<RawResponse> {
    return sendRaw(account.server, { method: 'GET', path: `/dbs/db/colls/${containerId}/docs`, headers });
  }

  async function readAll(containerId: string, headers: Record<string, string> = {}): Promise<string[][]> {
    const pages: string[][] = [];
    let continuation: string | undefined;
    do {
      const page = await readPage(containerId, {
        ...headers,
        ...(continuation && { 'x-ms-continuation': continuation }),
      });
      const { Documents, _count } = JSON.parse(page.body) as { Documents: { id: string }[]; _count: number };
      expect([page.status, page.headers['x-ms-item-count']]).toEqual([200, String(_count)]);
      pages.push(Documents.map(({ id }) => id));
      continuation = page.headers['x-ms-continuation'] as string | undefined; // a header that is sent once
    } while (continuation);
    return pages;
  }

  it('comes in pages that together hold every item once, over all physical partitions', async () => {
    const container = await account.container({ maxThroughput: 30_000 });
    const ids = Array.from({ length: 25 }, (_, n) => `item-${n}`);
    for (const [n, id] of ids.entries()) await container.items.create({ id, pk: n % 7 });
    const pages = await readAll(container.id, { 'x-ms-max-item-count': '4' });
    expect(pages.map(({ length }) => length)).toEqual([4, 4, 4, 4, 4, 4, 1]);
    expect(pages.flat().sort()).toEqual(ids.toSorted());
    const perRange = await Promise.all(
      ['0', '1', '2'].map((range) => readAll(container.id, { 'x-ms-documentdb-partitionkeyrangeid': range })),
    );
    expect(perRange.flat(2).sort()).toEqual(ids.toSorted());
  });

  it('of one logical partition holds only its items, in the order of creation', async () => {
    const container = await account.container();
    for (const id of ['c', 'a', 'b']) await container.items.create({ id, pk: 'one' });
    await container.items.create({ id: 'other', pk: 'two' });
    const pages = await readAll(container.id, {
      'x-ms-documentdb-partitionkey': '["one"]',
      'x-ms-max-item-count': '2',
    });
    expect(pages).toEqual([['c', 'a'], ['b']]);
  });

  it('of a prefix of a hierarchical key holds what is below it', async () => {
    const partitionKey = { paths: ['/tenant', '/user'], kind: 'MultiHash' as const, version: 2 };
    const container = await account.container({ partitionKey: partitionKey as never });
    await container.items.create({ id: '1', tenant: 't', user: 'a' });
    await container.items.create({ id: '2', tenant: 't', user: 'b' });
    await container.items.create({ id: '3', tenant: 'u', user: 'a' });
    expect(await readAll(container.id, { 'x-ms-documentdb-partitionkey': '["t"]' })).toEqual([['1', '2']]);
    expect((await container.item('3', ['u', 'a']).read()).statusCode).toBe(200);
  });

  it('leaves out what has expired', async () => {
    const container = await account.container({ defaultTtl: 30 });
    for (const id of ['1', '2', '3']) await container.items.create({ id, pk: 'a', ...(id === '3' && { ttl: -1 }) });
    await clock.advance(30_000);
    expect(await readAll(container.id, { 'x-ms-max-item-count': '1' })).toEqual([['3'], []]);
  });

  it('of a container made anew is not that of the intended one: 400, substatus 1024', async () => {
    const container = await account.container();
    const answer = await readPage(container.id, {
      'x-ms-cosmos-intended-collection-rid': 'AAAAAYAAAAA=',
      'x-ms-cosmos-is-client-encrypted': 'true',
    });
    expect([answer.status, answer.headers['x-ms-substatus']]).toEqual([400, '1024']);
  });
});
