import type { InvocationContext } from '@azure/functions';
import { OperationsError } from '../../../shared/domain/errors.ts';
import type { DeliveryReport } from '../../../shared/domain/notifications/delivery/delivery-round.ts';
import type { SubscriptionKey } from '../../../shared/domain/notifications/subscription.ts';
import { toWakeUps, type WakeUp } from '../../../shared/domain/notifications/wake-up.ts';
import { parseWakeUp } from '../../../shared/validation/queue-messages.ts';

export interface DeliverNotificationDependencies {
  /** Rejects when the store cannot be reached; whatever a receiver does is in the report. */
  deliver(key: SubscriptionKey): Promise<DeliveryReport>;
  sleep(milliseconds: number): Promise<void>;
}

type Logger = Pick<InvocationContext, 'debug' | 'warn' | 'error'>;

/** How long to wait before a store that is down is asked again. The message is ours meanwhile. */
const OUTAGE_PAUSE_MS = 5_000;

/**
 * Serves the subscriptions that a message names, all at once. Returns those that have to be looked at again: what
 * was left for lack of time, and what could not be looked at because the store was down, which is not the message's
 * fault and must not take it to the poison queue.
 */
export function deliverNotificationHandler({ deliver, sleep }: DeliverNotificationDependencies) {
  return async (message: unknown, context: Logger): Promise<readonly WakeUp[]> => {
    const { subscriptions } = parseWakeUp(message);
    const results = await Promise.all(subscriptions.map((key) => serve(key, deliver, context)));
    if (results.includes('down')) await sleep(OUTAGE_PAUSE_MS);
    return toWakeUps(subscriptions.filter((_key, index) => results[index] !== 'done'));
  };
}

async function serve(
  key: SubscriptionKey,
  deliver: DeliverNotificationDependencies['deliver'],
  context: Logger,
): Promise<'done' | 'more' | 'down'> {
  try {
    const report = await deliver(key);
    tell(key, report, context);
    return report.hasMore ? 'more' : 'done';
  } catch (error) {
    if (!isOutage(error)) throw error;
    context.warn(`Subscription ${key.id} has to wait: ${error.message}`);
    return 'down';
  }
}

function isOutage(error: unknown): error is OperationsError {
  return error instanceof OperationsError && ['ServiceUnavailable', 'TooManyRequests'].includes(error.code);
}

function tell({ id }: SubscriptionKey, { sent, failure, deadLettered }: DeliveryReport, context: Logger): void {
  if (sent > 0) context.debug(`Subscription ${id}: ${sent} notifications were taken`);
  if (failure !== null) context.warn(`Subscription ${id}: a notification was not taken: ${failure}`);
  if (deadLettered > 0)
    context.error(`Subscription ${id}: ${deadLettered} notifications were given up, and are dead letters`);
}
