import { redeliver } from '../../shared/domain/notifications/delivery/redeliver.ts';
import { maintainSubscriptions } from '../../shared/domain/notifications/maintain.ts';
import type { SubscriptionKey } from '../../shared/domain/notifications/subscription.ts';
import {
  answered,
  type DeliveryWorld,
  newDeliveryWorld,
  operationsIn,
  START,
  TIMED_OUT,
} from '../support/delivery-world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: DeliveryWorld;

beforeEach(() => {
  world = newDeliveryWorld();
});

function subscribeFor(ms: number, changes: object = {}): Promise<SubscriptionKey> {
  return world.subscribe({ expirationDateTime: new Date(START + ms).toISOString(), ...changes });
}

/** As the timers do it, each minute. */
async function maintain(): Promise<void> {
  const { toWake } = await maintainSubscriptions(world.dependencies);
  for (const key of toWake) await world.deliver(key);
}

function eventsAt(): [number, string][] {
  return world.received.map(({ at, body }) => [at / MINUTE, body.value[0].lifecycleEvent]);
}

describe('maintainSubscriptions()', () => {
  test('tells an owner once before a subscription expires, and once after, when it is gone', async () => {
    const key = await subscribeFor(HOUR);
    for (let minute = 1; minute <= 70; minute += 1) {
      world.now += MINUTE;
      await maintain();
    }
    expect(eventsAt()).toEqual([
      [45, 'reauthorizationRequired'],
      [60, 'subscriptionRemoved'],
    ]);
    expect(world.received[0]?.url).toBe('https://owner.example/lifecycle');
    expect(await world.store.find(key)).toBeNull();
  });

  test('removes one that nobody wants to hear of, without a word', async () => {
    const key = await subscribeFor(HOUR, { lifecycleNotificationUrl: null });
    world.now += HOUR - 1;
    expect(await maintainSubscriptions(world.dependencies)).toEqual({ removed: 0, toWake: [], failures: [] });
    world.now += 1;
    expect(await maintainSubscriptions(world.dependencies)).toEqual({ removed: 1, toWake: [], failures: [] });
    expect(await world.store.find(key)).toBeNull();
    expect(world.received).toEqual([]);
  });

  test('tries an owner that does not answer again, and forgets the subscription four hours later', async () => {
    const key = await subscribeFor(MINUTE);
    world.answer = () => TIMED_OUT;
    world.now += MINUTE;
    await maintain();
    await world.passTime(3 * HOUR);
    expect(await world.store.find(key)).not.toBeNull();
    await world.passTime(2 * HOUR);
    expect(await world.store.find(key)).toBeNull();
    expect(world.received.length).toBeGreaterThan(20);
  });

  test('ends a subscription under the hands of who serves it', async () => {
    const key = await subscribeFor(MINUTE / 6);
    for (let count = 0; count < 100; count += 1) world.change({ operationId: `op-${count}` });
    world.answer = async () => {
      world.answer = () => answered(202);
      world.now += MINUTE / 6;
      await maintainSubscriptions(world.dependencies);
      return answered(202);
    };
    expect(await world.deliver(key)).toMatchObject({ sent: 50 });
    expect(world.received.map(({ body }) => body.value[0].lifecycleEvent)).toEqual([undefined, 'subscriptionRemoved']);
    expect(await world.store.find(key)).toBeNull();
  });
});

describe('redeliver()', () => {
  const dependencies = () => ({ ...world.dependencies, deadLetters: world.store.deadLetters });

  async function createDeadLetters(count: number): Promise<SubscriptionKey> {
    const key = await world.subscribe();
    for (let index = 0; index < count; index += 1) world.change({ operationId: `op-${index}` });
    world.answer = () => answered(500);
    await world.deliver(key);
    await world.passTime(5 * HOUR);
    world.received.length = 0;
    return key;
  }

  test('sends dead letters in order, a page at a time, and each once', async () => {
    const key = await createDeadLetters(70);
    world.answer = () => answered(202);
    expect(await redeliver(key.id, dependencies())).toEqual({ sent: 50, failure: null, hasMore: true });
    expect(await redeliver(key.id, dependencies())).toEqual({ sent: 20, failure: null, hasMore: false });
    expect(await redeliver(key.id, dependencies())).toEqual({ sent: 0, failure: null, hasMore: false });
    expect(operationsIn(world.received)).toEqual(Array.from({ length: 70 }, (_, index) => `op-${index}`));
  });

  test('keeps what is not taken, and says why', async () => {
    const key = await createDeadLetters(2);
    const failed = { sent: 0, failure: 'the endpoint answered 500', hasMore: true };
    expect(await redeliver(key.id, dependencies())).toEqual(failed);
    const { letters } = await world.store.deadLetters.list(key.id, { limit: 10, from: null });
    expect(letters).toHaveLength(2);
  });

  test('has nobody to send to when the subscription is gone', async () => {
    const key = await createDeadLetters(1);
    const stored = await world.store.find(key);
    await world.store.end(key, null, stored?.etag ?? '');
    expect(await redeliver(key.id, dependencies())).toBeNull();
  });
});
