import { seededRandomness, silentLog, VirtualClock } from '@lazurite/runtime';
import type { InvokeTriggered } from '../../invocation/invocation.ts';
import { ContainerChanges } from '../polling.ts';
import { withRetries } from '../retry.ts';
import type { ChangeFeed, FeedRange } from './change-feed.ts';
import { ChangeFeedListener, type ChangeFeedListenerOptions } from './change-feed-listener.ts';
import type { Lease, LeaseStore } from './lease.ts';

/** A container of numbered changes, in as many ranges as asked for. */
class MemoryFeed implements ChangeFeed {
  readonly changes: number[][];

  constructor(ranges: number) {
    this.changes = Array.from({ length: ranges }, () => []);
  }

  async ranges(): Promise<FeedRange[]> {
    return this.changes.map((_, index) => ({ minInclusive: String(index), maxExclusive: String(index + 1) }));
  }

  async read(range: FeedRange, from: Parameters<ChangeFeed['read']>[1]) {
    const changes = this.changes[Number(range.minInclusive)] ?? [];
    const start =
      typeof from === 'object' && 'continuation' in from
        ? Number(from.continuation)
        : from === 'now'
          ? changes.length
          : 0;
    const items = changes.slice(start, start + 2);
    return { items, continuation: String(start + items.length), isFull: items.length === 2 };
  }
}

class MemoryLeases implements LeaseStore {
  readonly stored = new Map<string, Lease>();
  #version = 0;

  async list(): Promise<Lease[]> {
    return [...this.stored.values()];
  }

  async add(range: FeedRange): Promise<void> {
    const id = range.minInclusive;
    if (this.stored.has(id)) return;
    this.stored.set(id, { id, range, continuation: undefined, owner: undefined, renewedAt: 0, etag: '0' });
  }

