import type { Delivery } from '../../domain/notifications/delivery/delivery.ts';
import {
  type Subscription,
  type SubscriptionKey,
  type SubscriptionOwner,
  scopeOf,
} from '../../domain/notifications/subscription.ts';

/** A subscription as an item. */
export interface SubscriptionDocument extends SubscriptionKey {
  readonly kind: typeof SUBSCRIPTION_KIND;
  /** Tells owners apart. */
  readonly ownerKey: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  /** Excluded from the index. */
  readonly subscription: Subscription;
}

/** How far a subscription has been served, in the partition of its own. */
export interface DeliveryDocument extends SubscriptionKey {
  readonly kind: typeof DELIVERY_KIND;
  readonly subscriptionId: string;
  /** Milliseconds since the Unix epoch. */
  readonly dueAt: number;
  /** Excluded from the index. */
  readonly delivery: Delivery;
}

export const SUBSCRIPTION_KIND = 'subscription';
export const DELIVERY_KIND = 'delivery';

export function toSubscriptionDocument(subscription: Subscription): SubscriptionDocument {
  return {
    id: subscription.id,
    scope: scopeOf(subscription.watched),
    kind: SUBSCRIPTION_KIND,
    ownerKey: toOwnerKey(subscription.owner),
    expiresAt: Date.parse(subscription.expirationDateTime),
    subscription,
  };
}

export function toDeliveryDocument({ id, scope }: SubscriptionKey, delivery: Delivery): DeliveryDocument {
  return { id: deliveryIdOf(id), scope, kind: DELIVERY_KIND, subscriptionId: id, dueAt: delivery.dueAt, delivery };
}

export function deliveryIdOf(subscriptionId: string): string {
  return `${subscriptionId}-delivery`;
}

/** The same user or application through another client is somebody else, as in Graph. */
export function toOwnerKey({ kind, tenantId, applicationId, id }: SubscriptionOwner): string {
  return JSON.stringify([kind, tenantId, applicationId, id]);
}
