// From a bearer token to its caller: the token is verified with the keys of its issuer, and remembered.
import { hash } from 'node:crypto';
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Authenticator, Caller } from '../domain/caller.ts';
import { UnauthenticatedError, UnavailableError } from '../domain/errors.ts';
import { type KeySet, keySetFetcher } from './key-set.ts';

export interface JwtAuthenticatorOptions {
  /** As in the `iss` claim. */
  readonly issuer: string;
  /** As in the `aud` claim. */
  readonly audience: string;
  readonly keys: SigningKeys;
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

/** How far the issuer's clock and ours may be apart: Microsoft's own libraries allow five minutes. */
const CLOCK_SKEW_SECONDS = 300;
/** Longer than any header line that hosts let through. */
const MAX_TOKEN_LENGTH = 64 * 1024;
const SCHEME = /^Bearer +/i;

/** Verifies bearer tokens that the issuer signed with RS256; no other algorithm is accepted. */
export function createJwtAuthenticator(options: JwtAuthenticatorOptions): Authenticator {
  const verified = new VerifiedTokens(options.keys);
  return {
    async authenticate(authorization) {
      const token = readToken(authorization);
      const known = verified.get(token, options.now());
      if (known) return known;
      const trust = options.keys.trust();
      const payload = await verify(token, options);
      const caller = toCaller(payload);
      verified.add(token, { caller, goodUntil: expiry(payload), trust });
      return caller;
    },
  };
}

function readToken(authorization: string | null): string {
  const token = authorization?.trim() ?? '';
  if (token === '' || /^Bearer$/i.test(token)) throw new UnauthenticatedError('Access token is empty.', null);
  if (!SCHEME.test(token)) throw new UnauthenticatedError('The authorization scheme must be Bearer.', null);
  if (token.length > MAX_TOKEN_LENGTH) throw invalid('The token is too long');
  return token.replace(SCHEME, '');
}

async function verify(token: string, { issuer, audience, keys, now }: JwtAuthenticatorOptions): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys.find, {
      issuer,
      audience,
      algorithms: ['RS256'],
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_SKEW_SECONDS,
      currentDate: new Date(now()),
    });
    return payload;
  } catch (error) {
    throw translate(error);
  }
}

function translate(error: unknown): unknown {
  if (error instanceof UnavailableError) return error;
  if (error instanceof errors.JWTExpired) return invalid('The token has expired', error);
  if (error instanceof errors.JWTClaimValidationFailed) return invalid(`The claim ${error.claim} does not hold`, error);
  if (error instanceof errors.JOSEAlgNotAllowed) return invalid('The token must be signed with RS256', error);
  if (error instanceof errors.JOSEError) return invalid('The token could not be verified', error);
  return error;
}

/** The reason goes into a header: fixed text and claim names only, nothing that the token says. */
function invalid(reason: string, cause?: unknown): UnauthenticatedError {
  const lifetime = reason.includes('expired') || reason.includes(' nbf ');
  const message = lifetime
    ? 'Access token has expired or is not yet valid.'
    : `Access token validation failure. ${reason}.`;
  return new UnauthenticatedError(message, reason, { cause });
}

/** Milliseconds since the Unix epoch until which the token is accepted. */
function expiry({ exp = 0 }: JWTPayload): number {
  return (exp + CLOCK_SKEW_SECONDS) * 1000;
}

/** The tenant of all personal Microsoft accounts: Microsoft identity platform, ID token claims reference. */
const PERSONAL_ACCOUNTS_TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad';

/**
 * Reads who calls from a verified token. A token with `scp` acts for a user, whatever roles that user also has;
 * one without acts for the application itself.
 */