  async update(lease: Lease, change: object): Promise<Lease | undefined> {
    if (this.stored.get(lease.id)?.etag !== lease.etag) return undefined;
    const updated = { ...lease, ...change, etag: String(++this.#version) };
    this.stored.set(lease.id, updated);
    return updated;
  }

  owners(): (string | undefined)[] {
    return [...this.stored.values()].map(({ owner }) => owner);
  }
}

function setUp(ranges = 1) {
  const clock = new VirtualClock();
  const feed = new MemoryFeed(ranges);
  const leases = new MemoryLeases();
  const batches: number[][] = [];
  const record: InvokeTriggered = async ({ input }) => {
    batches.push(JSON.parse(input.json ?? ''));
    return { succeeded: true };
  };
  function listener(instanceId: string, options: Partial<ChangeFeedListenerOptions> = {}) {
    return new ChangeFeedListener({
      feed,
      leases,
      instanceId,
      isGone: () => false,
      onChange: () => () => undefined,
      containerName: 'orders',
      startFrom: 'beginning',
      pollDelayMs: 100,
      acquireIntervalMs: 1_000,
      renewIntervalMs: 2_000,
      expirationMs: 5_000,
      functionName: 'fn',
      invoke: record,
      clock,
      log: silentLog,
      ...options,
    });
  }
  return { clock, feed, leases, batches, listener, changes: feed.changes[0] ?? [] };
}

const orders = { database: 'shop', container: 'orders' };

describe('cosmosDBTrigger', () => {
  test('delivers changes in batches and in order, and goes on after a restart where it was', async () => {
    const { clock, changes, batches, listener } = setUp();
    changes.push(1, 2, 3);
    const first = listener('a');
    await first.start();
    await clock.advance(1_000);
    await first.stop();
    changes.push(4);
    const second = listener('b');
    await second.start();
    await clock.advance(1_000);
    await second.stop();
    expect(batches).toEqual([[1, 2], [3], [4]]);
  });

  test('starts from now on, also after a restart before the first change', async () => {
    const { clock, changes, batches, listener } = setUp();
    changes.push(1);
    const first = listener('a', { startFrom: 'now' });
    await first.start();
    await clock.advance(500);
    await first.stop();
    changes.push(2);
    const second = listener('b', { startFrom: 'now' });
    await second.start();
    await clock.advance(500);
    await second.stop();
    expect(batches).toEqual([[2]]);
  });

  test('goes on after a failed batch', async () => {
    const { clock, changes, listener } = setUp();
    changes.push(1, 2, 3);
    let calls = 0;
    const failing = listener('a', {
      invoke: async () => {
        calls++;
        return { succeeded: false, error: new Error('no') };
      },
    });
    await failing.start();
    await clock.advance(1_000);
    await failing.stop();
    expect(calls).toBe(2);
  });

  test('holds a batch that always fails for as long as its retry policy says, then goes on', async () => {
    const { clock, changes, listener } = setUp();
    changes.push(1, 2, 3);
    const calls: [second: number, batch: string | null | undefined][] = [];
    const begun = clock.now();
    const failing: InvokeTriggered = async ({ input }) => {
      calls.push([(clock.now() - begun) / 1_000, input.json]);
      return { succeeded: false, error: new Error('no') };
    };
    const policy = { strategy: 'fixedDelay', maxRetryCount: 2, delayMs: 10_000 } as const;
    const invoke = withRetries(failing, policy, { clock, random: seededRandomness(1) });
    const held = listener('a', { invoke });
    await held.start();
    for (let second = 0; second < 60; second++) await clock.advance(1_000);
    await held.stop();
    const [first, second] = ['[1,2]', '[3]'];
    expect(calls.map(([at, batch]) => [Math.floor(at), batch])).toEqual([
      ...[0, 10, 20].map((at) => [at, first]),
      ...[20, 30, 40].map((at) => [at, second]),
    ]);
  });

  test('delivers again what failed because the host stopped', async () => {
    const { clock, changes, batches, listener } = setUp();
    changes.push(1, 2);
    const stopped = Promise.withResolvers<{ succeeded: false; error: Error }>();
    const first = listener('a', { invoke: () => stopped.promise });
    await first.start();
    await clock.advance(100);
    const stopping = first.stop();
    stopped.resolve({ succeeded: false, error: new Error('stopped') });
    await stopping;
    const second = listener('b');
    await second.start();
    await clock.advance(100);
    await second.stop();
    expect(batches).toEqual([[1, 2]]);
  });

  test('shares the ranges equally among instances, and takes over from one that died', async () => {
    const { clock, feed, leases, batches, listener } = setUp(4);
    const first = listener('a');
    await first.start();
    expect(leases.owners()).toEqual(['a', 'a', 'a', 'a']);
    const second = listener('b');
    await second.start();
    await clock.advance(5_000);
    expect(leases.owners().filter((owner) => owner === 'b')).toHaveLength(2);
    await first.stop();
    await clock.advance(3_000);
    expect(leases.owners()).toEqual(['b', 'b', 'b', 'b']);
    for (const [index, changes] of feed.changes.entries()) changes.push(index);
    await clock.advance(1_000);
    expect(batches.flat().sort()).toEqual([0, 1, 2, 3]);
    await second.stop();
  });

  test('keeps its lease while a function runs for longer than leases last', async () => {
    const { clock, changes, leases, batches, listener } = setUp();
    changes.push(1);
    const slow = Promise.withResolvers<{ succeeded: true }>();
    const first = listener('a', { invoke: () => slow.promise });
    await first.start();
    await clock.advance(100);
    const second = listener('b');
    await second.start();
    await clock.advance(30_000);
    expect(leases.owners()).toEqual(['a']);
    expect(batches).toEqual([]);
    slow.resolve({ succeeded: true });
    await clock.advance(100);
    await Promise.all([first.stop(), second.stop()]);
  });

  test('waits out a feed that fails for a while, and reports its beginning and its end', async () => {
    const { clock, feed, changes, batches, listener } = setUp();
    changes.push(1);
    const read = feed.read.bind(feed);
    let failures = 3;
    feed.read = async (range, from) => {
      if (failures-- > 0) throw new Error('down');
      return read(range, from);
    };
    const lines: string[] = [];
    const only = listener('a', { log: { ...silentLog, warn: (_, message) => lines.push(message) } });
    await only.start();
    await clock.advance(10_000);
    await only.stop();
    expect(batches).toEqual([[1]]);
    const what = "The change feed of container 'orders' could not be read";
    expect(lines).toEqual([`${what}: down. It is tried again`, `Over: ${what}`]);
  });

  test('reads at once on a notification, also on one during a read', async () => {
    const { clock, feed, changes, batches, listener } = setUp();
    const notifications = new ContainerChanges();
    const notify = () => notifications.notify(orders);
    const onChange = (callback: () => void) => notifications.subscribe(orders, callback);
    const only = listener('a', { pollDelayMs: 60_000, onChange });
    await only.start();
    await clock.advance(10);
    changes.push(1);
    notify();
    await clock.advance(1);
    expect(batches).toEqual([[1]]);
    await clock.advance(100); // it rests
    const read = feed.read.bind(feed);
    feed.read = async (range, from) => {
      const page = await read(range, from);
      if (changes.length === 1) {
        changes.push(2);
        notify();
      }
      return page;
    };
    notify();
    await clock.advance(1);
    expect(batches).toEqual([[1], [2]]);
    await only.stop();
  });

  test('takes changes together that come shortly after one another', async () => {
    const { clock, changes, batches, listener } = setUp();
    const notifications = new ContainerChanges();
    const only = listener('a', {
      pollDelayMs: 60_000,
      onChange: (callback) => notifications.subscribe(orders, callback),
    });
    await only.start();
    await clock.advance(10);
    for (const change of [1, 2, 3]) {
      changes.push(change);
      notifications.notify(orders);
      await clock.advance(3);
    }
    await clock.advance(100);
    expect(batches).toEqual([[1], [2, 3]]);
    await only.stop();
  });

  test('takes over at once from an instance whose process has ended', async () => {
    const { clock, leases, changes, batches, listener } = setUp();
    await listener('dead').start();
    expect(leases.owners()).toEqual(['dead']);
    const next = listener('b', { isGone: (owner) => owner === 'dead' });
    await next.start();
    expect(leases.owners()).toEqual(['b']);
    changes.push(1);
    await clock.advance(100);
    await next.stop();
    expect(batches).toEqual([[1]]);
  });
});
