import type { InvocationContext } from '@azure/functions';
import { OperationsError } from '../../../shared/domain/errors.ts';
import type { DeliveryReport } from '../../../shared/domain/notifications/delivery/delivery-round.ts';
import type { SubscriptionKey } from '../../../shared/domain/notifications/subscription.ts';
import { toWakeUps, type WakeUp } from '../../../shared/domain/notifications/wake-up.ts';
import { describeFailure } from '../../../shared/graph-http/errors/describe-failure.ts';
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
 * fault and must not take it to the poison queue. One that fails otherwise gets a message of its own, so that it never takes
 * the others with it.
 */
export function deliverNotificationHandler({ deliver, sleep }: DeliverNotificationDependencies) {
  return async (message: unknown, context: Logger): Promise<readonly WakeUp[]> => {
    const { subscriptions } = parseWakeUp(message);
    const isAlone = subscriptions.length === 1;
    const results = await Promise.all(subscriptions.map((key) => serve(key, { deliver, context, isAlone })));
    if (results.includes('down')) await sleep(OUTAGE_PAUSE_MS);
    const those = (...wanted: readonly Served[]) =>
      subscriptions.filter((_key, index) => wanted.some((result) => result === results[index]));
    return [...toWakeUps(those('more', 'down')), ...those('failed').flatMap((key) => toWakeUps([key]))];
  };
}

type Served = 'done' | 'more' | 'down' | 'failed';

interface Serving extends Pick<DeliverNotificationDependencies, 'deliver'> {
  readonly context: Logger;
  /** No other subscription is in the message: it may be tried again as a whole, and end in the poison queue. */
  readonly isAlone: boolean;
}

async function serve(key: SubscriptionKey, { deliver, context, isAlone }: Serving): Promise<Served> {
  try {
    const report = await deliver(key);
    tell(key, report, context);
    return report.hasMore ? 'more' : 'done';
  } catch (error) {
    if (isOutage(error)) {
      context.warn(`Subscription ${key.id} has to wait: ${error.message}`);
      return 'down';
    }
    if (isAlone) throw error;
    context.error(`Subscription ${key.id} failed unexpectedly: ${describeFailure(error)}`);
    return 'failed';
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
