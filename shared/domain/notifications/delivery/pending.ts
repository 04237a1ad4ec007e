import type { ChangePage } from '../change-log.ts';
import type { OperationChange } from '../operation-change.ts';
import { isWatched, type Subscription } from '../subscription.ts';
import type { Delivery } from './delivery.ts';

/** The most in one POST, and the most that is sent twice when a process dies. */
export const PAGE_SIZE = 50;

/** What of a page of the log is still to be sent. */
export function unsettledOf(
  { changes }: ChangePage,
  subscription: Subscription,
  { settled }: Delivery,
): readonly OperationChange[] {
  return changes.filter((change) => isWatched(subscription, change) && !settled.includes(change.id));
}
