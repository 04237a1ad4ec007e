import fc from 'fast-check';
import { operationChangedHandler } from '../../functions/notifications/OperationChanged/handler.ts';
import { operationHook } from '../../functions/notifications/OperationHook/handler.ts';
import { publishEventsHandler } from '../../functions/notifications/PublishEvents/handler.ts';
import { type OperationChange, toChange } from '../../shared/domain/notifications/operation-change.ts';
import { changesAmong, toChangeDocument } from '../../shared/persistence/operations/change-document.ts';
import { parseOperationChange } from '../../shared/validation/queue-messages.ts';
import { createMemorySubscriptionRepository } from '../support/memory-subscription-repository.ts';
import { newOperation } from '../support/operations.ts';
import { newSubscription, OWNER } from '../support/subscriptions.ts';

let ids = 0;
const SOURCE = { now: () => Date.UTC(2026, 0, 2), newId: () => `change-${++ids}` };
const context = { debug: () => undefined, error: () => undefined };

function change(changes: Partial<OperationChange> = {}): OperationChange {
  const operation = newOperation({ id: 'op' });
  const write = {
    chatId: 'chat',
    changeType: 'updated',
    operation,
    previousStatus: 'inProgress',
    revision: 2,
  } as const;
  return { ...toChange(write, SOURCE), ...changes };
}

const toItems = (changes: readonly OperationChange[]) => changes.map(toChangeDocument);

describe('OperationChanged', () => {
  test('wakes those whom the changes concern, each once, and nobody else', async () => {
    const subscriptions = createMemorySubscriptionRepository();
    const add = (id: string, rest: object) => subscriptions.create(newSubscription({ id, ...rest }), 'place');
    await add('chat', {});
    await add('operation', { watched: { kind: 'operation', chatId: 'chat', operationId: 'op' } });
    await add('other operation', { watched: { kind: 'operation', chatId: 'chat', operationId: 'x' } });
    await add('other chat', { watched: { kind: 'chat', chatId: 'x' } });
    await add('deletions', { changeTypes: ['deleted'] });
    await add('all', { watched: { kind: 'all' }, owner: { ...OWNER, kind: 'application' } });
    await add('expired', { expirationDateTime: '2001-01-01T00:00:00Z' });
    const handle = operationChangedHandler({ subscriptions, changesAmong, hook: false });
    const { wakeUps, changes } = await handle(toItems([change(), change(), change()]), context);
    expect(wakeUps).toHaveLength(1);
    expect(wakeUps[0]?.subscriptions.map(({ id }) => id).toSorted()).toEqual(['all', 'chat', 'operation']);
    expect(changes).toEqual([]);
  });

  test('passes over what is no change', async () => {
    const subscriptions = createMemorySubscriptionRepository();
    await subscriptions.create(newSubscription({ watched: { kind: 'all' } }), 'place');
    const handle = operationChangedHandler({ subscriptions, changesAmong, hook: true });
    const items = [{ kind: 'operation', id: 'op', chatId: 'chat' }, { kind: 'repeatableRequest' }, {}, null, 7];
    expect(await handle(items, context)).toEqual({ wakeUps: [], changes: [] });
  });

  const broken = fc.oneof(
    fc.constantFrom<unknown>(null, undefined, 7, 'text', [], {}, { ...change(), changeType: 'moved' }),
    fc.constantFrom<unknown>({ ...change(), chatId: null }, { ...change(), operationId: undefined }),
    fc.constantFrom<unknown>({ ...change(), changedDateTime: 'yesterday' }, { ...change(), id: 7 }),
  );
  const records = fc.array(fc.oneof(broken, fc.constant('good')), { minLength: 1, maxLength: 20 });

  test('and PublishEvents pass every good change on, whatever records are beside it', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (kinds) => {
        const subscriptions = createMemorySubscriptionRepository();
        await subscriptions.create(newSubscription({}), 'place');
        const errors: string[] = [];
        const log = { debug: () => undefined, error: (text: string) => void errors.push(text) };
        const items = kinds.map((kind, index) => ({
          ...toChangeDocument(change({ id: `good ${index}` })),
          ...(kind !== 'good' && { change: kind }),
        }));
        const good = items.filter((_item, index) => kinds[index] === 'good').map((item) => item.change);
        const handle = operationChangedHandler({ subscriptions, changesAmong, hook: true });
        const { wakeUps, changes } = await handle(items, log);
        expect(changes).toEqual(good);
        expect(wakeUps).toHaveLength(good.length > 0 ? 1 : 0);
        expect(errors).toHaveLength(items.length - good.length);
        expect(await publishEventsHandler({ changesAmong })(items, log)).toHaveLength(good.length);
      }),
    );
  });

  test('gives each change to the hook where there is one, subscribed to or not', async () => {
    const subscriptions = createMemorySubscriptionRepository();
    const handle = operationChangedHandler({ subscriptions, changesAmong, hook: true });
    const changes = [change(), change({ chatId: 'another' })];
    const given = await handle(toItems(changes), context);
    expect(given).toEqual({ wakeUps: [], changes });
    expect(given.changes.map((one) => parseOperationChange(JSON.parse(JSON.stringify(one))))).toEqual(changes);
  });

  test('wakes 10,000 subscriptions on one chat with messages that fit into the queue', async () => {
    const subscriptions = createMemorySubscriptionRepository();
    const chatId = 'ü'.repeat(1_000);
    for (let index = 0; index < 10_000; index += 1)
      await subscriptions.create(newSubscription({ id: String(index), watched: { kind: 'chat', chatId } }), 'place');
    const handle = operationChangedHandler({ subscriptions, changesAmong, hook: false });
    const { wakeUps } = await handle(toItems([change({ chatId })]), context);
    expect(new Set(wakeUps.flatMap(({ subscriptions: keys }) => keys.map(({ id }) => id))).size).toBe(10_000);
    for (const wakeUp of wakeUps) {
      expect(wakeUp.subscriptions.length).toBeLessThanOrEqual(100);
      expect(Buffer.from(JSON.stringify(wakeUp)).toString('base64').length).toBeLessThanOrEqual(64 * 1024);
    }
  });

  test('asks once for each chat of a batch, however many changes it has', async () => {
    const asked: string[] = [];
    const subscriptions = {
      async *watchersOf(scopes: readonly string[]) {
        asked.push(...scopes);
        yield [];
      },
    };
    const handle = operationChangedHandler({ subscriptions, changesAmong, hook: false });
    const changes = Array.from({ length: 500 }, (_, index) => change({ chatId: `chat ${index % 3}` }));
    await handle(toItems(changes), context);
    expect(asked.toSorted()).toEqual(['all', 'chat:chat 0', 'chat:chat 1', 'chat:chat 2']);
  });

  test('fails when the store does, so that the batch comes again', async () => {
    const subscriptions = {
      // biome-ignore lint/correctness/useYield: fails before there is anything
      async *watchersOf(): AsyncGenerator<never> {
        throw new Error('the store is down');
      },
    };
    const handle = operationChangedHandler({ subscriptions, changesAmong, hook: false });
    await expect(handle(toItems([change()]), context)).rejects.toThrow('the store is down');
  });
});

