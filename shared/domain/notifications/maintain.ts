import { announce, type Delivery } from './delivery/delivery.ts';
import type { DeliveryStore, StoredDelivery } from './delivery/delivery-store.ts';
import type { LifecycleEvent, Subscription, SubscriptionKey } from './subscription.ts';

export interface MaintenanceDependencies {
  readonly store: DeliveryStore;
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

export interface MaintenanceReport {
  /** How many had expired, and were removed. */
  readonly removed: number;
  /** Those whose owners are to be notified. */
  readonly toWake: readonly SubscriptionKey[];
  /** Why some could not be looked at; the next turn does it again. */
  readonly failures: readonly unknown[];
}

/** How long before it expires the owner of a subscription hears that it has to be renewed. */
const REAUTHORIZE_BEFORE_MS = 15 * 60_000;

/** Removes subscriptions that expired, and has their owners notified, before and after. Any number of instances can do so at once. */
export async function maintainSubscriptions({ store, now }: MaintenanceDependencies): Promise<MaintenanceReport> {
  let removed = 0;
  const toWake: SubscriptionKey[] = [];
  const failures: unknown[] = [];
  for await (const keys of store.findExpiring(now() + REAUTHORIZE_BEFORE_MS)) {
    const outcomes = await Promise.allSettled(keys.map((key) => maintain(key, { store, now })));
    const results = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : null));
    removed += results.filter((result) => result?.isRemoved).length;
    toWake.push(...keys.filter((_key, index) => results[index]?.isAnnounced));
    failures.push(...outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : [])));
  }
  return { removed, toWake, failures };
}

interface Result {
  readonly isRemoved: boolean;
  readonly isAnnounced: boolean;
}

/** Null: nothing was to be done. */
async function maintain(key: SubscriptionKey, { store, now }: MaintenanceDependencies): Promise<Result | null> {
  for (;;) {
    const stored = await store.find(key);
    if (!stored?.subscription) return null;
    const { subscription, delivery, etag } = stored;
    const isRemoved = Date.parse(subscription.expirationDateTime) <= now();
    if (!isRemoved && isAnnounced(stored, now())) return null;
    const next = isRemoved ? ended(delivery, subscription, now()) : expiring(delivery, subscription, now());
    const written = isRemoved ? await store.end(key, next, etag) : next && (await store.save(key, next, { etag }));
    if (written !== null) return { isRemoved, isAnnounced: next !== null };
  }
}

/** True also for one that has no lifecycle endpoint or is not expiring: the search may have been wide. */
function isAnnounced({ subscription, delivery }: StoredDelivery, now: number): boolean {
  if (!subscription?.lifecycleNotificationUrl) return true;
  const { expirationDateTime } = subscription;
  return (
    delivery.announcedExpiration === expirationDateTime || Date.parse(expirationDateTime) > now + REAUTHORIZE_BEFORE_MS
  );
}

function expiring(delivery: Delivery, { expirationDateTime }: Subscription, now: number): Delivery {
  return { ...announce(delivery, 'reauthorizationRequired', now), announcedExpiration: expirationDateTime };
}

/** Null: nobody wants to hear of it. */
function ended(delivery: Delivery, subscription: Subscription, now: number): Delivery | null {
  if (!subscription.lifecycleNotificationUrl) return null;
  const pending = delivery.lifecycle.pending.filter((event) => event !== 'reauthorizationRequired');
  const current = { ...delivery, lifecycle: { ...delivery.lifecycle, pending }, ended: subscription };
  return announce(current, 'subscriptionRemoved', now);
}

/**
 * Has the owner of a subscription notified of an event that did not happen, for those who test a receiver.
 * `subscriptionRemoved` removes the subscription, as in Graph.
 *
 * @returns false: it is gone
 */
export async function raiseLifecycleEvent(
  key: SubscriptionKey,
  event: LifecycleEvent,
  { store, now }: MaintenanceDependencies,
): Promise<boolean> {
  for (;;) {
    const stored = await store.find(key);
    if (!stored?.subscription) return false;
    const { subscription, delivery, etag } = stored;
    const written =
      event === 'subscriptionRemoved'
        ? await store.end(key, ended(delivery, subscription, now()), etag)
        : await store.save(key, announce(delivery, event, now()), { etag });
    if (written !== null) return true;
  }
}
