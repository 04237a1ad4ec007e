import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey, type RemoteJWKSet } from 'jose';
import { UnavailableError } from '../domain/errors.ts';

/** The keys an issuer signs with now. */
export interface SigningKeys {
  /** The key a token's header names. Rejects with UnavailableError when the keys cannot be fetched. */
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

const TIMEOUT_MS = 5_000;
/** Keys are fetched again after this long, so that one the issuer withdrew is not trusted for longer. */
const MAX_KEY_AGE_MS = 10 * 60_000;
/** A token with an unknown key makes us look for new keys, but not more often than this. */
const COOLDOWN_MS = 1_000;

/** Finds the issuer's keys through its discovery document. A failed attempt is not remembered. */
export function createSigningKeys(issuer: string, options: SigningKeysOptions): SigningKeys {
  const fetcher = options.fetch ?? fetch;
  let keySet: Promise<RemoteJWKSet> | undefined;
  let trust: KeyTrust = { version: 0, until: 0 };
  let last: string | undefined;

  async function fetchKeys(...[url, init]: Parameters<typeof fetch>): Promise<Response> {
    const response = await fetcher(url, init);
    const text = await response.text();
    if (response.ok) {
      trust = { version: trust.version + (text === last ? 0 : 1), until: options.now() + MAX_KEY_AGE_MS };
      last = text;
    }
    return new Response(text, { status: response.status });
  }

  async function discover(): Promise<RemoteJWKSet> {
    const url = await findKeySetUrl(issuer, fetcher);
    return createRemoteJWKSet(url, {
      timeoutDuration: TIMEOUT_MS,
      cacheMaxAge: MAX_KEY_AGE_MS,
      cooldownDuration: COOLDOWN_MS,
      [customFetch]: fetchKeys,
    });
  }

  return {
    trust: () => trust,
    prefetch: async () => {
      keySet ??= discover();
      await keySet
        .then((keys) => keys.reload())
        .catch(() => {
          keySet = undefined;
        });
    },
    find: async (header, token) => {
      keySet ??= discover();
      try {
        return await (await keySet)(header, token);
      } catch (error) {
        if (isAboutToken(error)) throw error;
        keySet = undefined;
        throw new UnavailableError('The token could not be checked: the keys of its issuer are not available.', {
          cause: error,
        });
      }
    },
  };
}

/** OpenID Connect Discovery 1.0: the document is below the issuer's URL and repeats it. */
async function findKeySetUrl(issuer: string, fetcher: typeof fetch): Promise<URL> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetcher(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const document: unknown = await response.json();
  const { issuer: named, jwks_uri: keys } = Object(document) as { issuer?: unknown; jwks_uri?: unknown }; // checked below
  if (named !== issuer) throw new Error(`${url} names another issuer`);
  if (typeof keys !== 'string') throw new Error(`${url} names no jwks_uri`);
  return new URL(keys);
}

/** These say that the keys were there and none fits; everything else is a failure to get them. */
function isAboutToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}
