import type { DeadLetter, DeadLetterStore } from '../../shared/domain/notifications/dead-letter.ts';
import { type Delivery, newDelivery } from '../../shared/domain/notifications/delivery/delivery.ts';
import type { DeliveryStore } from '../../shared/domain/notifications/delivery/delivery-store.ts';
import type { Subscription, SubscriptionKey } from '../../shared/domain/notifications/subscription.ts';
import { keyOf } from './notifications.ts';

export interface MemoryDeliveryStore extends DeliveryStore {
  readonly deadLetters: DeadLetterStore;
  /** As the API creates it. */
  add(subscription: Subscription, place: string, now: number): Promise<void>;
}

interface Entry {
  readonly scope: string;
  subscription: Subscription | null;
  delivery: Delivery;
  etag: string;
}

/** The port's simplest adapter; held to the same contract as the real one. */
export function createMemoryDeliveryStore(): MemoryDeliveryStore {
  const entries = new Map<string, Entry>();
  const letters = new Map<string, DeadLetter>();
  let writes = 0;
  const letterId = ({ subscription, change }: DeadLetter) => JSON.stringify([subscription.id, change.id]);
  const current = (key: SubscriptionKey, etag: string) => {
    const entry = entries.get(key.id);
    return entry?.etag === etag ? entry : undefined;
  };
  const keys = (found: (entry: Entry) => boolean): SubscriptionKey[] =>
    [...entries].filter(([, entry]) => found(entry)).map(([id, { scope }]) => ({ scope, id }));
  return {
    add: async (subscription, place, now) => {
      const delivery = newDelivery(place, now);
      entries.set(subscription.id, {
        scope: keyOf(subscription).scope,
        subscription,
        delivery,
        etag: String(++writes),
      });
    },
    find: async ({ id }) => {
      const entry = entries.get(id);
      return entry ? { subscription: entry.subscription, delivery: entry.delivery, etag: entry.etag } : null;
    },
    save: async (key, delivery, { etag, deadLetters = [] }) => {
      const entry = current(key, etag);
      if (!entry) return null;
      for (const letter of deadLetters) letters.set(letterId(letter), letter);
      Object.assign(entry, { delivery, etag: String(++writes) });
      return entry.etag;
    },
    end: async (key, delivery, etag) => {
      const entry = current(key, etag);
      if (!entry) return null;
      if (delivery) Object.assign(entry, { subscription: null, delivery, etag: String(++writes) });
      else entries.delete(key.id);
      return String(writes);
    },
    findDue: async (now, limit) => keys(({ delivery }) => delivery.dueAt <= now).slice(0, limit),
    findExpiring: async function* (before) {
      yield keys(({ subscription }) => Date.parse(subscription?.expirationDateTime ?? '') <= before);
    },
    deadLetters: {
      list: async (subscriptionId, { limit, from }) => {
        const all = [...letters.values()].filter(({ subscription }) => subscription.id === subscriptionId);
        const start = Number(from ?? 0);
        const end = start + limit;
        return { letters: all.slice(start, end), next: end < all.length ? String(end) : null };
      },
      remove: async (removed) => {
        for (const letter of removed) letters.delete(letterId(letter));
      },
    },
  };
}
