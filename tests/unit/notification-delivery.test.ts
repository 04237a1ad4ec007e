import { SAFETY_POLL_MS } from '../../shared/domain/notifications/delivery/delivery.ts';
import type { SubscriptionKey } from '../../shared/domain/notifications/subscription.ts';
import {
  answered,
  type DeliveryWorld,
  newDeliveryWorld,
  operationsIn,
  START,
  TIMED_OUT,
} from '../support/delivery-world.ts';

const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;

let world: DeliveryWorld;
let key: SubscriptionKey;

beforeEach(async () => {
  world = newDeliveryWorld();
  key = await world.subscribe();
});

function createMany(count: number, from = 0): string[] {
  const ids = Array.from({ length: count }, (_, index) => `op-${from + index}`);
  for (const operationId of ids) world.change({ operationId });
  return ids;
}

describe('deliver()', () => {
  test("sends a change in Graph's form, with an id that stays", async () => {
    world.change({ operationId: "o'1", changeType: 'updated' });
    expect(await world.deliver(key)).toEqual({ sent: 1, failure: null, deadLettered: 0, hasMore: false });
    const resource = "chats('19:x@thread.v2')/operations('o''1')";
    expect(world.received).toEqual([
      {
        at: 0,
        url: 'https://receiver.example/notifications',
        contentType: 'application/json; charset=utf-8',
        body: {
          value: [
            {
              id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/),
              subscriptionId: 's1',
              subscriptionExpirationDateTime: '2026-01-03T00:00:00.000Z',
              clientState: 'a secret',
              changeType: 'updated',
              tenantId: 't',
              resource,
              resourceData: { '@odata.type': '#Microsoft.Graph.teamsAsyncOperation', '@odata.id': resource, id: "o'1" },
            },
          ],
        },
      },
    ]);
  });

  test('sends all that follows the place, in order, no more than 50 in a request, and nothing twice', async () => {
    const ids = createMany(120);
    await Promise.all([world.deliver(key), world.deliver(key), world.deliver(key)]);
    await world.deliver(key);
    expect(operationsIn(world.received)).toEqual(ids);
    expect(world.received.map(({ body }) => body.value.length)).toEqual([50, 50, 20]);
  });

  test('sends only what the subscription watches', async () => {
    const one = { kind: 'operation', chatId: '19:x@thread.v2', operationId: 'it' } as const;
    const narrow = await world.subscribe({ watched: one, changeTypes: ['deleted'] });
    world.change({ operationId: 'other', changeType: 'deleted' });
    world.change({ operationId: 'it', changeType: 'updated' });
    world.change({ operationId: 'it', changeType: 'deleted' });
    expect(await world.deliver(narrow)).toMatchObject({ sent: 1 });
    expect(world.received).toMatchObject([{ body: { value: [{ changeType: 'deleted' }] } }]);
  });

  test('tells the meter how late each notification is', async () => {
    createMany(2);
    world.now += 250;
    await world.deliver(key);
    expect(world.delays).toEqual([250, 250]);
  });

  test('looks again when it is wakeRequested while it serves', async () => {
    world.change({ operationId: 'first' });
    world.answer = async () => {
      world.answer = () => answered(202);
      world.change({ operationId: 'second' });
      expect(await world.deliver(key)).toMatchObject({ sent: 0 });
      return answered(202);
    };
    await world.deliver(key);
    expect(operationsIn(world.received)).toEqual(['first', 'second']);
  });

  test('finds what nobody woke it for, a quarter of an hour later at most', async () => {
    world.change();
    await world.passTime(SAFETY_POLL_MS);
    expect(world.received).toHaveLength(1);
  });

  test('does nothing for a subscription that is gone', async () => {
    expect(await world.deliver({ scope: 'all', id: 'none' })).toMatchObject({ sent: 0, failure: null });
  });

  test('sends nothing for one that has expired', async () => {
    world.now = Date.parse('2026-01-03T00:00:00.000Z');
    world.change();
    expect(await world.deliver(key)).toMatchObject({ sent: 0 });
    expect(world.received).toEqual([]);
  });

  test('leaves the rest of a long log to others', async () => {
    createMany(200);
    world.answer = () => {
      world.now += 15 * SECOND;
      return answered(202);
    };
    expect(await world.deliver(key)).toMatchObject({ sent: 100, hasMore: true });
    expect(await world.deliver(key)).toMatchObject({ sent: 100 });
    expect(new Set(operationsIn(world.received)).size).toBe(200);
  });
});

