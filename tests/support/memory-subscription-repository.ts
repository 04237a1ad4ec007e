import { type Subscription, scopeOf } from '../../shared/domain/notifications/subscription.ts';
import {
  isSameInterest,
  type SubscriptionRepository,
  type WatcherDirectory,
} from '../../shared/domain/notifications/subscription-repository.ts';

export type MemorySubscriptionRepository = SubscriptionRepository &
  WatcherDirectory & { readonly places: ReadonlyMap<string, string> };

/** The port's simplest adapter; held to the same contract as the real one. */
export function createMemorySubscriptionRepository({ now = Date.now } = {}): MemorySubscriptionRepository {
  const stored = new Map<string, { readonly subscription: Subscription; readonly etag: string }>();
  const places = new Map<string, string>();
  let writes = 0;
  const put = (subscription: Subscription) => {
    writes += 1;
    stored.set(subscription.id, { subscription, etag: String(writes) });
  };
  const live = () =>
    [...stored.values()].filter(({ subscription }) => Date.parse(subscription.expirationDateTime) > now());
  const ownedBy = (owner: Subscription['owner']) =>
    live().filter(({ subscription }) => JSON.stringify(subscription.owner) === JSON.stringify(owner));
  return {
    places,
    create: async (subscription, place) => {
      put(subscription);
      places.set(subscription.id, place);
    },
    get: async (owner, id) => ownedBy(owner).find(({ subscription }) => subscription.id === id) ?? null,
    list: async (owner, { after, limit }) => {
      const all = ownedBy(owner)
        .map(({ subscription }) => subscription)
        .filter(({ id }) => after === null || id > after)
        .toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const subscriptions = all.slice(0, limit);
      return { subscriptions, next: all.length > limit ? (subscriptions.at(-1)?.id ?? null) : null };
    },
    findSame: async (given) =>
      ownedBy(given.owner).find(
        ({ subscription }) => subscription.id !== given.id && isSameInterest(subscription, given),
      )?.subscription.id ?? null,
    count: async (owner) => ownedBy(owner).length,
    replace: async (subscription, etag) => {
      if (stored.get(subscription.id)?.etag !== etag) return false;
      put(subscription);
      return true;
    },
    delete: async ({ id }) => void stored.delete(id),
    async *watchersOf(scopes) {
      const wanted = new Set(scopes);
      yield live()
        .map(({ subscription: { id, watched, changeTypes } }) => ({
          key: { scope: scopeOf(watched), id },
          watched,
          changeTypes,
        }))
        .filter(({ key }) => wanted.has(key.scope));
    },
  };
}
