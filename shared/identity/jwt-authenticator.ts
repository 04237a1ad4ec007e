import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { Authenticator } from '../domain/caller.ts';
import { UnauthenticatedError, UnavailableError } from '../domain/errors.ts';
import { toCaller } from './caller-claims.ts';
import type { SigningKeys } from './signing-keys.ts';
import { VerifiedTokens } from './verified-tokens.ts';

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