describe('a receiver that fails', () => {
  test.each([
    ['answers 500', answered(500)],
    ['redirects', answered(302)],
    ['answers 404', answered(404)],
    ['is too slow', TIMED_OUT],
    ['has an address that is not allowed', { kind: 'forbidden', reason: 'a private address' } as const],
  ])('%s is tried again after 1, 2, 4, 8, ... seconds', async (_what, outcome) => {
    world.answer = () => outcome;
    world.change();
    await world.deliver(key);
    await world.passTime(70 * SECOND);
    expect(world.received.map(({ at }) => at / SECOND)).toEqual([0, 1, 3, 7, 15, 31, 63]);
    world.answer = () => answered(202);
    await world.passTime(64 * SECOND);
    expect(world.received).toHaveLength(8);
    expect(new Set(world.received.map(({ body }) => body.value[0].id)).size).toBe(1);
  });

  test('is not tried earlier because more happens', async () => {
    world.answer = () => answered(500);
    world.change();
    await world.deliver(key);
    world.change();
    await world.deliver(key);
    expect(world.received).toHaveLength(1);
  });

  test('says itself when to come back, within ten minutes', async () => {
    world.answer = () => answered(503, 60 * SECOND);
    world.change();
    await world.deliver(key);
    world.answer = () => answered(429, 24 * HOUR);
    await world.passTime(HOUR);
    expect(world.received.slice(0, 4).map(({ at }) => at / SECOND)).toEqual([0, 60, 660, 1260]);
  });

  test('for an hour is then notified of everything, in order and in batches', async () => {
    world.answer = () => TIMED_OUT;
    const ids: string[] = [];
    for (let minute = 0; minute < 60; minute += 1) {
      ids.push(...createMany(2, minute * 2));
      await world.passTime(60 * SECOND);
    }
    world.received.length = 0;
    world.answer = () => answered(200);
    await world.passTime(10 * 60 * SECOND);
    expect(operationsIn(world.received)).toEqual(ids);
    expect(world.received).toHaveLength(3);
    expect(await world.store.deadLetters.list(key.id, { limit: 10, from: null })).toMatchObject({ letters: [] });
  });

  test('for more than four hours loses what is older, of which its owner is notified, and nothing else', async () => {
    const owner: unknown[] = [];
    world.answer = ({ url, body }) => {
      if (!url.startsWith('https://owner.example/')) return TIMED_OUT;
      owner.push(JSON.parse(body));
      return answered(202);
    };
    const lost = createMany(120);
    await world.deliver(key);
    await world.passTime(HOUR);
    const kept = createMany(3, 120);
    await world.passTime(3 * HOUR + 15 * 60 * SECOND);
    const { letters } = await world.store.deadLetters.list(key.id, { limit: 200, from: null });
    expect(letters.map(({ change }) => change.operationId)).toEqual(lost);
    expect(letters[0]).toMatchObject({ subscription: key, reason: 'no answer in time' });
    expect(owner).toEqual([
      {
        value: [
          {
            subscriptionId: 's1',
            subscriptionExpirationDateTime: '2026-01-03T00:00:00.000Z',
            clientState: 'a secret',
            tenantId: 't',
            lifecycleEvent: 'missed',
          },
        ],
      },
    ]);
    world.received.length = 0;
    world.answer = () => answered(202);
    await world.passTime(10 * 60 * SECOND);
    expect(operationsIn(world.received)).toEqual(kept);
  });

  test('is tried once more before anything is given up, be we ourselves away for hours', async () => {
    world.answer = () => answered(500);
    world.change();
    await world.deliver(key);
    world.now += 24 * HOUR;
    world.answer = () => answered(202);
    await world.deliver(key);
    expect(operationsIn(world.received)).toHaveLength(2);
    expect(await world.store.deadLetters.list(key.id, { limit: 10, from: null })).toMatchObject({ letters: [] });
  });

  test('with 410 has its subscription removed, of which the owner is notified until it accepts', async () => {
    world.answer = ({ url }) => answered(url.startsWith('https://receiver.example/') ? 410 : 500);
    world.change();
    expect(await world.deliver(key)).toMatchObject({ sent: 0, failure: 'the endpoint is gone' });
    expect(await world.store.find(key)).toMatchObject({ subscription: null });
    world.answer = () => answered(202);
    world.change();
    await world.passTime(10 * SECOND);
    expect(world.received.map(({ url }) => new URL(url).host)).toEqual([
      'receiver.example',
      'owner.example',
      'owner.example',
    ]);
    expect(world.received.at(-1)?.body.value[0].lifecycleEvent).toBe('subscriptionRemoved');
    expect(await world.store.find(key)).toBeNull();
  });
});

