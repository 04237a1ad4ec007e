import type { OperationChange } from './operation-change.ts';
import type { SubscriptionKey } from './subscription.ts';

/** A change that a subscription was not notified of, because its receiver was gone for too long. */
export interface DeadLetter {
  readonly subscription: SubscriptionKey;
  readonly change: OperationChange;
  /** DateTimeOffset in UTC: when it was given up. */
  readonly givenUpDateTime: string;
  /** Why the last attempt failed. */
  readonly reason: string;
}

export interface DeadLetterPage {
  /** The oldest change first. */
  readonly letters: readonly DeadLetter[];
  /** Opaque: where to read on; null: that was all. */
  readonly next: string | null;
}

/** What was given up, kept for a month. */
export interface DeadLetterStore {
  /** Those of one subscription, which may be gone by now. At most `limit`. */
  list(subscriptionId: string, page: { readonly limit: number; readonly from: string | null }): Promise<DeadLetterPage>;
  /** Those that are gone already are passed over. */
  remove(letters: readonly DeadLetter[]): Promise<void>;
}
