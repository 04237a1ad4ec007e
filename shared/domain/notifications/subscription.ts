import { ownerOf } from '../teams/operations-owner.ts';
import type { ChangeType, OperationChange } from './operation-change.ts';

/** What a subscription watches: one operation, those of a chat or a team (which `chatId` names: `ownerOf()`), or all. */
export type SubscribedResource =
  | { readonly kind: 'operation'; readonly chatId: string; readonly operationId: string }
  | { readonly kind: 'chat'; readonly chatId: string }
  /** Of all chats, unless it says teams. */
  | { readonly kind: 'all'; readonly set?: 'teams' };

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
  /** How notifications carry the operations themselves. Null, or absent: they do not. */
  readonly resourceData?: ResourceDataOptions | null;
  /** Who made it: nobody else sees it. */
  readonly owner: SubscriptionOwner;
}

export interface ResourceDataOptions {
  /** For whose key the data is encrypted. Base64. */
  readonly certificate: string;
  /** A name of the caller's for the certificate. */
  readonly certificateId: string;
  /** Whom validation tokens are for; null: the application that made the subscription. */
  readonly applicationId: string | null;
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
  /** `all`, `allTeams`, or `chat:` and whose operations they are. */
  readonly scope: string;
  readonly id: string;
}

export const ALL_SCOPE = 'all';
export const ALL_TEAMS_SCOPE = 'allTeams';

/** @example scopeOf({ kind: 'chat', chatId: '19:x' }) // 'chat:19:x' */
export function scopeOf(watched: SubscribedResource): string {
  if (watched.kind === 'all') return watched.set === 'teams' ? ALL_TEAMS_SCOPE : ALL_SCOPE;
  return `chat:${watched.chatId}`;
}

/** What a subscription is about. */
export type Interest = Pick<Subscription, 'watched' | 'changeTypes'>;

export function isWatched({ watched, changeTypes }: Interest, change: OperationChange): boolean {
  if (!changeTypes.includes(change.changeType)) return false;
  if (watched.kind === 'all') return ownerOf(change.chatId).set === (watched.set ?? 'chats');
  if (watched.chatId !== change.chatId) return false;
  return watched.kind === 'chat' || watched.operationId === change.operationId;
}

/** What can happen to a subscription, as Graph's `lifecycleEvent` names it. */
export const LIFECYCLE_EVENTS = ['reauthorizationRequired', 'subscriptionRemoved', 'missed'] as const;

export type LifecycleEvent = (typeof LIFECYCLE_EVENTS)[number];