describe('CloudEvents', () => {
  test('go one by one, in order, and only those again that were not taken', async () => {
    const events = await world.subscribe({ format: 'cloudEvents' });
    createMany(3);
    world.answer = () => answered(world.received.length === 3 ? 500 : 202);
    expect(await world.deliver(events)).toMatchObject({ sent: 2 });
    await world.passTime(SECOND);
    expect(operationsIn(world.received)).toEqual(['op-0', 'op-1', 'op-2', 'op-2']);
    const [first] = world.received;
    expect(first?.contentType).toBe('application/cloudevents+json; charset=utf-8');
    expect(first?.body).toMatchObject({
      specversion: '1.0',
      type: 'Microsoft.Graph.TeamsAsyncOperationCreated',
      source: '/tenants/t/applications/a',
      subject: "chats('19:x@thread.v2')/operations('op-0')",
      time: new Date(START).toISOString(),
      data: { subscriptionId: events.id, changeType: 'created' },
    });
  });
});

describe('a process that dies', () => {
  test('after the 2xx and before the place is written sends again, with the same ids, when its lease is over', async () => {
    createMany(2);
    const { save } = world.store;
    world.answer = () => {
      Object.assign(world.store, { save: () => Promise.reject(new Error('killed')) });
      return answered(202);
    };
    await expect(world.deliver(key)).rejects.toThrow('killed');
    Object.assign(world.store, { save });
    world.answer = () => answered(202);
    await world.passTime(29 * SECOND);
    expect(world.received).toHaveLength(1);
    await world.passTime(SECOND);
    expect(world.received).toHaveLength(2);
    expect(world.received[1]?.body).toEqual(world.received[0]?.body);
  });

  test('or seems to, writes nothing any more once another has its lease', async () => {
    createMany(1);
    world.answer = async () => {
      world.answer = () => answered(202);
      world.now += HOUR;
      createMany(1, 1);
      expect(await world.deliver(key)).toMatchObject({ sent: 2 });
      return answered(202);
    };
    expect(await world.deliver(key)).toMatchObject({ sent: 0 });
    world.received.length = 0;
    await world.deliver(key);
    expect(world.received).toEqual([]);
  });
});

describe('one endpoint', () => {
  test('that is dead costs few requests, however many subscriptions there are', async () => {
    const keys = await Promise.all(Array.from({ length: 500 }, () => world.subscribe()));
    world.change();
    const waiting: (() => void)[] = [];
    world.answer = () => new Promise((resolve) => waiting.push(() => resolve(TIMED_OUT)));
    const rounds = Promise.all(keys.map((it) => world.deliver(it)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(waiting).toHaveLength(8);
    world.answer = () => TIMED_OUT;
    for (const end of waiting) end();
    expect((await rounds).filter(({ failure }) => failure !== null)).toHaveLength(500);
    await world.passTime(60 * SECOND);
    expect(world.received.length).toBeLessThan(20);
  });

  test('that was dead is found again', async () => {
    const keys = await Promise.all(Array.from({ length: 50 }, () => world.subscribe()));
    world.change();
    world.answer = () => TIMED_OUT;
    await Promise.all(keys.map((it) => world.deliver(it)));
    world.answer = () => answered(202);
    await world.passTime(60 * SECOND);
    expect(new Set(world.received.slice(-50).map(({ body }) => body.value[0].subscriptionId)).size).toBe(50);
  });

  test('that is slow in more than a tenth of a hundred responses is notified later', async () => {
    const quick = () => answered(202);
    for (let count = 0; count < 100; count += 1) {
      world.change();
      world.answer = () => {
        if (count % 5 === 0) world.now += 2_950;
        return answered(202);
      };
      await world.deliver(key);
    }
    world.answer = quick;
    world.received.length = 0;
    world.change();
    await world.deliver(key);
    await world.passTime(9 * SECOND);
    expect(world.received).toEqual([]);
    await world.passTime(SECOND);
    expect(world.received).toHaveLength(1);
  });
});
