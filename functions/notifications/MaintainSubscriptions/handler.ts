import type { InvocationContext, Timer } from '@azure/functions';
import { type MaintenanceDependencies, maintainSubscriptions } from '../../../shared/domain/notifications/maintain.ts';
import { toWakeUps, type WakeUp } from '../../../shared/domain/notifications/wake-up.ts';

/** Removes subscriptions that expired, and wakes those whose owners are to be notified before or after. */
export function maintainSubscriptionsHandler(dependencies: MaintenanceDependencies) {
  return async (_timer: Timer, context: Pick<InvocationContext, 'debug'>): Promise<readonly WakeUp[]> => {
    const { removed, toWake } = await maintainSubscriptions(dependencies);
    if (removed > 0) context.debug(`${removed} subscriptions had expired`);
    return toWakeUps(toWake);
  };
}
