import { decodeJwt } from 'jose';
import { UnavailableError } from '../domain/errors.ts';
import { requestToken } from './request-token.ts';

/** Microsoft Graph Change Tracking: the application in whose name Graph's own tokens are. */
const CHANGE_TRACKING_ID = '0bf30f3b-4a52-48df-9a82-234910c4a086';
/** A receiver has this long to look at a token. */
const MIN_LIFETIME_MS = 10 * 60_000;
const MAX_TOKENS = 1_000;

export interface ValidationTokensOptions {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  readonly fetch?: typeof fetch;
}

/**
 * Tokens that prove to receivers who sends notifications, from an issuer that gives them to anybody: one on this machine.
 * Kept until they are about to expire.
 *
 * @returns a token for an application; rejects with UnavailableError when there is none to be had
 */
export function validationTokens(issuer: string, { now, fetch: fetcher = fetch }: ValidationTokensOptions) {
  const tokens = new Map<string, { readonly token: string; readonly expiresAt: number }>();
  return async (applicationId: string): Promise<string> => {
    const known = tokens.get(applicationId);
    if (known && known.expiresAt - now() > MIN_LIFETIME_MS) return known.token;
    const token = await request(issuer, applicationId, fetcher);
    if (tokens.size >= MAX_TOKENS) tokens.clear();
    tokens.set(applicationId, { token, expiresAt: (decodeJwt(token).exp ?? 0) * 1_000 });
    return token;
  };
}

async function request(issuer: string, applicationId: string, fetcher: typeof fetch): Promise<string> {
  try {
    const form = { client_id: CHANGE_TRACKING_ID, scope: `${applicationId}/.default` };
    return await requestToken(issuer, form, fetcher);
  } catch (cause) {
    throw new UnavailableError('There is no validation token for a notification.', { cause });
  }
}
