import { hash } from 'node:crypto';
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { UnavailableError } from '../domain/errors.ts';

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

interface KeySet {
  /** As the issuer sent it. */
  readonly text: string;
  readonly find: JWTVerifyGetKey;
}

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

/** Of each of the two requests, with its body. */
const TIMEOUT_MS = 5_000;

/** Looks the address up once, and again after a failure. */
function keySetFetcher(issuer: string, fetcher: typeof fetch): () => Promise<KeySet> {
  let address: URL | null = null;
  return async () => {
    try {
      address ??= await findKeySetUrl(issuer, fetcher);
      return readKeySet(await fetchText(address.href, fetcher), address.href);
    } catch (error) {
      address = null;
      throw error;
    }
  };
}

/** OpenID Connect Discovery 1.0: the document is below the issuer's URL and repeats it. */
async function findKeySetUrl(issuer: string, fetcher: typeof fetch): Promise<URL> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const document: unknown = JSON.parse(await fetchText(url, fetcher));
  const { issuer: named, jwks_uri: keys } = Object(document) as { issuer?: unknown; jwks_uri?: unknown }; // checked below
  if (named !== issuer) throw new Error(`${url} names another issuer`);
  if (typeof keys !== 'string') throw new Error(`${url} names no jwks_uri`);
  return new URL(keys);
}

async function fetchText(url: string, fetcher: typeof fetch): Promise<string> {
  const headers = { accept: 'application/json' };
  const response = await fetcher(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.text();
}

/** A set without keys is a failure of the issuer, and takes the place of no other. */
function readKeySet(text: string, url: string): KeySet {
  const { keys } = Object(JSON.parse(text)) as { keys?: unknown }; // checked below
  if (!Array.isArray(keys) || keys.length === 0) throw new Error(`${url} has no keys`);
  return { text, find: createLocalJWKSet({ keys }) };
}
