import { startCosmos } from '@lazurite/cosmos';
import type { DeadLetter, DeadLetterStore } from '../../shared/domain/notifications/dead-letter.ts';
import {
  type Delivery,
  holdBack,
  newDelivery,
  takeLease,
} from '../../shared/domain/notifications/delivery/delivery.ts';
import type { DeliveryStore, StoredDelivery } from '../../shared/domain/notifications/delivery/delivery-store.ts';
import type { Subscription, SubscriptionKey } from '../../shared/domain/notifications/subscription.ts';
import { createCosmosClient, startTimer } from '../../shared/persistence/cosmos-client.ts';
import { createCosmosDeliveryStore } from '../../shared/persistence/notifications/cosmos-delivery-store.ts';
import { createCosmosSubscriptionRepository } from '../../shared/persistence/notifications/cosmos-subscription-repository.ts';
import { DATABASE } from '../support/cosmos-repositories.ts';
import { createMemoryDeliveryStore } from '../support/memory-delivery-store.ts';
import { keyOf, newChange, newSubscription } from '../support/notifications.ts';

interface Running {
  readonly store: DeliveryStore & { readonly deadLetters: DeadLetterStore };
  /** As the API creates it. */
  add(subscription: Subscription, place: string): Promise<void>;
  close(): Promise<void>;
}

const NOW = Date.parse('2026-01-01T00:00:00.000Z');

