/** What a token says. Every member is optional; the defaults give a signed-in user who may read and write chats. */
export interface TokenOptions {
  /** Delegated permissions (`scp`). Default `['Chat.ReadWrite']`, or none when `roles` are given. */
  readonly scopes?: readonly string[];
  /** Application permissions (`roles`). Given without scopes: the token belongs to an app, not to a user. */
  readonly roles?: readonly string[];
  /** `sub` and `oid`. Default: a fixed GUID. */
  readonly subject?: string;
  /** `azp`: the application that asked. Default: a fixed GUID. */
  readonly clientId?: string;
  /** Default `https://graph.microsoft.com`. */
  readonly audience?: string;
  /** May be negative: a token that has expired. Default one hour. */
  readonly expiresInSeconds?: number;
  /** `tid` alone, for example the personal accounts' 9188040d-6c67-4c5b-b112-36a304b66dad; `iss` stays. */
  readonly tenantId?: string;
  /** `iss`, for a token that claims to come from elsewhere. */
  readonly issuer?: string;
  /** `nbf` in seconds since the epoch. Default: now. */
  readonly notBefore?: number;
}

export interface ClaimsContext {
  readonly issuer: string;
  readonly tenantId: string;
  /** Seconds since the epoch. */
  readonly now: number;
  /** Unique to this token. */
  readonly tokenId: string;
}

export const DEFAULT_AUDIENCE = 'https://graph.microsoft.com';
export const DEFAULT_LIFETIME_SECONDS = 3_600;
const DEFAULT_SCOPES = ['Chat.ReadWrite'];
const DEFAULT_SUBJECT = '00000000-0000-4000-8000-000000000001';
const DEFAULT_CLIENT_ID = '00000000-0000-4000-8000-00000000c11e';

/** The claims of Microsoft Entra's v2.0 access tokens. Source: "Access token claims reference", Microsoft identity platform. */
export function buildClaims(options: TokenOptions, context: ClaimsContext) {
  const subject = options.subject ?? DEFAULT_SUBJECT;
  const issuedAt = Math.min(context.now, options.notBefore ?? context.now);
  return {
    aud: options.audience ?? DEFAULT_AUDIENCE,
    iss: options.issuer ?? context.issuer,
    iat: issuedAt,
    nbf: options.notBefore ?? context.now,
    exp: context.now + (options.expiresInSeconds ?? DEFAULT_LIFETIME_SECONDS),
    azp: options.clientId ?? DEFAULT_CLIENT_ID,
    azpacr: '1',
    oid: subject,
    sub: subject,
    tid: options.tenantId ?? context.tenantId,
    uti: context.tokenId,
    ver: '2.0',
    ...permissions(options),
  };
}

function permissions({ scopes, roles }: TokenOptions) {
  if (roles && !scopes) return { idtyp: 'app', roles };
  return { idtyp: 'user', scp: (scopes ?? DEFAULT_SCOPES).join(' '), ...(roles && { roles }) };
}
