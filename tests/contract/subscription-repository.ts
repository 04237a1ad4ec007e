import type {
  SubscriptionRepository,
  Watcher,
  WatcherDirectory,
} from '../../shared/domain/notifications/subscription-repository.ts';
import { newSubscription, OWNER } from '../support/subscriptions.ts';

export interface RunningSubscriptions {
  readonly subscriptions: SubscriptionRepository & WatcherDirectory;
  /** Moves the time on. */
  advance(milliseconds: number): void;
  /** When the tests begin, in milliseconds since the Unix epoch. */
  readonly startedAt: number;
  close(): Promise<void>;
}

const HOUR_MS = 3_600_000;

/** What every SubscriptionRepository does, whatever keeps the subscriptions. */
export function describeSubscriptionRepository(adapter: string, start: () => Promise<RunningSubscriptions>): void {
  describe(`SubscriptionRepository in ${adapter}`, () => {
    let running: RunningSubscriptions;
    beforeEach(async () => {
      running = await start();
    });
    afterEach(() => running?.close());

    async function watchersOf(...scopes: string[]): Promise<Watcher[]> {
      const found: Watcher[] = [];
      for await (const page of running.subscriptions.watchersOf(scopes)) found.push(...page);
      return found.toSorted((a, b) => (a.key.id < b.key.id ? -1 : 1));
    }

    test('get() answers what was created, to its owner alone', async () => {
      const subscription = newSubscription({ id: 'a' });
      await running.subscriptions.create(subscription, 'place');
      const get = (changes: object) => running.subscriptions.get({ ...OWNER, ...changes }, 'a');
      expect((await get({}))?.subscription).toEqual(subscription);
      for (const others of [{ id: 'x' }, { kind: 'application' }, { tenantId: null }, { applicationId: null }])
        expect(await get(others)).toBeNull();
      expect(await running.subscriptions.get(OWNER, 'b')).toBeNull();
    });

    test.each(['', '/', 'a#b', "'", '\ud800'])('get() answers null for the id %j', async (id) => {
      expect(await running.subscriptions.get(OWNER, id)).toBeNull();
    });

    test('replace() writes only over the version it names', async () => {
      await running.subscriptions.create(newSubscription({ id: 'a' }), 'place');
      const etag = (await running.subscriptions.get(OWNER, 'a'))?.etag ?? '';
      const renewed = newSubscription({ id: 'a', expirationDateTime: '2998-01-01T00:00:00Z' });
      expect(await running.subscriptions.replace(renewed, etag)).toBe(true);
      expect(await running.subscriptions.replace(newSubscription({ id: 'a' }), etag)).toBe(false);
      expect((await running.subscriptions.get(OWNER, 'a'))?.subscription).toEqual(renewed);
      expect(await running.subscriptions.replace(newSubscription({ id: 'never' }), etag)).toBe(false);
    });

    test('delete() removes it, and does nothing where it is gone', async () => {
      await running.subscriptions.create(newSubscription({ id: 'a' }), 'place');
      await running.subscriptions.delete({ scope: 'chat:chat', id: 'a' });
      await running.subscriptions.delete({ scope: 'chat:chat', id: 'a' });
      expect(await running.subscriptions.get(OWNER, 'a')).toBeNull();
      expect(await watchersOf('chat:chat')).toEqual([]);
    });

    test('list() pages through those of the owner, in the order of their ids, and count() counts them', async () => {
      for (const id of ['c', 'a', 'd', 'b']) {
        await running.subscriptions.create(newSubscription({ id, watched: { kind: 'chat', chatId: id } }), 'place');
        await running.subscriptions.create(newSubscription({ id: `${id}x`, owner: { ...OWNER, id: 'x' } }), 'place');
      }
      const first = await running.subscriptions.list(OWNER, { after: null, limit: 3 });
      expect(first.subscriptions.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
      const second = await running.subscriptions.list(OWNER, { after: first.next, limit: 3 });
      expect(second).toMatchObject({ subscriptions: [{ id: 'd' }], next: null });
      expect(await running.subscriptions.count(OWNER)).toBe(4);
      expect(await running.subscriptions.list({ ...OWNER, id: 'nobody' }, { after: null, limit: 3 })).toEqual({
        subscriptions: [],
        next: null,
      });
      expect(await running.subscriptions.count({ ...OWNER, id: 'nobody' })).toBe(0);
    });

    test('one that has expired is not there for anybody', async () => {
      const expirationDateTime = new Date(running.startedAt + HOUR_MS).toISOString();
      await running.subscriptions.create(newSubscription({ id: 'a', expirationDateTime }), 'place');
      expect(await running.subscriptions.count(OWNER)).toBe(1);
      running.advance(HOUR_MS);
      expect(await running.subscriptions.get(OWNER, 'a')).toBeNull();
      expect(await running.subscriptions.count(OWNER)).toBe(0);
      expect((await running.subscriptions.list(OWNER, { after: null, limit: 1 })).subscriptions).toEqual([]);
      expect(await watchersOf('chat:chat')).toEqual([]);
    });

    test('watchersOf() finds all of a scope, whoever owns them', async () => {
      const operation = { kind: 'operation', chatId: 'chat', operationId: 'op' } as const;
      await running.subscriptions.create(newSubscription({ id: 'a', watched: operation }), 'place');
      await running.subscriptions.create(newSubscription({ id: 'b', owner: { ...OWNER, id: 'x' } }), 'place');
      await running.subscriptions.create(newSubscription({ id: 'c', watched: { kind: 'all' } }), 'place');
      await running.subscriptions.create(newSubscription({ id: 'd', watched: { kind: 'chat', chatId: 'x' } }), 'place');
      const { changeTypes } = newSubscription();
      expect(await watchersOf('chat:chat')).toEqual([
        { key: { scope: 'chat:chat', id: 'a' }, watched: operation, changeTypes },
        { key: { scope: 'chat:chat', id: 'b' }, watched: { kind: 'chat', chatId: 'chat' }, changeTypes },
      ]);
      expect((await watchersOf('all')).map(({ key }) => key)).toEqual([{ scope: 'all', id: 'c' }]);
      expect(await watchersOf('chat:nobody')).toEqual([]);
      expect(await watchersOf()).toEqual([]);
      const many = Array.from({ length: 250 }, (_, index) => `chat:nobody ${index}`);
      const found = await watchersOf('all', ...many, 'chat:chat', 'chat:x');
      expect(found.map(({ key }) => `${key.scope}/${key.id}`)).toEqual([
        'chat:chat/a',
        'chat:chat/b',
        'all/c',
        'chat:x/d',
      ]);
    });

    test('watchersOf() comes in pages, however many there are', async () => {
      const ids = Array.from({ length: 2_100 }, (_, index) => String(index));
      for (let from = 0; from < ids.length; from += 100)
        await Promise.all(
          ids.slice(from, from + 100).map((id) => running.subscriptions.create(newSubscription({ id }), 'place')),
        );
      expect(new Set((await watchersOf('chat:chat')).map(({ key }) => key.id)).size).toBe(ids.length);
    });
  });
}
