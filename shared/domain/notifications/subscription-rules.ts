import { type Caller, READ_OPERATIONS, requirePermission } from '../caller.ts';
import { BadRequestError, ForbiddenError } from '../errors.ts';
import { ownerOf as operationsOwnerOf } from '../teams/operations-owner.ts';
import { READ_TEAM_OPERATIONS } from '../teams/team-permissions.ts';
import type { SubscribedResource, SubscriptionOwner } from './subscription.ts';

const MINUTE_MS = 60_000;
/** Graph: a value under 45 minutes is set to 45 minutes after the request. */
const MIN_LIFETIME_MINUTES = 45;
/** Graph's limit for the resources of Teams: three days. */
const MAX_LIFETIME_MINUTES = 4_320;
/** Whoever subscribes for longer has to hear when something happens to the subscription. */
const MAX_MINUTES_WITHOUT_LIFECYCLE = 60;
/** Of one caller, through one client. Graph's own number for Teams differs from resource to resource. */
export const MAX_SUBSCRIPTIONS = 1_000;

export interface Lifetime {
  /** DateTimeOffset in UTC. */
  readonly expirationDateTime: string;
  readonly lifecycleNotificationUrl: string | null;
}

/**
 * When a subscription ends that was asked to end then.
 *
 * @throws BadRequestError in Graph's words where they are known
 */
export function toExpiration({ expirationDateTime, lifecycleNotificationUrl }: Lifetime, now: number): string {
  const minutes = (Date.parse(expirationDateTime) - now) / MINUTE_MS;
  if (minutes <= 0) throw new BadRequestError('Subscription expiration must be in the future.');
  if (minutes > MAX_LIFETIME_MINUTES)
    throw new BadRequestError(`Subscription expiration can only be ${MAX_LIFETIME_MINUTES} minutes in the future.`);
  if (minutes > MAX_MINUTES_WITHOUT_LIFECYCLE && lifecycleNotificationUrl === null)
    throw new BadRequestError(
      'lifecycleNotificationUrl is a required property for subscription creation on this resource when the expirationDateTime value is set to greater than 1 hour.',
    );
  return minutes < MIN_LIFETIME_MINUTES
    ? new Date(now + MIN_LIFETIME_MINUTES * MINUTE_MS).toISOString()
    : expirationDateTime;
}

/** @throws ForbiddenError the caller may not read what is watched, or it is everybody's, which is for applications alone */
export function checkWatcher(caller: Caller, watched: SubscribedResource): void {
  const set = watched.kind === 'all' ? (watched.set ?? 'chats') : operationsOwnerOf(watched.chatId).set;
  requirePermission(caller, set === 'teams' ? READ_TEAM_OPERATIONS : READ_OPERATIONS);
  if (watched.kind === 'all' && caller.kind !== 'application')
    throw new ForbiddenError(`Operations of all ${set} can be subscribed to with application permissions only.`);
}

/** @throws ForbiddenError the token does not say who calls: nobody could ever see the subscription again */
export function ownerOf({ id, kind, tenantId, applicationId }: Caller): SubscriptionOwner {
  if (id === null) throw new ForbiddenError('The token names neither a user nor an application.');
  return { id, kind, tenantId, applicationId };
}
