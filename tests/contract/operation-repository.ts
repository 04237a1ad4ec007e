import type { OperationRepository } from '../../shared/domain/operation-repository.ts';
import { newOperation } from '../support/operations.ts';

export interface RunningRepository {
  readonly repository: OperationRepository;
  close(): Promise<void>;
}

/** What every OperationRepository does, whatever keeps the operations. */
export function describeOperationRepository(adapter: string, start: () => Promise<RunningRepository>): void {
  describe(`OperationRepository in ${adapter}`, () => {
    let running: RunningRepository;
    const create: OperationRepository['create'] = (...operation) => running.repository.create(...operation);

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
  });
}
