import { findTokenUrl } from './key-set.ts';

const TIMEOUT_MS = 5_000;

/** Asks an issuer for a token by client credentials (RFC 6749, section 4.4), with the members of the form that are given. */
export async function requestToken(
  issuer: string,
  form: Readonly<Record<string, string>>,
  fetcher: typeof fetch,
): Promise<string> {
  const response = await fetcher(await findTokenUrl(issuer, fetcher), {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', ...form }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
    redirect: 'error',
  });
  const { access_token: token } = Object(await response.json()) as { access_token?: unknown }; // checked below
  if (!response.ok || typeof token !== 'string') throw new Error(`The issuer answered ${response.status}`);
  return token;
}

/**
 * Tokens for the page to try the API, from an issuer that gives them to anybody: one on this machine, which takes `scopes`,
 * the delegated permissions.
 */
export function trialTokens(
  { issuer, audience, scopes }: { issuer: string; audience: string; scopes: readonly string[] },
  fetcher: typeof fetch = fetch,
): () => Promise<string> {
  return () => requestToken(issuer, { scope: `${audience}/.default`, scopes: scopes.join(' ') }, fetcher);
}
