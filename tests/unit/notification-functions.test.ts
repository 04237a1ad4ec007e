import { HttpRequest } from '@azure/functions';
import { deliverNotificationHandler } from '../../functions/notifications/DeliverNotification/handler.ts';
import { listDeadLettersHandler } from '../../functions/notifications/ListDeadLetters/handler.ts';
import { maintainSubscriptionsHandler } from '../../functions/notifications/MaintainSubscriptions/handler.ts';
import { publishEventsHandler } from '../../functions/notifications/PublishEvents/handler.ts';
import {
  type RedeliverDeadLettersDependencies,
  redeliverDeadLettersHandler,
} from '../../functions/notifications/RedeliverDeadLetters/handler.ts';
import { retryNotificationsHandler } from '../../functions/notifications/RetryNotifications/handler.ts';
import { UnavailableError } from '../../shared/domain/errors.ts';
import { NOTHING_DONE } from '../../shared/domain/notifications/delivery/delivery-round.ts';
import type { SubscriptionKey } from '../../shared/domain/notifications/subscription.ts';
import { toWakeUps } from '../../shared/domain/notifications/wake-up.ts';
import { graphDependencies } from '../support/call-handler.ts';
import { answered, type DeliveryWorld, newDeliveryWorld } from '../support/delivery-world.ts';
import { newChange } from '../support/notifications.ts';

const TIMER = { isPastDue: false } as never; // no handler here looks at it
const HOUR = 60 * 60_000;

type Handler = (dependencies: RedeliverDeadLettersDependencies) => ReturnType<typeof redeliverDeadLettersHandler>;

function newLog() {
  const lines: string[] = [];
  const log = (...parts: unknown[]) => void lines.push(parts.join(' '));
  return { lines, debug: log, warn: log, error: log };
}

function keysOf(count: number, scope = 'chat:x'): SubscriptionKey[] {
  return Array.from({ length: count }, (_, index) => ({ scope, id: `s${index}` }));
}

describe('toWakeUps()', () => {
  test('names each key once, no more than 100 in a message', () => {
    const keys = keysOf(250);
    const messages = toWakeUps(keys);
    expect(messages.map(({ subscriptions }) => subscriptions.length)).toEqual([100, 100, 50]);
    expect(messages.flatMap(({ subscriptions }) => subscriptions)).toEqual(keys);
    expect(toWakeUps([])).toEqual([]);
  });

  test('keeps messages within 64 KB in Base64, however long the ids of chats are', () => {
    const messages = toWakeUps(keysOf(100, `chat:${'é'.repeat(1_024)}`));
    expect(messages.length).toBeGreaterThan(1);
    for (const message of messages) expect(Buffer.byteLength(JSON.stringify(message)) * (4 / 3)).toBeLessThan(65_536);
  });
});

describe('DeliverNotification', () => {
  test.each([
    ['text', 'hello'],
    ['nothing', null],
    ['no list', {}],
    ['an empty list', { subscriptions: [] }],
    ['a key without an id', { subscriptions: [{ scope: 'all' }] }],
    ['numbers', { subscriptions: [1] }],
    ['more keys than there can be', { subscriptions: keysOf(101) }],
  ])('rejects %s, so that it ends in the poison queue', async (_what, message) => {
    const deliver = jest.fn();
    const handler = deliverNotificationHandler({ deliver, sleep: async () => undefined });
    await expect(handler(message, newLog())).rejects.toMatchObject({ code: 'InvalidWakeUp' });
    expect(deliver).not.toHaveBeenCalled();
  });

  test('serves all at once, tells of failures, and wakes again what was left', async () => {
    const reports = new Map([
      ['s0', { sent: 3, failure: null, deadLettered: 0, hasMore: true }],
      ['s1', { sent: 0, failure: 'the endpoint answered 500', deadLettered: 2, hasMore: false }],
    ]);
    const deliver = async ({ id }: SubscriptionKey) => reports.get(id) ?? NOTHING_DONE;
    const log = newLog();
    const wakeUps = await deliverNotificationHandler({ deliver, sleep: fail })({ subscriptions: keysOf(3) }, log);
    expect(wakeUps).toEqual([{ subscriptions: [{ scope: 'chat:x', id: 's0' }] }]);
    expect(log.lines).toEqual([
      'Subscription s0: 3 notifications were taken',
      'Subscription s1: a notification was not taken: the endpoint answered 500',
      'Subscription s1: 2 notifications were given up, and are dead letters',
    ]);
  });

  test('puts back what it could not look at while the store is down, after a pause', async () => {
    const deliver = async ({ id }: SubscriptionKey) => {
      if (id === 's1') throw new UnavailableError('The store cannot be reached.');
      return NOTHING_DONE;
    };
    const sleep = jest.fn(async () => undefined);
    const handler = deliverNotificationHandler({ deliver, sleep });
    expect(await handler({ subscriptions: keysOf(3) }, newLog())).toEqual([
      { subscriptions: [{ scope: 'chat:x', id: 's1' }] },
    ]);
    expect(sleep).toHaveBeenCalledWith(5_000);
  });

  test('serves the others when some fail in a way that nobody foresaw, and gives each of those its own message', async () => {
    const served: string[] = [];
    const deliver = async ({ id }: SubscriptionKey) => {
      if (id === 's1' || id === 's3') throw new TypeError('a bug');
      served.push(id);
      return { ...NOTHING_DONE, hasMore: id === 's2' };
    };
    const log = newLog();
    const wakeUps = await deliverNotificationHandler({ deliver, sleep: fail })({ subscriptions: keysOf(5) }, log);
    expect(served).toEqual(['s0', 's2', 's4']);
    expect(wakeUps.map(({ subscriptions }) => subscriptions.map(({ id }) => id))).toEqual([['s2'], ['s1'], ['s3']]);
    expect(log.lines.filter((line) => line.includes('failed unexpectedly'))).toHaveLength(2);
  });

  test('rejects for what nobody foresaw', async () => {
    const deliver = () => Promise.reject(new TypeError('a bug'));
    const handler = deliverNotificationHandler({ deliver, sleep: fail });
    await expect(handler({ subscriptions: keysOf(1) }, newLog())).rejects.toThrow('a bug');
  });
});

