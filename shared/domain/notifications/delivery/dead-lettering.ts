import type { ChangePage } from '../change-log.ts';
import type { DeadLetter } from '../dead-letter.ts';
import type { OperationChange } from '../operation-change.ts';
import { type Subscription, isWatched } from '../subscription.ts';
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
  held: DeliveryLease,
  subscription: Subscription,
  { reason, ports }: { readonly reason: string; readonly ports: DeliveryDependencies },
): Promise<number> {
  const now = ports.now();
  let count = 0;
  for (;;) {
    const page = await ports.log.read(subscription.watched, held.delivery.place, PAGE_SIZE);
    const pending = pendingChanges(page, subscription, held.delivery);
    const tooOld = pending.filter(({ changedDateTime }) => Date.parse(changedDateTime) <= now - DEAD_LETTER_AFTER_MS);
    const isWholePage = tooOld.length === pending.length;
    const givenUpDateTime = new Date(now).toISOString();
    const letters = tooOld.map((change): DeadLetter => ({ subscription: held.key, change, givenUpDateTime, reason }));
    await held.update((delivery) => {
      const told = letters.length > 0 ? withEvent(delivery, 'missed', now) : delivery;
      return held.renewed(isWholePage ? passPage(told, page) : settle(told, tooOld));
    }, letters);
    count += letters.length;
    if (!isWholePage || !page.hasMore) return count;
  }
}

/** Without moving on: something between them is still to be sent. */
export function settle(delivery: Delivery, changes: readonly OperationChange[]): Delivery {
  return { ...delivery, settled: [...delivery.settled, ...changes.map(({ id }) => id)] };
}
