import type { Clock } from '@lazurite/runtime';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { CosmosError } from '../model/errors.ts';
import { unauthorized } from './errors.ts';

export interface EntraOptions {
  /** The `iss` of tokens; below it lies the discovery document. For example `https://login.microsoftonline.com/{tenant}/v2.0`. */
  readonly issuer: string;
  /**
   * The `aud` of tokens: one of these. Default: the account's own addresses, for which the SDK asks, and
   * `https://cosmos.azure.com`, for which it asks where the issuer does not know the account.
   */
  readonly audience?: string | readonly string[];
  /** One role for all principals, or a role by principal id (`oid`): others have none. Default: contributor. */
  readonly roles?: DataRole | Readonly<Record<string, DataRole>>;
}

/** The built-in roles: "Cosmos DB Built-in Data Reader" and "…Data Contributor". */
export type DataRole = 'reader' | 'contributor';

/** Public-key signatures only: with a shared secret, everyone who can read the published key could sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];
const DISCOVERY_PATH = '/.well-known/openid-configuration';
/** The longest wait for a response of the issuer. */
const ISSUER_TIMEOUT_MS = 5_000;

/** Validates the tokens of Microsoft Entra, or of an issuer with the same protocol. */
export class EntraTokens {
  readonly #options: EntraOptions;
  readonly #ownAudience: () => readonly string[];
  readonly #clock: Clock;
  #keys: Promise<JWTVerifyGetKey> | undefined;

  /** @param ownAudience the audiences of tokens, unless the options name them */
  constructor(options: EntraOptions, ownAudience: () => readonly string[], clock: Clock) {
    this.#options = options;
    this.#ownAudience = ownAudience;
    this.#clock = clock;
  }

  /**
   * The role of the holder of the token; null: none.
   *
   * @throws CosmosError Unauthorized for any token that is not valid now; ServiceUnavailable when the issuer does not respond
   */
  async roleOf(token: string): Promise<DataRole | null> {
    const { oid } = await this.#verify(token);
    const { roles = 'contributor' } = this.#options;
    if (typeof roles === 'string') return roles;
    return typeof oid === 'string' && Object.hasOwn(roles, oid) ? (roles[oid] ?? null) : null;
  }

  async #verify(token: string): Promise<JWTPayload> {
    const keys = await this.#discoveredKeys();
    const { issuer, audience = this.#ownAudience() } = this.#options;
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience: [audience].flat(),
        algorithms: ALGORITHMS,
        requiredClaims: ['exp'],
        currentDate: new Date(this.#clock.now()),
      });
      return payload;
    } catch (error) {
      throw isTokenError(error)
        ? unauthorized('The AAD token is not valid.', { cause: error })
        : issuerUnavailable(issuer, error);
    }
  }

  /** Requested with the first token; after a failure, with the next one again. */
  #discoveredKeys(): Promise<JWTVerifyGetKey> {
    const { issuer } = this.#options;
    this.#keys ??= discover(issuer, this.#clock).catch((error: unknown) => {
      this.#keys = undefined;
      throw issuerUnavailable(issuer, error);
    });
    return this.#keys;
  }
}

async function discover(issuer: string, clock: Clock): Promise<JWTVerifyGetKey> {
  const abort = new AbortController();
  const timer = clock.setTimer(ISSUER_TIMEOUT_MS, () => abort.abort(new Error('The issuer took too long')));
  try {
    const response = await fetch(`${issuer.replace(/\/$/, '')}${DISCOVERY_PATH}`, { signal: abort.signal });
    const document: unknown = await response.json();
    const uri = typeof document === 'object' && document !== null ? Reflect.get(document, 'jwks_uri') : undefined;
    return createRemoteJWKSet(new URL(String(uri)), { timeoutDuration: ISSUER_TIMEOUT_MS });
  } finally {
    timer.cancel();
  }
}

/** All other errors of the library, and those of `fetch`, concern the issuer. */
function isTokenError(error: unknown): boolean {
  const { JWTInvalid, JWTExpired, JWTClaimValidationFailed, JWSInvalid, JWSSignatureVerificationFailed } = errors;
  const { JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSEAlgNotAllowed, JOSENotSupported } = errors;
  const ofClaims = [JWTInvalid, JWTExpired, JWTClaimValidationFailed];
  const ofSignature = [JWSInvalid, JWSSignatureVerificationFailed, JOSEAlgNotAllowed, JOSENotSupported];
  const ofKey = [JWKSNoMatchingKey, JWKSMultipleMatchingKeys];
  return [...ofClaims, ...ofSignature, ...ofKey].some((kind) => error instanceof kind);
}

function issuerUnavailable(issuer: string, cause: unknown): CosmosError {
  return new CosmosError('ServiceUnavailable', `The issuer ${issuer} did not give its keys`, { cause });
}
