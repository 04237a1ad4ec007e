import {
  ChangeFeedMode,
  ChangeFeedPolicy,
  ChangeFeedRetentionTimeSpan,
  ChangeFeedStartFrom,
  type Container,
  type ContainerDefinition,
} from '@azure/cosmos';
import { VirtualClock } from '@lazurite/runtime';
import { makeDataDirectory } from '../testing/data-directory.ts';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

interface Version {
  readonly current: Record<string, unknown>;
  readonly previous?: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
}

const MINUTE_MS = 60_000;

describe.each([['in memory'], ['on disk']])('the change feed of all versions and deletes %s', (where) => {
  let account: SdkAccount;
  const clock = new VirtualClock(Date.now());
  const directory = makeDataDirectory();

  beforeAll(async () => {
    account = await openSdkAccount({ clock, ...(where === 'on disk' && { dataDir: directory.path }) });
  });

  afterAll(async () => {
    await account.close();
    directory.remove();
  });

  function container(minutes = 2, definition: ContainerDefinition = {}): Promise<Container> {
    const changeFeedPolicy = new ChangeFeedPolicy(ChangeFeedRetentionTimeSpan.fromMinutes(minutes));
    return account.container({ changeFeedPolicy, ...definition } as ContainerDefinition);
  }

  it('tells of creates, replaces and deletes with the images before and after', async () => {
    const versions = await container();
    const feed = fromNow(versions);
    expect((await feed.readNext()).statusCode).toBe(304);
    const { resource: created } = await versions.items.create({ id: 'a', pk: 'p', n: 1 });
    const { resource: replaced } = await versions.items.upsert({ id: 'a', pk: 'p', n: 2 });
    await versions.item('a', 'p').delete();
    const { result } = await feed.readNext();
    const crts = Math.floor(clock.now() / 1000);
    expect(result).toEqual([
      { current: created, metadata: { operationType: 'create', lsn: 1, crts } },
      {
        current: replaced,
        previous: created,
        metadata: { operationType: 'replace', lsn: 2, crts, previousImageLSN: 1 },
      },
      {
        current: {},
        previous: replaced,
        metadata: {
          operationType: 'delete',
          lsn: 3,
          crts,
          previousImageLSN: 2,
          id: 'a',
          partitionKey: { pk: 'p' },
        },
      },
    ]);
    expect((await feed.readNext()).statusCode).toBe(304);
  });

  it('tells of an expired item as a delete, whether the sweep or a write has found it', async () => {
    const versions = await container(2, { defaultTtl: 30 });
    const feed = fromNow(versions);
    await feed.readNext();
    for (const id of ['read', 'rewritten']) await versions.items.create({ id, pk: 'p' });
    await clock.advance(30_000);
    await versions.items.create({ id: 'rewritten', pk: 'p', n: 2 });
    const { result } = await feed.readNext();
    expect(result.map(({ metadata: m }) => [m.operationType, m.id, m.timeToLiveExpired])).toEqual([
      ['create', undefined, undefined],
      ['create', undefined, undefined],
      ['delete', 'rewritten', true],
      ['create', undefined, undefined],
      ['delete', 'read', true],
    ]);
  });

  it('gives pages of the size that was asked for, of one logical partition or of all', async () => {
    const versions = await container();
    const all = fromNow(versions, { maxItemCount: 2 });
    const one = fromNow(versions, { changeFeedStartFrom: ChangeFeedStartFrom.Now('p1') });
    for (const feed of [all, one]) await feed.readNext();
    for (let n = 0; n < 4; n++) await versions.items.create({ id: `${n}`, pk: `p${n}` });
    await versions.item('1', 'p1').delete();
    const pages = [await all.readNext(), await all.readNext(), await all.readNext(), await all.readNext()];
    expect(pages.map(({ count }) => count)).toEqual([2, 2, 1, 0]);
    expect((await one.readNext()).result.map(({ metadata }) => metadata.lsn)).toEqual([2, 5]);
  });

  it('rejects a start at the beginning, and a continuation older than the retention', async () => {
    const versions = await container(2);
    const beginning = fromNow(versions, { changeFeedStartFrom: ChangeFeedStartFrom.Beginning() });
    await expect(beginning.readNext()).rejects.toMatchObject({ code: 400 });
    const late = fromNow(versions);
    await late.readNext();
    await versions.items.create({ id: '1', pk: 'p' });
    await clock.advance(2 * MINUTE_MS + 1_000);
    await expect(late.readNext()).rejects.toThrow('within the retention period');
    await versions.items.create({ id: '2', pk: 'p' });
    await expect(late.readNext()).rejects.toThrow('within the retention period');
  });

  it('keeps what is younger than the retention', async () => {
    const versions = await container(2);
    const feed = fromNow(versions);
    await feed.readNext();
    await versions.items.create({ id: '1', pk: 'p' });
    await clock.advance(1.5 * MINUTE_MS);
    await versions.items.create({ id: '2', pk: 'p' });
    expect((await feed.readNext()).count).toBe(2);
    await clock.advance(1.5 * MINUTE_MS);
    await versions.items.create({ id: '3', pk: 'p' });
    expect((await feed.readNext()).result.map(({ current }) => current.id)).toEqual(['3']);
  });

  it('rejects a container without a policy, and one whose policy was taken away meanwhile', async () => {
    const without = await account.container();
    await expect(fromNow(without).readNext()).rejects.toThrow('changeFeedPolicy');
    const versions = await container();
    const feed = fromNow(versions);
    await feed.readNext();
    await versions.items.create({ id: '1', pk: 'p' });
    const { resource } = await versions.read();
    const { changeFeedPolicy, ...others } = resource as ContainerDefinition & { id: string };
    await versions.replace(others);
    await versions.items.create({ id: '2', pk: 'p' });
    await versions.replace({ ...others, changeFeedPolicy } as ContainerDefinition & { id: string });
    await expect(feed.readNext()).rejects.toThrow('within the retention period');
  });
});

function fromNow(container: Container, options: object = {}) {
  return container.items.getChangeFeedIterator<Version>({
    changeFeedMode: ChangeFeedMode.AllVersionsAndDeletes,
    changeFeedStartFrom: ChangeFeedStartFrom.Now(),
    ...options,
  });
}