describe.each([
  ['memory', startInMemory],
  ['Cosmos DB', startOnCosmos],
])('DeliveryStore in %s', (_adapter, start) => {
  let running: Running;
  let store: Running['store'];
  let count = 0;

  beforeAll(async () => {
    running = await start();
    store = running.store;
  });
  afterAll(() => running?.close());

  async function subscribe(changes: Partial<Subscription> = {}): Promise<SubscriptionKey> {
    const subscription = newSubscription({ id: `s${++count}`, ...changes });
    await running.add(subscription, 'a place');
    return keyOf(subscription);
  }

  async function find(key: SubscriptionKey): Promise<StoredDelivery> {
    const stored = await store.find(key);
    if (!stored) throw new Error(`${key.id} is not stored`);
    return stored;
  }

  async function saveAs(key: SubscriptionKey, change: (delivery: Delivery) => Delivery): Promise<void> {
    const { delivery, etag } = await find(key);
    expect(await store.save(key, change(delivery), { etag })).not.toBeNull();
  }

  test('find() answers a subscription and how far it has been served, and null for none', async () => {
    const key = await subscribe();
    expect(await find(key)).toEqual({
      subscription: newSubscription({ id: key.id }),
      delivery: newDelivery('a place', NOW),
      etag: expect.any(String),
    });
    expect(await store.find({ ...key, id: 'none' })).toBeNull();
    expect(await store.find({ scope: 'chat:another', id: 'none' })).toBeNull();
  });

  test('save() writes over the version it names and no other', async () => {
    const key = await subscribe();
    const { delivery, etag } = await find(key);
    const taken = takeLease(delivery, 'me', NOW);
    const next = await store.save(key, taken, { etag });
    expect(await store.save(key, delivery, { etag })).toBeNull();
    expect(await find(key)).toMatchObject({ delivery: taken, etag: next });
    expect(await store.save({ ...key, id: 'none' }, delivery, { etag })).toBeNull();
  });

  test('save() writes dead letters with the version it names or not at all', async () => {
    const key = await subscribe();
    const { delivery, etag } = await find(key);
    const deadLetters = Array.from({ length: 50 }, (_, index) => newDeadLetter(key, index));
    const next = await store.save(key, { ...delivery, place: 'further' }, { etag, deadLetters });
    const another = [newDeadLetter(key, 99)];
    expect(await store.save(key, delivery, { etag, deadLetters: another })).toBeNull();
    expect(await find(key)).toMatchObject({ delivery: { place: 'further' }, etag: next });
    const page = { limit: 100, from: null };
    expect((await store.deadLetters.list(key.id, page)).letters).toEqual(deadLetters);
    expect(await store.save(key, delivery, { etag: next ?? '', deadLetters })).not.toBeNull();
    expect((await store.deadLetters.list(key.id, page)).letters).toHaveLength(50);
  });

  test('end() removes a subscription and keeps its delivery, and later that', async () => {
    const key = await subscribe();
    const { subscription, delivery, etag } = await find(key);
    expect(await store.end(key, delivery, 'another')).toBeNull();
    expect((await find(key)).subscription).not.toBeNull();
    const next = await store.end(key, { ...delivery, ended: subscription }, etag);
    expect(await find(key)).toMatchObject({ subscription: null, delivery: { ended: subscription }, etag: next });
    expect(await store.end(key, null, next ?? '')).not.toBeNull();
    expect(await store.find(key)).toBeNull();
    expect(await store.end(key, null, next ?? '')).toBeNull();
  });

  test('end() can remove both at once', async () => {
    const key = await subscribe();
    expect(await store.end(key, null, (await find(key)).etag)).not.toBeNull();
    expect(await store.find(key)).toBeNull();
  });

  test('findDue() answers what is due, in any scope, up to the limit', async () => {
    const keys = [
      await subscribe(),
      await subscribe({ watched: { kind: 'all' } }),
      await subscribe({ watched: { kind: 'chat', chatId: 'other' } }),
    ];
    const early = 1_000;
    for (const key of keys) await saveAs(key, (delivery) => holdBack(delivery, early));
    expect(await store.findDue(early - 1, 10)).toEqual([]);
    const due = await store.findDue(early, 10);
    expect(due.map(({ id }) => id).toSorted()).toEqual(keys.map(({ id }) => id).toSorted());
    expect(due).toEqual(expect.arrayContaining(keys));
    expect(await store.findDue(early, 2)).toHaveLength(2);
    for (const key of keys) await saveAs(key, (delivery) => holdBack(delivery, NOW));
  });

  test('findExpiring() answers all subscriptions that expire by then', async () => {
    const expirationDateTime = '2025-06-01T00:00:00.000Z';
    const keys: SubscriptionKey[] = [];
    for (let index = 0; index < 120; index += 1) keys.push(await subscribe({ expirationDateTime }));
    const found = async (before: number) => {
      const all: SubscriptionKey[] = [];
      for await (const page of store.findExpiring(before)) all.push(...page);
      return all;
    };
    expect(await found(Date.parse(expirationDateTime) - 1)).toEqual([]);
    const ids = (await found(Date.parse(expirationDateTime))).map(({ id }) => id);
    expect(ids.toSorted()).toEqual(keys.map(({ id }) => id).toSorted());
  });

  test('deadLetters.list() goes through them in order, page by page, and remove() takes them away', async () => {
    const key = await subscribe();
    const { delivery, etag } = await find(key);
    const deadLetters = Array.from({ length: 5 }, (_, index) => newDeadLetter(key, index));
    await store.save(key, delivery, { etag, deadLetters });
    const first = await store.deadLetters.list(key.id, { limit: 3, from: null });
    const second = await store.deadLetters.list(key.id, { limit: 3, from: first.next });
    expect([...first.letters, ...second.letters]).toEqual(deadLetters);
    expect(second.next).toBeNull();
    await store.deadLetters.remove(first.letters);
    await store.deadLetters.remove(first.letters);
    expect(await store.deadLetters.list(key.id, { limit: 3, from: null })).toEqual({ ...second, next: null });
    expect(await store.deadLetters.list('none', { limit: 3, from: null })).toEqual({ letters: [], next: null });
  });
});

function newDeadLetter(subscription: SubscriptionKey, index: number): DeadLetter {
  const changedDateTime = new Date(NOW + index).toISOString();
  const change = newChange({ id: `c${index}`, changedDateTime });
  return { subscription, change, givenUpDateTime: changedDateTime, reason: 'nobody was there' };
}

async function startInMemory(): Promise<Running> {
  const store = createMemoryDeliveryStore();
  return { store, add: (subscription, place) => store.add(subscription, place, NOW), close: async () => undefined };
}

async function startOnCosmos(): Promise<Running> {
  const server = await startCosmos();
  const client = createCosmosClient({ endpoint: server.endpoint, credential: { kind: 'key', key: server.key } });
  const options = { client, database: DATABASE, createIfMissing: true, startTimer };
  return {
    store: createCosmosDeliveryStore(options),
    add: createCosmosSubscriptionRepository({ ...options, now: () => NOW }).create,
    close: async () => {
      client.dispose();
      await server.close();
    },
  };
}
