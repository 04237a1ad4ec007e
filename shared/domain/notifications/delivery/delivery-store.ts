import type { DeadLetter } from '../dead-letter.ts';
import type { Subscription, SubscriptionKey } from '../subscription.ts';
import type { Delivery } from './delivery.ts';

export interface StoredDelivery {
  /** Null: removed meanwhile. */
  readonly subscription: Subscription | null;
  readonly delivery: Delivery;
  /** Of the delivery. Opaque; changes with every write. */
  readonly etag: string;
}

/** Where it is kept how far each subscription has been served. Writes are conditional: any number of instances can be at work. */
export interface DeliveryStore {
  /** Null: there is no such subscription, and nothing is left of it. */
  find(key: SubscriptionKey): Promise<StoredDelivery | null>;
  /**
   * Writes a delivery, and what it gives up with it or not at all.
   *
   * @returns the new etag; null: it is not the version any more that `etag` names, and nothing was written
   */
  save(
    key: SubscriptionKey,
    delivery: Delivery,
    condition: { readonly etag: string; readonly deadLetters?: readonly DeadLetter[] },
  ): Promise<string | null>;
  /** Removes the subscription, and writes its delivery (null: removes it too). As `save` otherwise. */
  end(key: SubscriptionKey, delivery: Delivery | null, etag: string): Promise<string | null>;
  /** Deliveries that are due at `now`, up to `limit` of them. */
  findDue(now: number, limit: number): Promise<readonly SubscriptionKey[]>;
  /** Subscriptions that expire at or before the given time, in pages. */
  findExpiring(before: number): AsyncIterable<readonly SubscriptionKey[]>;
}
