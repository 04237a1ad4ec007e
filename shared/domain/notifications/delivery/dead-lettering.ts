import type { ChangePage } from '../change-log.ts';
import type { DeadLetter } from '../dead-letter.ts';
import type { OperationChange } from '../operation-change.ts';
import { isWatched, type Subscription } from '../subscription.ts';
import { type Delivery, passPage, withEvent } from './delivery.ts';
import type { DeliveryDependencies } from './delivery-dependencies.ts';
import type { DeliveryLease } from './delivery-lease.ts';
import { DEAD_LETTER_AFTER_MS } from './retry-schedule.ts';

/** The most in one POST, and the most that is sent twice when a process dies. */
export const PAGE_SIZE = 50;

/** What of a page of the log is still to be sent. */
export function pendingChanges(
  { changes }: ChangePage,
  subscription: Subscription,
  { settled }: Delivery,
): readonly OperationChange[] {
  return changes.filter((change) => isWatched(subscription, change) && !settled.includes(change.id));
}

/**
 * Makes dead letters of what is too old by now, page by page, up to the first change that can still be sent.
 *
 * @param reason why it could not be sent
 * @returns how many
 * @throws LeaseLostError
 */
export async function deadLetterExpired(
  lease: DeliveryLease,
  subscription: Subscription,
  { reason, dependencies }: { readonly reason: string; readonly dependencies: DeliveryDependencies },
): Promise<number> {
  const now = dependencies.now();
  let count = 0;
  for (;;) {
    const page = await dependencies.log.read(subscription.watched, lease.delivery.place, PAGE_SIZE);
    const pending = pendingChanges(page, subscription, lease.delivery);
    const tooOld = pending.filter(({ changedDateTime }) => Date.parse(changedDateTime) <= now - DEAD_LETTER_AFTER_MS);
    const isWholePage = tooOld.length === pending.length;
    const givenUpDateTime = new Date(now).toISOString();
    const letters = tooOld.map((change): DeadLetter => ({ subscription: lease.key, change, givenUpDateTime, reason }));
    await lease.update((delivery) => {
      const announced = letters.length > 0 ? withEvent(delivery, 'missed', now) : delivery;
      return lease.renewed(isWholePage ? passPage(announced, page) : settle(announced, tooOld));
    }, letters);
    count += letters.length;
    if (!isWholePage || !page.hasMore) return count;
  }
}

/** Without moving on: something between them is still to be sent. */
export function settle(delivery: Delivery, changes: readonly OperationChange[]): Delivery {
  return { ...delivery, settled: [...delivery.settled, ...changes.map(({ id }) => id)] };
}
