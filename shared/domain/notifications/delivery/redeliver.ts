import type { DeadLetterStore } from '../dead-letter.ts';
import type { NotificationFormat, ReadResourceData } from '../notification-format.ts';
import { PAGE_SIZE } from './dead-lettering.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { type SendDependencies, type SendResult, send } from './send.ts';

export interface RedeliveryDependencies extends SendDependencies {
  readonly store: Pick<DeliveryStore, 'find'>;
  readonly deadLetters: DeadLetterStore;
  readonly format: NotificationFormat;
  readonly readResourceData: ReadResourceData;
}

export interface Redelivery {
  /** How many the receiver took; they are dead letters no more. */
  readonly sent: number;
  /** Why the rest of this page was not taken; null: all of it was. */
  readonly failure: string | null;
  /** Dead letters are left. */
  readonly hasMore: boolean;
}

/**
 * Sends a subscription's oldest dead letters again, a page of them, to where its notifications go now. They have the ids
 * that they had.
 *
 * @returns null when there are dead letters, and no subscription any more to send them for
 */
export async function redeliver(
  subscriptionId: string,
  dependencies: RedeliveryDependencies,
): Promise<Redelivery | null> {
  const { letters, next } = await dependencies.deadLetters.list(subscriptionId, { limit: PAGE_SIZE, from: null });
  const [first] = letters;
  if (!first) return { sent: 0, failure: null, hasMore: false };
  const subscription = (await dependencies.store.find(first.subscription))?.subscription;
  if (!subscription) return null;
  let sent = 0;
  const changes = letters.map(({ change }) => change);
  const data = await dependencies.readResourceData(subscription, changes);
  for (const message of dependencies.format.ofChanges(subscription, changes, data)) {
    const result = await send(subscription.notificationUrl, message, dependencies);
    if (result.kind !== 'accepted') return { sent, failure: reasonOf(result), hasMore: true };
    const taken = letters.filter(({ change }) => message.changes.includes(change));
    await dependencies.deadLetters.remove(taken);
    sent += taken.length;
  }
  return { sent, failure: null, hasMore: next !== null };
}

function reasonOf(result: Exclude<SendResult, { kind: 'accepted' }>): string {
  return result.kind === 'gone' ? 'the endpoint is gone' : result.reason;
}
