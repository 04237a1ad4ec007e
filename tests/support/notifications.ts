import type { OperationChange } from '../../shared/domain/notifications/operation-change.ts';
import { type Subscription, type SubscriptionKey, scopeOf } from '../../shared/domain/notifications/subscription.ts';

export function newSubscription(changes: Partial<Subscription> = {}): Subscription {
  return {
    id: '6f0c1f1e-6b0a-4b53-9a2f-2f6c7c1d0a11',
    resource: 'chats/19:x@thread.v2/operations',
    watched: { kind: 'chat', chatId: '19:x@thread.v2' },
    changeTypes: ['created', 'updated', 'deleted'],
    notificationUrl: 'https://receiver.example/notifications',
    lifecycleNotificationUrl: 'https://owner.example/lifecycle',
    expirationDateTime: '2026-01-03T00:00:00.000Z',
    clientState: 'a secret',
    format: 'graph',
    owner: { id: 'o', kind: 'delegated', tenantId: 't', applicationId: 'a' },
    ...changes,
  };
}

export function keyOf({ id, watched }: Subscription): SubscriptionKey {
  return { scope: scopeOf(watched), id };
}

export function newChange(changes: Partial<OperationChange> = {}): OperationChange {
  return {
    id: 'c1',
    chatId: '19:x@thread.v2',
    operationId: 'op',
    changeType: 'created',
    revision: 1,
    changedDateTime: '2026-01-01T00:00:00.000Z',
    operationType: 'createChat',
    status: 'inProgress',
    previousStatus: null,
    traceparent: null,
    clientRequestId: null,
    ...changes,
  };
}
