import type { Subscription, SubscriptionOwner } from '../../shared/domain/notifications/subscription.ts';

export const OWNER: SubscriptionOwner = {
  id: 'b51f8a0e-3c71-4a0e-8a55-0d6a9a6f2f10',
  kind: 'delegated',
  tenantId: '4f1c7d0a-6a5e-4d5b-9c3e-2b8a1f0e7c11',
  applicationId: '7d0f5a43-1f0b-4a6e-a4f1-30a1c5d7f3a2',
};

/** One that lives longer than any test. */
export function newSubscription(changes: Partial<Subscription> = {}): Subscription {
  return {
    id: '76222963-cc7b-42d2-882d-8aaa69cb2ba3',
    resource: "chats('chat')/operations",
    watched: { kind: 'chat', chatId: 'chat' },
    changeTypes: ['created', 'updated', 'deleted'],
    notificationUrl: 'https://receiver.example/notifications',
    lifecycleNotificationUrl: null,
    expirationDateTime: '2999-01-01T00:00:00Z',
    clientState: 'secret',
    format: 'graph',
    owner: OWNER,
    ...changes,
  };
}
