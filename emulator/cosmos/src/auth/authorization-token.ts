import { CosmosError } from '../model/errors.ts';

/** The header `authorization`: what kind of token, and the token. */
export interface AuthorizationToken {
  /** `master`, `aad`, `resource`, `sas`. */
  readonly type: string;
  /** The signature or the JWT. */
  readonly signature: string;
}

const TOKEN = /^type=(\w{1,20})&ver=1(?:\.0)?&sig=(.*)$/s;

/**
 * Reads `type=…&ver=1.0&sig=…`, percent-encoded or not (the SDK encodes what it signs, and not what Entra has signed).
 *
 * @throws CosmosError Unauthorized
 */
export function parseAuthorizationToken(header: string | undefined): AuthorizationToken {
  if (header === undefined || header === '') throw unauthorized('Required Header authorization is missing.');
  const [, type, signature] = TOKEN.exec(decode(header)) ?? [];
  if (type === undefined || signature === undefined)
    throw unauthorized('The authorization header is not of the form type={type}&ver=1.0&sig={signature}.');
  return { type, signature };
}

export function unauthorized(reason: string, options?: ErrorOptions): CosmosError {
  return new CosmosError(
    'Unauthorized',
    `The input authorization token can't serve the request. Please check that the expected payload is built as per the protocol, and check the key being used. ${reason}`,
    options,
  );
}

function decode(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    throw unauthorized('The authorization header is not percent-encoded.');
  }
}
