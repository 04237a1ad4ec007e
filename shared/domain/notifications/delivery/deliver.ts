import type { SubscriptionKey } from '../subscription.ts';
import { holdBack, isLeased } from './delivery.ts';
import type { DeliveryDependencies } from './delivery-dependencies.ts';
import { DeliveryLease, LeaseLostError } from './delivery-lease.ts';
import { type DeliveryReport, NOTHING_DONE, runRound } from './delivery-round.ts';
import type { StoredDelivery } from './delivery-store.ts';

/** As Graph treats receivers that are slow: what is new waits for so long. */
const SLOW_DELAY_MS = 10_000;

/**
 * Brings a subscription up to date: docs/decisions/notification-delivery.md. Does nothing while another instance holds the lease,
 * which is asked to look again. Whatever the receiver does is in the report; rejects only when the store or the log cannot be reached.
 */
export async function deliver(key: SubscriptionKey, dependencies: DeliveryDependencies): Promise<DeliveryReport> {
  for (;;) {
    const stored = await dependencies.store.find(key);
    const work = stored && (await begin(key, stored, dependencies));
    if (!work) return NOTHING_DONE;
    if (work === 'changed') continue;
    try {
      return await runRound(work, dependencies);
    } catch (error) {
      if (error instanceof LeaseLostError) return NOTHING_DONE;
      throw error;
    }
  }
}

/** Null: nothing is to be done now. `changed`: somebody wrote in between, and it has to be seen again. */
async function begin(
  key: SubscriptionKey,
  stored: StoredDelivery,
  dependencies: DeliveryDependencies,
): Promise<DeliveryLease | 'changed' | null> {
  const { delivery, etag } = stored;
  const now = dependencies.now();
  if (isLeased(delivery, now)) {
    if (delivery.wakeRequested) return null;
    return saved(await dependencies.store.save(key, { ...delivery, wakeRequested: true }, { etag }));
  }
  if (delivery.heldBack && now < delivery.dueAt) return null;
  if (mustWait(stored, dependencies))
    return saved(await dependencies.store.save(key, holdBack(delivery, now + SLOW_DELAY_MS), { etag }));
  return (await DeliveryLease.take(key, stored, dependencies)) ?? 'changed';
}

function saved(etag: string | null): 'changed' | null {
  return etag === null ? 'changed' : null;
}

/** One that was lease back has waited. */
function mustWait({ subscription, delivery }: StoredDelivery, { breakers }: DeliveryDependencies): boolean {
  return subscription !== null && !delivery.heldBack && breakers.of(subscription.notificationUrl).isSlow;
}
