import type { ChangeType, OperationChange } from './operation-change.ts';

/** What a subscription watches: one operation, those of a chat, or all. */
export type SubscribedResource =
  | { readonly kind: 'operation'; readonly chatId: string; readonly operationId: string }
  | { readonly kind: 'chat'; readonly chatId: string }
  | { readonly kind: 'all' };

/** Graph's `subscription`, as far as it is about operations. */
export interface Subscription {
  readonly id: string;
  /** As the caller wrote it. */
  readonly resource: string;
  readonly watched: SubscribedResource;
  readonly changeTypes: readonly ChangeType[];
  readonly notificationUrl: string;
  readonly lifecycleNotificationUrl: string | null;
  /** DateTimeOffset in UTC. */
  readonly expirationDateTime: string;
  /** A secret of the caller's, which its notifications carry. */
  readonly clientState: string | null;
  readonly format: 'graph' | 'cloudEvents';
  /** Graph's `latestSupportedTlsVersion`. Absent: 1.2, as everybody speaks it. */
  readonly tlsVersion?: 'v1_2' | 'v1_3';
  /** Who made it: nobody else sees it. */
  readonly owner: SubscriptionOwner;
}

export interface SubscriptionOwner {
  /** Of the user, or of the application. */
  readonly id: string;
  readonly kind: 'delegated' | 'application';
  readonly tenantId: string | null;
  /** Graph's `applicationId` and `creatorId`. */
  readonly applicationId: string | null;
}

/** Where a subscription is kept, which is also all it takes to wake it. */
export interface SubscriptionKey {
  /** `all`, or `chat:` and the chat's id. */
  readonly scope: string;
  readonly id: string;
}

export const ALL_SCOPE = 'all';

/** @example scopeOf({ kind: 'chat', chatId: '19:x' }) // 'chat:19:x' */
export function scopeOf(watched: SubscribedResource): string {
  return watched.kind === 'all' ? ALL_SCOPE : `chat:${watched.chatId}`;
}

/** What a subscription is about. */
export type Interest = Pick<Subscription, 'watched' | 'changeTypes'>;

export function isWatched({ watched, changeTypes }: Interest, change: OperationChange): boolean {
  if (!changeTypes.includes(change.changeType)) return false;
  if (watched.kind === 'all') return true;
  if (watched.chatId !== change.chatId) return false;
  return watched.kind === 'chat' || watched.operationId === change.operationId;
}

/** What can happen to a subscription, as Graph's `lifecycleEvent` names it. */
export const LIFECYCLE_EVENTS = ['reauthorizationRequired', 'subscriptionRemoved', 'missed'] as const;

export type LifecycleEvent = (typeof LIFECYCLE_EVENTS)[number];
