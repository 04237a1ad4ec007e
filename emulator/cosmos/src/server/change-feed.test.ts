import {
  type ChangeFeedIteratorOptions,
  ChangeFeedStartFrom,
  type Container,
  PartitionKeyDefinitionVersion,
  PartitionKeyKind,
  type ChangeFeedStartFrom as Start,
} from '@azure/cosmos';
import { VirtualClock } from '@lazurite/runtime';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

describe('the change feed of latest versions, through the SDK', () => {
  let account: SdkAccount;
  const clock = new VirtualClock(Date.now());

  beforeAll(async () => {
    account = await openSdkAccount({ clock });
  });

  afterAll(() => account.close());

  it('lists each item once, at its last version, in the order of the last writes', async () => {
    const container = await account.container();
    for (const id of ['a', 'b', 'c']) await container.items.create({ id, pk: 'p', n: 1 });
    await container.items.upsert({ id: 'a', pk: 'p', n: 2 });
    await container.item('b', 'p').delete();
    const { changes } = await readAll(container, { changeFeedStartFrom: ChangeFeedStartFrom.Beginning() });
    expect(changes.map(({ id, n }) => [id, n])).toEqual([
      ['c', 1],
      ['a', 2],
    ]);
    expect(changes.map(({ _lsn }) => _lsn)).toEqual([3, 4]);
  });

  it('answers 304 with an etag when there is nothing new, also from now, and goes on from it', async () => {
    const container = await account.container();
    await container.items.create({ id: 'before', pk: 'p' });
    const iterator = container.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Now() });
    expect(await iterator.readNext()).toMatchObject({ statusCode: 304, count: 0 });
    await container.items.create({ id: 'after', pk: 'p' });
    expect(ids((await iterator.readNext()).result)).toEqual(['after']);
    expect((await iterator.readNext()).statusCode).toBe(304);
  });

  it('starts from a time', async () => {
    const container = await account.container();
    await container.items.create({ id: 'early', pk: 'p' });
    await clock.advance(10_000);
    const start = new Date(clock.now());
    await container.items.create({ id: 'late', pk: 'p' });
    const { changes } = await readAll(container, { changeFeedStartFrom: ChangeFeedStartFrom.Time(start) });
    expect(ids(changes)).toEqual(['late']);
  });

  it('gives pages of the size that was asked for, and continues from a token in another iterator', async () => {
    const container = await account.container();
    for (let n = 0; n < 7; n++) await container.items.create({ id: `${n}`, pk: `p${n}` });
    const options = { maxItemCount: 3, changeFeedStartFrom: ChangeFeedStartFrom.Beginning() };
    const first = await container.items.getChangeFeedIterator(options).readNext();
    expect(ids(first.result)).toEqual(['0', '1', '2']);
    const changeFeedStartFrom = ChangeFeedStartFrom.Continuation(first.continuationToken);
    const { changes, pages } = await readAll(container, { maxItemCount: 3, changeFeedStartFrom });
    expect(ids(changes)).toEqual(['3', '4', '5', '6']);
    expect(pages).toBe(2);
  });

  it('reads all physical partitions in turn, each in the order of its LSNs', async () => {
    const container = await account.container({ throughput: 30_000 });
    const written = Array.from({ length: 60 }, (_, n) => ({ id: `${n}`, pk: `p${n}` }));
    for (const item of written) await container.items.create(item);
    const options = { maxItemCount: 5, changeFeedStartFrom: ChangeFeedStartFrom.Beginning() };
    const { changes, ranges } = await readAll(container, options);
    expect(ids(changes).sort()).toEqual(written.map(({ id }) => id).sort());
    expect(new Set(ranges.slice(0, 3)).size).toBe(3);
    for (const feedRange of await container.getFeedRanges()) {
      const part = await readAll(container, { changeFeedStartFrom: ChangeFeedStartFrom.Beginning(feedRange) });
      const lsns = part.changes.map(({ _lsn }) => Number(_lsn));
      expect(lsns).toEqual(lsns.toSorted((left, right) => left - right));
      expect(part.changes.length).toBeGreaterThan(0);
      expect(part.changes.length).toBeLessThan(60);
    }
  });

  it('is of one logical partition, or of those under a prefix of a hierarchical key', async () => {
    const paths = ['/tenant', '/user'];
    const partitionKey = { paths, kind: PartitionKeyKind.MultiHash, version: PartitionKeyDefinitionVersion.V2 };
    const container = await account.container({ partitionKey, throughput: 30_000 });
    for (const [tenant, user] of ['a1', 'a2', 'b1', 'c1', 'd1'])
      await container.items.create({ id: `${tenant}${user}`, tenant, user });
    const of = (key: string[]) => readAll(container, { changeFeedStartFrom: ChangeFeedStartFrom.Beginning(key) });
    expect(ids((await of(['a'])).changes)).toEqual(['a1', 'a2']);
    expect(ids((await of(['a', '2'])).changes)).toEqual(['a2']);
    expect(ids((await of(['x'])).changes)).toEqual([]);
  });

  it('gives the items of a transactional batch one LSN, and never tears them apart', async () => {
    const container = await account.container();
    await container.items.batch(
      [1, 2, 3].map((n) => ({ operationType: 'Create' as const, resourceBody: { id: `${n}`, pk: 'p' } })),
      'p',
    );
    const options = { maxItemCount: 1, changeFeedStartFrom: ChangeFeedStartFrom.Beginning() };
    const page = await container.items.getChangeFeedIterator(options).readNext();
    expect(ids(page.result)).toEqual(['1', '2', '3']);
  });

  it('does not show what has expired', async () => {
    const container = await account.container({ defaultTtl: -1 });
    await container.items.create({ id: 'short', pk: 'p', ttl: 5 });
    await container.items.create({ id: 'long', pk: 'p' });
    await clock.advance(5_000);
    const { changes } = await readAll(container, { changeFeedStartFrom: ChangeFeedStartFrom.Beginning() });
    expect(ids(changes)).toEqual(['long']);
  });

  it('is read by the older iterator as well', async () => {
    const container = await account.container();
    await container.items.create({ id: '1', pk: 'p' });
    await container.items.create({ id: '2', pk: 'q' });
    const iterator = container.items.changeFeed<{ id: string }>('p', { startFromBeginning: true });
    expect(ids((await iterator.fetchNext()).result)).toEqual(['1']);
    expect((await iterator.fetchNext()).statusCode).toBe(304);
    expect(iterator.hasMoreResults).toBe(false);
    await container.items.upsert({ id: '1', pk: 'p', n: 2 });
    expect((await iterator.fetchNext()).result).toMatchObject([{ id: '1', n: 2 }]);
  });

  it('ends a page of large items early, and loses none', async () => {
    const container = await account.container();
    const pad = 'x'.repeat(1_000_000);
    for (let n = 0; n < 8; n++) await container.items.create({ id: `${n}`, pk: 'p', pad });
    const { changes, pages } = await readAll(container, { changeFeedStartFrom: ChangeFeedStartFrom.Beginning() });
    expect(ids(changes)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    expect(pages).toBe(2);
  });
});

interface Feed {
  readonly changes: Record<string, unknown>[];
  readonly pages: number;
  /** The physical partition of each page. */
  readonly ranges: unknown[];
}

/** Everything until the feed says that there is nothing new. */
async function readAll(
  container: Container,
  options: ChangeFeedIteratorOptions & { changeFeedStartFrom: Start },
): Promise<Feed> {
  const feed: Feed = { changes: [], pages: 0, ranges: [] };
  let pages = 0;
  for await (const page of container.items.getChangeFeedIterator<Record<string, unknown>>(options).getAsyncIterator()) {
    if (page.statusCode === 304) break;
    pages++;
    feed.changes.push(...page.result);
    feed.ranges.push(page.headers['x-ms-documentdb-partitionkeyrangeid']);
  }
  return { ...feed, pages };
}

function ids(items: readonly object[]): string[] {
  return items.map((item) => String((item as { id?: unknown }).id)); // what the tests have written
}