describe('OperationHook', () => {
  const logged: string[] = [];
  const logger = {
    info: (text: string) => void logged.push(`info: ${text}`),
    warn: (text: string) => void logged.push(`warn: ${text}`),
  };

  test('says when an operation has succeeded or failed, and nothing of anything else', async () => {
    await operationHook(change({ status: 'succeeded' }), logger);
    await operationHook(change({ status: 'failed' }), logger);
    await operationHook(change({ status: 'succeeded', previousStatus: 'succeeded' }), logger);
    await operationHook(change({ status: 'failed', previousStatus: 'notStarted', changeType: 'deleted' }), logger);
    await operationHook(change({ status: 'inProgress', previousStatus: 'notStarted' }), logger);
    expect(logged).toEqual(['info: createChat op of chat chat succeeded', 'warn: createChat op of chat chat failed']);
  });

  test.each([
    ['text', 'hello'],
    ['nothing', undefined],
    ['another object', { id: 'x' }],
    ['a revision below 1', { ...change(), revision: 0 }],
    ['an unknown status', { ...change(), status: 'done' }],
    ['a number for text', { ...change(), chatId: 7 }],
  ])('rejects a message that is %s', (_case, message) => {
    expect(() => parseOperationChange(message)).toThrow('The message is no change of an operation');
  });

  test('takes what a later version adds', () => {
    expect(parseOperationChange({ ...change(), later: 1 })).toMatchObject({ chatId: 'chat' });
  });
});
