import type { Subscription } from '../../domain/notifications/subscription.ts';
import type { SubscriptionAddress } from '../request/address.ts';

const CONTENT_TYPES = { graph: 'application/json', cloudEvents: 'application/cloudevents+json' } as const;

/** One subscription, as the answer to a request for it. */
export function toSubscriptionEntity(subscription: Subscription, { serviceRoot }: SubscriptionAddress): object {
  return {
    '@odata.context': `${serviceRoot}/$metadata#subscriptions/$entity`,
    ...toListedSubscription(subscription),
  };
}

/**
 * Properties in Graph's order. The secret is not shown: whoever gets hold of a token could otherwise send notifications
 * that look like ours.
 */
export function toListedSubscription(subscription: Subscription): object {
  const { id, resource, owner, changeTypes, notificationUrl, lifecycleNotificationUrl, format } = subscription;
  const { resourceData = null } = subscription;
  return {
    id,
    resource,
    applicationId: owner.applicationId,
    changeType: changeTypes.join(','),
    clientState: null,
    notificationUrl,
    lifecycleNotificationUrl,
    expirationDateTime: subscription.expirationDateTime,
    creatorId: owner.id,
    latestSupportedTlsVersion: subscription.tlsVersion ?? 'v1_2',
    notificationContentType: CONTENT_TYPES[format],
    includeResourceData: resourceData !== null,
    encryptionCertificate: resourceData?.certificate ?? null,
    encryptionCertificateId: resourceData?.certificateId ?? null,
    notificationUrlAppId: resourceData?.applicationId ?? null,
  };
}