export function toCaller({ scp, roles, tid, oid, sub, azp, appid }: JWTPayload): Caller {
  const tenantId = typeof tid === 'string' ? tid : null;
  const delegated = typeof scp === 'string';
  return {
    kind: delegated ? 'delegated' : 'application',
    id: typeof oid === 'string' ? oid : (sub ?? null),
    permissions: delegated ? scp.split(' ').filter(Boolean) : toStrings(roles),
    // The claim's name depends on the version of the token: access token claims reference.
    applicationId: [azp, appid].find((claim) => typeof claim === 'string') ?? null,
    tenantId,
    isPersonalAccount: tenantId?.toLowerCase() === PERSONAL_ACCOUNTS_TENANT,
  };
}

function toStrings(claim: unknown): string[] {
  return Array.isArray(claim) ? claim.filter((item) => typeof item === 'string') : [];
}

interface VerifiedToken {
  readonly caller: Caller;
  /** Milliseconds since the Unix epoch. */
  readonly goodUntil: number;
  /** Of the keys that verified it. */
  readonly trust: KeyTrust;
}

/** About half a megabyte. */
const MAX_TOKENS = 1_000;

/**
 * Remembers tokens whose signature held, so that a token used for many requests is verified once. Kept by SHA-256, so
 * that no token lies in memory. A token is believed no longer than it lives, and no longer than the keys that verified
 * it are trusted: an issuer that withdraws a key is noticed as soon as if every signature were checked.
 */
export class VerifiedTokens {
  readonly #keys: SigningKeys;
  readonly #tokens = new Map<string, VerifiedToken>();

  constructor(keys: SigningKeys) {
    this.#keys = keys;
  }

  /** Undefined when the token has to be verified. */
  get(token: string, now: number): Caller | undefined {
    const digest = toDigest(token);
    const entry = this.#tokens.get(digest);
    if (!entry) return undefined;
    const { version, until } = this.#keys.trust();
    if (now <= Math.min(entry.goodUntil, until) && entry.trust.version === version) return entry.caller;
    this.#tokens.delete(digest);
    return undefined;
  }

