import type { InvocationContext, Timer } from '@azure/functions';
import type { DeliveryStore } from '../../../shared/domain/notifications/delivery/delivery-store.ts';
import { toWakeUps, type WakeUp } from '../../../shared/domain/notifications/wake-up.ts';

export interface RetryNotificationsDependencies {
  readonly store: Pick<DeliveryStore, 'findDue'>;
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

/** What one turn wakes; the rest waits for the next. */
const MAX_AT_ONCE = 1_000;

/** Wakes the subscriptions whose next attempt is due, whose server died, and those nobody has looked at for long. */
export function retryNotificationsHandler({ store, now }: RetryNotificationsDependencies) {
  return async (_timer: Timer, context: Pick<InvocationContext, 'debug'>): Promise<readonly WakeUp[]> => {
    const due = await store.findDue(now(), MAX_AT_ONCE);
    if (due.length > 0) context.debug(`${due.length} subscriptions are due`);
    return toWakeUps(due);
  };
}
