import { ForbiddenError } from './errors.ts';

/** Who calls, proven by a token. Delegated callers have scopes, applications have roles. */
export interface Caller {
  readonly kind: 'delegated' | 'application';
  /** The scopes (delegated) or roles (application) that the token grants. */
  readonly permissions: readonly string[];
  /** Who it is, the same in every token of theirs and no other's: the user's or the application's object id. Null: unnamed. */
  readonly id: string | null;
  /** The client that the token was issued to; null when it names none. */
  readonly applicationId: string | null;
  /** The tenant that issued the token; null when it names none. */
  readonly tenantId: string | null;
  /** A personal Microsoft account rather than a work or school account. */
  readonly isPersonalAccount: boolean;
}

export interface Authenticator {
  /**
   * @param authorization the header's value; null when there is none
   * @throws UnauthenticatedError no token, or one that does not hold
   * @throws UnavailableError the issuer's keys cannot be fetched
   */
  authenticate(authorization: string | null): Promise<Caller>;
}

/** Any one of the names of the caller's kind suffices. */
export interface RequiredPermissions {
  readonly delegated: readonly string[];
  readonly application: readonly string[];
}

/** Graph documents no write permission on a chat's operations; these are those of its neighbour `PATCH /chats/{id}`. */
export const WRITE_OPERATIONS: RequiredPermissions = {
  delegated: ['Chat.ReadWrite'],
  application: ['Chat.ReadWrite.All'],
};

/**
 * Those Graph documents for listing and getting a chat's operations. Resource-specific consent (`ChatSettings.Read.Chat`
 * and its like) is granted on a chat and is in no token, so it cannot be seen here.
 */
export const READ_OPERATIONS: RequiredPermissions = {
  delegated: ['Chat.ReadBasic', 'Chat.Read', 'Chat.ReadWrite'],
  application: ['Chat.ReadBasic.All', 'Chat.Read.All', 'Chat.ReadWrite.All'],
};

/** @throws ForbiddenError in the words of Teams' own service, naming what is required and what was there */
export function requirePermission(caller: Caller, required: RequiredPermissions): void {
  if (caller.isPersonalAccount) throw new ForbiddenError('Personal Microsoft accounts are not supported.');
  const accepted = required[caller.kind];
  if (caller.permissions.some((permission) => accepted.includes(permission))) return;
  throw new ForbiddenError(describeMissing(caller, accepted));
}

function describeMissing(caller: Caller, accepted: readonly string[]): string {
  const [singular, plural] = caller.kind === 'delegated' ? ['scope', 'Scopes'] : ['role', 'Roles'];
  const needed = accepted.join(', ');
  const present = caller.permissions.join(', ');
  return `Missing ${singular} permissions on the request. API requires one of '${needed}'. ${plural} on the request '${present}'.`;
}
