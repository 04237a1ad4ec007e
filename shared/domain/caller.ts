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
