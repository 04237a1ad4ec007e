import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { CosmosError } from '../errors.ts';
import type { JsonValue } from '../json.ts';

/** The SDK asks for tokens of less than 1 KB (`x-ms-documentdb-responsecontinuationtokenlimitinkb`). */
export const MAX_CONTINUATION_TOKEN_CHARACTERS = 1023;

const SIGNATURE_BYTES = 16;
const REQUEST_HASH_BYTES = 8;

export interface ContinuationTokens {
  /**
   * Encodes a cursor as a token that only this server can issue.
   *
   * @param request identifies what the token continues: resource, query text, parameters. The token is valid for no other request
   * @throws CosmosError BadRequest when the token would not be smaller than 1 KB
   */
  issue(cursor: JsonValue, request: string): string;
  /**
   * Decodes the cursor. It has the form in which it was issued, since nobody else can sign one.
   *
   * @throws CosmosError BadRequest when the token is forged, truncated, or was issued by another server or for another request
   */
  read(token: string, request: string): JsonValue;
}

/** @param secret the server's own, kept across restarts so that tokens survive them */
export function continuationTokens(secret: Uint8Array): ContinuationTokens {
  return {
    issue: (cursor, request) => issue(secret, cursor, request),
    read: (token, request) => read(secret, token, request),
  };
}

function issue(secret: Uint8Array, cursor: JsonValue, request: string): string {
  const body = Buffer.concat([hashOf(request), Buffer.from(JSON.stringify(cursor))]);
  const token = Buffer.concat([signatureOf(secret, body), body]).toString('base64url');
  if (token.length <= MAX_CONTINUATION_TOKEN_CHARACTERS) return token;
  throw new CosmosError('BadRequest', 'The continuation token of this request would be longer than 1 KB');
}

function read(secret: Uint8Array, token: string, request: string): JsonValue {
  if (token.length > MAX_CONTINUATION_TOKEN_CHARACTERS) throw invalidToken();
  const bytes = Buffer.from(token, 'base64url');
  const signature = bytes.subarray(0, SIGNATURE_BYTES);
  const body = bytes.subarray(SIGNATURE_BYTES);
  if (signature.length < SIGNATURE_BYTES || !timingSafeEqual(signature, signatureOf(secret, body)))
    throw invalidToken();
  if (!body.subarray(0, REQUEST_HASH_BYTES).equals(hashOf(request))) throw invalidToken();
  return JSON.parse(body.subarray(REQUEST_HASH_BYTES).toString()) as JsonValue; // the signature proves that this server wrote it
}

function signatureOf(secret: Uint8Array, body: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(body).digest().subarray(0, SIGNATURE_BYTES);
}

function hashOf(request: string): Buffer {
  return createHash('sha256').update(request).digest().subarray(0, REQUEST_HASH_BYTES);
}

function invalidToken(): CosmosError {
  return new CosmosError('BadRequest', 'Invalid Continuation Token');
}
