import type { DeadLetter } from '../../domain/notifications/dead-letter.ts';
import type { SubscriptionKey } from '../../domain/notifications/subscription.ts';

/** A dead letter as an item, in the partition of its subscription, which it outlives. */
export interface DeadLetterDocument extends SubscriptionKey {
  readonly kind: 'deadLetter';
  readonly subscriptionId: string;
  /** Excluded from the index. */
  readonly deadLetter: DeadLetter;
  /** In seconds. */
  readonly ttl: number;
}

const KEPT_SECONDS = 30 * 24 * 60 * 60;

export function toDeadLetterDocument(deadLetter: DeadLetter): DeadLetterDocument {
  const { scope, id: subscriptionId } = deadLetter.subscription;
  return { id: deadLetterIdOf(deadLetter), scope, kind: 'deadLetter', subscriptionId, deadLetter, ttl: KEPT_SECONDS };
}

/** The same for the same change, and in the order of the changes. */
export function deadLetterIdOf({ subscription, change }: DeadLetter): string {
  const time = String(Date.parse(change.changedDateTime)).padStart(15, '0');
  return `${subscription.id}-dead-${time}-${String(change.revision).padStart(10, '0')}-${change.id}`;
}
