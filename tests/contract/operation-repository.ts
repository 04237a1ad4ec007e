import type { OperationRepository, StoredOperation } from '../../shared/domain/operation-repository.ts';
import type { TeamsAsyncOperation } from '../../shared/domain/teams-async-operation.ts';
import { newOperation } from '../support/operations.ts';
import { describeOperationQueries } from './operation-queries.ts';

export interface RunningRepository {
  readonly repository: OperationRepository;
  close(): Promise<void>;
}

/** What every OperationRepository does, whatever keeps the operations. */
export function describeOperationRepository(adapter: string, start: () => Promise<RunningRepository>): void {
  describe(`OperationRepository in ${adapter}`, () => {
    let running: RunningRepository;
    const create: OperationRepository['create'] = (...operation) => running.repository.create(...operation);

    async function get(chatId: string, id: string): Promise<StoredOperation> {
      const stored = await running.repository.get(chatId, id);
      if (!stored) throw new Error(`${id} is not stored`);
      return stored;
    }

    async function createAndGet(chatId: string, operation: TeamsAsyncOperation): Promise<StoredOperation> {
      await create(chatId, operation);
      return get(chatId, operation.id);
    }

    beforeAll(async () => {
      running = await start();
    });
    afterAll(() => running?.close());

    test('create() returns the operation with an etag', async () => {
      const operation = newOperation({ id: 'returned', error: { code: 'a', message: null } });
      const stored = await create('chat', operation);
      expect(stored.operation).toEqual(operation);
      expect(stored.etag).toMatch(/^[^"]+$/);
    });

    test('create() gives different operations different etags', async () => {
      const first = await create('chat', newOperation({ id: 'first' }));
      const second = await create('chat', newOperation({ id: 'second' }));
      expect(first.etag).not.toBe(second.etag);
    });

    test('create() rejects with Conflict when the chat holds the id', async () => {
      await create('chat', newOperation({ id: 'twice' }));
      await expect(create('chat', newOperation({ id: 'twice' }))).rejects.toMatchObject({ code: 'Conflict' });
    });

    test('create() takes an id that another chat holds', async () => {
      await create('chat', newOperation({ id: 'shared' }));
      await expect(create('other chat', newOperation({ id: 'shared' }))).resolves.toBeDefined();
    });

    test('create() lets exactly one of many win an id', async () => {
      const attempts = Array.from({ length: 20 }, () => create('chat', newOperation({ id: 'raced' })));
      const results = await Promise.allSettled(attempts);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    test('create() tells chats apart that share their first 2,000 bytes', async () => {
      const prefix = 'c'.repeat(2_000);
      await create(`${prefix}1`, newOperation({ id: 'long' }));
      await expect(create(`${prefix}2`, newOperation({ id: 'long' }))).resolves.toBeDefined();
    });

    test.each(['', ' ', '\n', '.', '..', 'a/b', 'a\\b', 'a?b', 'a#b', '\ud800', 'x'.repeat(256), 'x'.repeat(3_000)])(
      'get() and delete() find nothing by the id %j',
      async (id) => {
        expect(await running.repository.get('chat', id)).toBeNull();
        await expect(running.repository.delete('chat', id, { etag: null })).rejects.toMatchObject({ code: 'NotFound' });
      },
    );

    test.each(['a b', 'a+b%2F&=', "it's", 'émoji 🙂', '__proto__', 'x'.repeat(255)])(
      'create() takes the id %s',
      async (id) => {
        expect((await create('chat', newOperation({ id }))).operation.id).toBe(id);
      },
    );

    test('create() takes dynamic properties of any name', async () => {
      const names = ['_etag', '_ts', 'ttl', 'id', 'chatId', '__proto__', 'constructor', '', 'a.b', '$select'];
      const dynamicProperties = Object.fromEntries(names.map((name) => [name, { name }]));
      const stored = await create('chat', newOperation({ id: 'dynamic', dynamicProperties }));
      expect(JSON.stringify(stored.operation.dynamicProperties)).toBe(JSON.stringify(dynamicProperties));
    });

    test('get() answers what was created, and null where nothing is', async () => {
      const operation = newOperation({ id: 'got', dynamicProperties: { values: [{ a: null }] } });
      const { etag } = await create('chat', operation);
      expect(await running.repository.get('chat', 'got')).toEqual({ operation, etag, revision: 1 });
      expect(await running.repository.get('other chat', 'got')).toBeNull();
      expect(await running.repository.get('chat', 'GOT')).toBeNull();
    });

    test('replace() writes only over the version it names', async () => {
      const current = await createAndGet('chat', newOperation({ id: 'replaced' }));
      const changed = newOperation({ id: 'replaced', status: 'failed' });
      const replaced = await running.repository.replace('chat', changed, { current });
      expect(replaced).toMatchObject({ operation: changed, revision: 2 });
      expect(replaced?.etag).not.toBe(current.etag);
      expect(await running.repository.replace('chat', changed, { current })).toBeNull();
      expect(await running.repository.get('chat', 'replaced')).toEqual(replaced);
      expect(await running.repository.replace('chat', newOperation({ id: 'never' }), { current })).toBeNull();
    });

    test('delete() deletes the version it names, or any', async () => {
      const { etag } = await create('chat', newOperation({ id: 'deleted' }));
      const remove = (wanted: string | null) => running.repository.delete('chat', 'deleted', { etag: wanted });
      await expect(remove('another')).rejects.toMatchObject({ code: 'PreconditionFailed' });
      await remove(etag);
      await expect(remove(null)).rejects.toMatchObject({ code: 'NotFound' });
      expect(await running.repository.get('chat', 'deleted')).toBeNull();
    });

    describe('create() of a repeatable request', () => {
      const request = (key: string, fingerprint = 'f') => ({ repeatable: { key, fingerprint } });

      test('is carried out once, however often it comes at once', async () => {
        const attempts = Array.from({ length: 20 }, (_, index) =>
          running.repository.create('repeated', newOperation({ id: `try-${index}` }), request('k')),
        );
        const ids = (await Promise.all(attempts)).map(({ operation }) => operation.id);
        expect(new Set(ids).size).toBe(1);
        expect(await running.repository.count('repeated', null)).toBe(1);
      });

      test('answers the first creation, without an etag once it has been written', async () => {
        const first = await running.repository.create('chat', newOperation({ id: 'once' }), request('once'));
        const again = () => running.repository.create('chat', newOperation({ id: 'twice more' }), request('once'));
        expect(await again()).toEqual(first);
        const current = await get('chat', 'once');
        await running.repository.replace('chat', newOperation({ id: 'once', status: 'failed' }), { current });
        expect(await again()).toEqual({ operation: first.operation, etag: null });
      });

      test('rejects with BadRequest when it asked for something else before', async () => {
        await running.repository.create('chat', newOperation({ id: 'asked' }), request('asked'));
        const other = running.repository.create('chat', newOperation({ id: 'else' }), request('asked', 'g'));
        await expect(other).rejects.toMatchObject({ code: 'BadRequest' });
      });

      test('keeps nothing of a request that failed', async () => {
        await create('chat', newOperation({ id: 'taken' }));
        const failing = running.repository.create('chat', newOperation({ id: 'taken' }), request('fails'));
        await expect(failing).rejects.toMatchObject({ code: 'Conflict' });
        const second = await running.repository.create('chat', newOperation({ id: 'free' }), request('fails', 'h'));
        expect(second.operation.id).toBe('free');
      });
    });

    describe('queries', () => describeOperationQueries(() => running.repository));
  });
}
