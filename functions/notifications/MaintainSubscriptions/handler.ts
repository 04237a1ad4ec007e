import type { InvocationContext, Timer } from '@azure/functions';
import { type MaintenanceDependencies, maintainSubscriptions } from '../../../shared/domain/notifications/maintain.ts';
import { toWakeUps, type WakeUp } from '../../../shared/domain/notifications/wake-up.ts';
import { describeFailure } from '../../../shared/graph-http/errors/describe-failure.ts';

/** While the store is down all fail for the same reason. */
const MAX_LOGGED = 10;

/** Removes subscriptions that expired, and wakes those whose owners are to be notified before or after. */
export function maintainSubscriptionsHandler(dependencies: MaintenanceDependencies) {
  return async (_timer: Timer, context: Pick<InvocationContext, 'debug' | 'error'>): Promise<readonly WakeUp[]> => {
    const { removed, toWake, failures } = await maintainSubscriptions(dependencies);
    if (removed > 0) context.debug(`${removed} subscriptions had expired`);
    for (const failure of failures.slice(0, MAX_LOGGED))
      context.error(`A subscription could not be looked at: ${describeFailure(failure)}`);
    return toWakeUps(toWake);
  };
}
