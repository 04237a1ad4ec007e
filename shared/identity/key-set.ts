import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose';

/** The keys that an issuer publishes. */
export interface KeySet {
  /** As the issuer sent it. */
  readonly text: string;
  readonly find: JWTVerifyGetKey;
}

/** Of each of the two requests, with its body. */
const TIMEOUT_MS = 5_000;

/** Looks the address up once, and again after a failure. */
export function keySetFetcher(issuer: string, fetcher: typeof fetch): () => Promise<KeySet> {
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

function findKeySetUrl(issuer: string, fetcher: typeof fetch): Promise<URL> {
  return findEndpoint('jwks_uri', issuer, fetcher);
}

/** Where an issuer gives tokens. */
export function findTokenUrl(issuer: string, fetcher: typeof fetch): Promise<URL> {
  return findEndpoint('token_endpoint', issuer, fetcher);
}

/** OpenID Connect Discovery 1.0: the document is below the issuer's URL and repeats it. */
async function findEndpoint(name: 'jwks_uri' | 'token_endpoint', issuer: string, fetcher: typeof fetch): Promise<URL> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const document = Object(JSON.parse(await fetchText(url, fetcher))) as Readonly<Record<string, unknown>>; // checked below
  if (document.issuer !== issuer) throw new Error(`${url} names another issuer`);
  const endpoint = document[name];
  if (typeof endpoint !== 'string') throw new Error(`${url} names no ${name}`);
  return new URL(endpoint);
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