  /** Does nothing when the keys changed meanwhile: it is unknown which of them verified the token. */
  add(token: string, entry: VerifiedToken): void {
    if (entry.trust.version !== this.#keys.trust().version) return;
    if (this.#tokens.size >= MAX_TOKENS) this.#dropOldest();
    this.#tokens.set(toDigest(token), entry);
  }

  #dropOldest(): void {
    for (const [digest] of this.#tokens) {
      this.#tokens.delete(digest);
      return;
    }
  }
}

function toDigest(token: string): string {
  return hash('sha256', token, 'base64');
}

/** The keys an issuer signs with now. */
export interface SigningKeys {
  /**
   * The key a token's header names. Rejects with UnavailableError when no keys could be fetched yet, or a key is not known
   * and it cannot be found out whether the issuer has it.
   */
  readonly find: JWTVerifyGetKey;
  trust(): KeyTrust;
  /** Fetches the keys before the first token asks for them. A failure is left to that token, which tries again. */
  prefetch(): Promise<void>;
}

/** What the keys known now are good for. */
export interface KeyTrust {
  /** Changes whenever the issuer's keys were fetched again and are not what they were. */
  readonly version: number;
  /** When they have to be fetched again, in milliseconds since the Unix epoch. */
  readonly until: number;
}

export interface SigningKeysOptions {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  readonly fetch?: typeof fetch;
}

/** Keys are fetched again after this long, so that one the issuer withdrew is not trusted for longer. */
const MAX_KEY_AGE_MS = 10 * 60_000;
/** A token with an unknown key makes us look for new keys, but not more often than this, whatever came of the last look. */
const COOLDOWN_MS = 1_000;
/** A key that the issuer has just been found not to have is not looked for again for this long. */
const UNKNOWN_KID_MS = 10_000;
const MAX_UNKNOWN_KIDS = 1_000;

type KnownKeys = KeySet & KeyTrust;
type Key = Awaited<ReturnType<JWTVerifyGetKey>>;

/**
 * Finds the issuer's keys through its discovery document. Anybody can send a token that names an unknown key, so such a
 * token never costs others anything: keys stay until the issuer has sent a key set in their place, and a token whose key is
 * known never waits for the issuer.
 */
export function createSigningKeys(issuer: string, { now, ...options }: SigningKeysOptions): SigningKeys {
  const fetchKeySet = keySetFetcher(issuer, options.fetch ?? fetch);
  const unknownKids = new UnknownKids();
  let known: KnownKeys | null = null;
  let fetching: Promise<void> | null = null;
  let lastFetch: { readonly at: number; readonly error: unknown } = { at: Number.NEGATIVE_INFINITY, error: null };

  /** Never rejects. Those who ask while a fetch is under way share it. */
  function refresh(): Promise<void> {
    fetching ??= fetchOnce().finally(() => {
      fetching = null;
    });
    return fetching;
  }

  async function fetchOnce(): Promise<void> {
    const at = now();
    try {
      const keySet = await fetchKeySet();
      const isNew = known?.text !== keySet.text;
      if (isNew) unknownKids.clear();
      const version = (known?.version ?? 0) + (isNew ? 1 : 0);
      known = { ...keySet, version, until: now() + MAX_KEY_AGE_MS };
      lastFetch = { at, error: null };
    } catch (error) {
      lastFetch = { at, error };
    }
  }

  function mayFetch(): boolean {
    return fetching === null && now() - lastFetch.at >= COOLDOWN_MS;
  }

  async function firstKeys(): Promise<KnownKeys> {
    await refresh();
    if (known === null) throw unavailable(lastFetch.error);
    return known;
  }

  /** Looks for a key that is not among those known, as far as unknown keys may be looked for now. */
  async function findNew(...[header, token]: Parameters<JWTVerifyGetKey>): Promise<Key> {
    const kid = header?.kid ?? '';
    if (unknownKids.has(kid, now())) throw new errors.JWKSNoMatchingKey();
    const isOwnFetch = mayFetch();
    if (isOwnFetch || fetching) await refresh();
    if (known === null || lastFetch.error !== null) throw unavailable(lastFetch.error);
    try {
      return await known.find(header, token);
    } catch (error) {
      // A fetch that was under way may have begun before the issuer had the key.
      if (isOwnFetch && error instanceof errors.JWKSNoMatchingKey) unknownKids.add(kid, now());
      throw error;
    }
  }

  async function find(...[header, token]: Parameters<JWTVerifyGetKey>): Promise<Key> {
    const keys: KnownKeys = known ?? (await firstKeys());
    if (now() >= keys.until && mayFetch()) void refresh();
    try {
      return await keys.find(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return findNew(header, token);
      throw isAboutToken(error) ? error : unavailable(error);
    }
  }

  return { find, trust: () => known ?? { version: 0, until: 0 }, prefetch: refresh };
}

function unavailable(cause: unknown): UnavailableError {
  return new UnavailableError('The token could not be checked: the keys of its issuer are not available.', { cause });
}

/** These say that the keys were there and none fits; everything else is a key that cannot be used. */
function isAboutToken(error: unknown): boolean {
  return error instanceof errors.JWKSMultipleMatchingKeys || error instanceof errors.JOSENotSupported;
}

/** Ids of keys that the issuer does not have. They come from whoever sends a token: kept by hash, and no more than a bound. */
class UnknownKids {
  readonly #until = new Map<string, number>();

  has(kid: string, now: number): boolean {
    return now < (this.#until.get(hash('sha256', kid, 'base64')) ?? 0);
  }

  add(kid: string, now: number): void {
    const [oldest] = this.#until.keys();
    if (this.#until.size >= MAX_UNKNOWN_KIDS && oldest !== undefined) this.#until.delete(oldest);
    this.#until.set(hash('sha256', kid, 'base64'), now + UNKNOWN_KID_MS);
  }

  clear(): void {
    this.#until.clear();
  }
}
