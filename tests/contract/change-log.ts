import type { ChangeLog } from '../../shared/domain/notifications/change-log.ts';
import type { OperationChange } from '../../shared/domain/notifications/operation-change.ts';
import type { SubscribedResource } from '../../shared/domain/notifications/subscription.ts';
import type { OperationRepository, StoredOperation } from '../../shared/domain/operation-repository.ts';
import { newOperation } from '../support/operations.ts';

export interface RunningLog {
  /** Records its changes in the log. */
  readonly repository: OperationRepository;
  readonly log: ChangeLog;
  close(): Promise<void>;
}

const ALL: SubscribedResource = { kind: 'all' };
const ORIGIN = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  clientRequestId: 'a3b1c9d2-1f7b-4d0e-9d25-6d0a2f1f6a51',
};

/** What a repository records and a log answers, whatever keeps them. */
export function describeChangeLog(adapter: string, start: () => Promise<RunningLog>): void {
  describe(`ChangeLog in ${adapter}`, () => {
    let running: RunningLog;
    let chats = 0;
    let chatId = '';

    beforeAll(async () => {
      running = await start();
    });
    beforeEach(() => {
      chats += 1;
      chatId = `chat ${chats}`;
    });
    afterAll(() => running?.close());

    const chat = (): SubscribedResource => ({ kind: 'chat', chatId });
    const create = (id: string) => running.repository.create(chatId, newOperation({ id }));

    async function get(id: string): Promise<StoredOperation> {
      const stored = await running.repository.get(chatId, id);
      if (!stored) throw new Error(`${id} is not stored`);
      return stored;
    }

    /** All that follows the place. */
    async function read(watched: SubscribedResource, place: string, limit = 100): Promise<OperationChange[]> {
      const page = await running.log.read(watched, place, limit);
      expect(page.changes.length).toBeLessThanOrEqual(limit);
      return page.hasMore ? [...page.changes, ...(await read(watched, page.next, limit))] : [...page.changes];
    }

    test('read() answers a creation, an update and a deletion in their order', async () => {
      const place = await running.log.end(chat());
      await running.repository.create(chatId, newOperation({ id: 'a' }), { origin: ORIGIN });
      const changed = newOperation({ id: 'a', status: 'succeeded' });
      await running.repository.replace(chatId, changed, { current: await get('a') });
      await running.repository.delete(chatId, 'a', { etag: null });
      const changes = await read(chat(), place);
      expect(changes).toMatchObject([
        { changeType: 'created', revision: 1, status: 'inProgress', previousStatus: null, ...ORIGIN },
        { changeType: 'updated', revision: 2, status: 'succeeded', previousStatus: 'inProgress', traceparent: null },
        { changeType: 'deleted', revision: 3, status: 'succeeded', previousStatus: 'succeeded' },
      ]);
      const one = {
        chatId,
        operationId: 'a',
        operationType: 'createChat',
        changedDateTime: expect.stringMatching(/Z$/),
      };
      for (const change of changes) expect(change).toMatchObject(one);
      expect(new Set(changes.map(({ id }) => id)).size).toBe(3);
    });

    test('read() answers the same changes however often it is called', async () => {
      const place = await running.log.end(chat());
      await create('a');
      expect(await read(chat(), place)).toEqual(await read(chat(), place));
    });

    test('read() answers nothing of what came before the place', async () => {
      await create('before');
      const place = await running.log.end(chat());
      expect(await running.log.read(chat(), place, 10)).toMatchObject({ changes: [], hasMore: false });
      await create('after');
      expect((await read(chat(), place)).map(({ operationId }) => operationId)).toEqual(['after']);
    });

    test.each([1, 3, 100])('read() of at most %i goes through all there is, in order', async (limit) => {
      const place = await running.log.end(chat());
      const ids = Array.from({ length: 10 }, (_, index) => `op-${index}`);
      for (const id of ids) await create(id);
      for (const id of ids) await running.repository.replace(chatId, newOperation({ id }), { current: await get(id) });
      await running.repository.delete(chatId, 'op-0', { etag: null });
      const changes = await read(chat(), place, limit);
      expect(changes.map(({ operationId, revision }) => `${operationId}/${revision}`)).toEqual([
        ...ids.map((id) => `${id}/1`),
        ...ids.map((id) => `${id}/2`),
        'op-0/3',
      ]);
    });

    test('read() of a chat answers no other chat, read() of all answers every one', async () => {
      const [place, whole] = [await running.log.end(chat()), await running.log.end(ALL)];
      await running.repository.create('elsewhere', newOperation({ id: `not of ${chatId}` }));
      await create('here');
      expect((await read(chat(), place)).map(({ operationId }) => operationId)).toEqual(['here']);
      const all = await read(ALL, whole);
      expect(all.map(({ operationId }) => operationId).toSorted()).toEqual(['here', `not of ${chatId}`]);
    });

    test('a write that fails, and a repeated request, record nothing', async () => {
      const repeatable = { key: chatId, fingerprint: 'f' };
      await running.repository.create(chatId, newOperation({ id: 'a' }), { repeatable });
      const stale = await get('a');
      await running.repository.replace(chatId, newOperation({ id: 'a' }), { current: stale });
      const place = await running.log.end(chat());
      await running.repository.create(chatId, newOperation({ id: 'b' }), { repeatable });
      await expect(create('a')).rejects.toMatchObject({ code: 'Conflict' });
      expect(await running.repository.replace(chatId, newOperation({ id: 'a' }), { current: stale })).toBeNull();
      const etag = 'another';
      await expect(running.repository.delete(chatId, 'a', { etag })).rejects.toMatchObject({
        code: 'PreconditionFailed',
      });
      await expect(running.repository.delete(chatId, 'x', { etag: null })).rejects.toMatchObject({ code: 'NotFound' });
      expect(await read(chat(), place)).toEqual([]);
    });

    test('a deletion that races with updates deletes once, and its revision is the last', async () => {
      const place = await running.log.end(chat());
      await create('raced');
      const update = async () => {
        const current = await running.repository.get(chatId, 'raced');
        return current && running.repository.replace(chatId, current.operation, { current });
      };
      await Promise.all([update(), update(), running.repository.delete(chatId, 'raced', { etag: null }), update()]);
      const changes = await read(chat(), place);
      expect(changes.map(({ revision }) => revision)).toEqual(changes.map((_, index) => index + 1));
      expect(changes.at(-1)?.changeType).toBe('deleted');
    });

    test('list(), count() and get() show no changes', async () => {
      await create('a');
      const orderBy = [{ property: 'id', descending: false }] as const;
      const query = { where: null, orderBy, skip: 0, after: null, limit: 10 };
      expect((await running.repository.list(chatId, query)).operations).toHaveLength(1);
      expect(await running.repository.count(chatId, null)).toBe(1);
      const [change] = await read(chat(), await running.log.end(chat()));
      expect(await running.repository.get(chatId, `$change-${change?.id}`)).toBeNull();
    });
  });
}