describe('with subscriptions', () => {
  let world: DeliveryWorld;

  beforeEach(() => {
    world = newDeliveryWorld();
  });

  test('RetryNotifications wakes those that are due, and no others', async () => {
    const key = await world.subscribe();
    await world.subscribe();
    world.answer = () => answered(500);
    world.change();
    await world.deliver(key);
    const handler = retryNotificationsHandler(world.dependencies);
    expect(await handler(TIMER, newLog())).toEqual([]);
    world.now += 1_000;
    expect(await handler(TIMER, newLog())).toEqual([{ subscriptions: [key] }]);
  });

  test('MaintainSubscriptions wakes the subscriptions with lifecycle notifications for their owners', async () => {
    const key = await world.subscribe();
    const handler = maintainSubscriptionsHandler(world.dependencies);
    expect(await handler(TIMER, newLog())).toEqual([]);
    world.now += 48 * HOUR;
    expect(await handler(TIMER, newLog())).toEqual([{ subscriptions: [key] }]);
  });

  test('MaintainSubscriptions looks at all of them, also when one cannot be looked at', async () => {
    const keys = [await world.subscribe(), await world.subscribe(), await world.subscribe()];
    const { store } = world.dependencies;
    const find: typeof store.find = async (key) => {
      if (key.id === keys[0]?.id) throw new TypeError('a bug');
      return store.find(key);
    };
    world.now += 48 * HOUR;
    const log = newLog();
    const broken = { ...world.dependencies, store: { ...store, find } };
    const queued = (await maintainSubscriptionsHandler(broken)(TIMER, log)).flatMap(
      ({ subscriptions }) => subscriptions,
    );
    expect(queued).toHaveLength(2);
    expect(queued).toEqual(expect.arrayContaining(keys.slice(1)));
    expect(log.lines.filter((line) => line.startsWith('A subscription could not be looked at'))).toHaveLength(1);
  });

  function call(handler: Handler, path: string, method = 'GET') {
    const { newId, server, telemetry } = graphDependencies();
    const dependencies = {
      ...world.dependencies,
      now: () => world.now,
      newId,
      server,
      telemetry,
      deadLetters: world.store.deadLetters,
    };
    const url = `https://graph.example/beta/subscriptions/s1/deadLetters${path}`;
    const request = new HttpRequest({ method, url, params: { subscriptionId: 's1' } });
    return handler(dependencies)(request, newLog());
  }

  test('ListDeadLetters and RedeliverDeadLetters show and send them, page by page', async () => {
    const key = await world.subscribe();
    for (let index = 0; index < 70; index += 1) world.change({ operationId: `op-${index}` });
    world.answer = () => answered(500);
    await world.deliver(key);
    await world.passTime(5 * HOUR);
    const first = JSON.parse(String((await call(listDeadLettersHandler, '')).body));
    expect(first.value).toHaveLength(50);
    expect(first.value[0]).toEqual({
      givenUpDateTime: expect.stringMatching(/Z$/),
      reason: 'the endpoint answered 500',
      change: expect.objectContaining({ operationId: 'op-0', changeType: 'created' }),
    });
    const second = JSON.parse(
      String((await call(listDeadLettersHandler, new URL(first['@odata.nextLink']).search)).body),
    );
    expect(second.value).toHaveLength(20);
    expect(second['@odata.nextLink']).toBeUndefined();
    world.answer = () => answered(202);
    const sent = await call(redeliverDeadLettersHandler, '/redeliver', 'POST');
    expect(JSON.parse(String(sent.body))).toEqual({ sent: 50, failure: null, hasMore: true });
  });

  test('RedeliverDeadLetters answers 404 when the subscription is gone', async () => {
    const key = await world.subscribe();
    world.change();
    world.answer = () => answered(500);
    await world.deliver(key);
    await world.passTime(5 * HOUR);
    await world.store.end(key, null, (await world.store.find(key))?.etag ?? '');
    const answer = await call(redeliverDeadLettersHandler, '/redeliver', 'POST');
    expect(answer.status).toBe(404);
  });
});

test('PublishEvents makes a CloudEvent of each change', async () => {
  const change = newChange({ changeType: 'deleted' });
  const handler = publishEventsHandler({ changesAmong: () => [change] });
  const resource = "chats('19:x@thread.v2')/operations('op')";
  expect(await handler([], newLog())).toEqual([
    {
      specversion: '1.0',
      id: 'c1',
      source: '/teamsAsyncOperations',
      type: 'Microsoft.Graph.TeamsAsyncOperationDeleted',
      subject: resource,
      time: '2026-01-01T00:00:00.000Z',
      datacontenttype: 'application/json',
      data: {
        changeType: 'deleted',
        resource,
        resourceData: { '@odata.type': '#Microsoft.Graph.teamsAsyncOperation', '@odata.id': resource, id: 'op' },
      },
    },
  ]);
});

async function fail(): Promise<never> {
  throw new Error('Nothing was to wait for');
}
