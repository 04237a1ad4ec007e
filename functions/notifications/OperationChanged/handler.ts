import type { InvocationContext } from '@azure/functions';
import type { OperationChange } from '../../../shared/domain/notifications/operation-change.ts';
import { findWatchers, type WatcherDirectory } from '../../../shared/domain/notifications/subscription-repository.ts';
import { toWakeUps, type WakeUp } from '../../../shared/domain/notifications/wake-up.ts';

export interface OperationChangedDependencies {
  readonly subscriptions: WatcherDirectory;
  /** The changes among the items that the change feed shows, in their order. */
  changesAmong(items: readonly unknown[], onMalformed: (id: string) => void): readonly OperationChange[];
  /** Whether each change also goes to the function `OperationHook`. */
  readonly hook: boolean;
}

/** What goes to the queues. */
export interface ChangeMessages {
  readonly wakeUps: readonly WakeUp[];
  readonly changes: readonly OperationChange[];
}

type Logger = Pick<InvocationContext, 'debug' | 'error'>;

/**
 * Wakes the subscriptions that changes concern. The messages say no more than that: what there is to tell each of them,
 * its delivery reads from the log. So a batch that comes twice, or late, does no harm.
 */
export function operationChangedHandler({ subscriptions, changesAmong, hook }: OperationChangedDependencies) {
  return async (items: readonly unknown[], context: Logger): Promise<ChangeMessages> => {
    const changes = changesAmong(items, (id) =>
      context.error(`The item ${id} is no record of a change, and was passed over`),
    );
    const keys = await findWatchers(changes, subscriptions);
    if (keys.length > 0) context.debug(`${changes.length} changes concern ${keys.length} subscriptions`);
    return { wakeUps: toWakeUps(keys), changes: hook ? changes : [] };
  };
}
