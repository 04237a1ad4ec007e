import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Place } from '../../domain/operation-query.ts';
import { QueryOptionError } from '../query-option-error.ts';

/** What a token is bound to: with anything else it is worth nothing. */
export interface TokenScope {
  /** A secret of the service. */
  readonly key: Uint8Array;
  /** Chat, caller and query, as any JSON. */
  readonly binding: unknown;
}

/** Distinguishes tokens of another form, should there ever be one. */
const VERSION = 1;
const MAX_TOKEN_LENGTH = 8_192;

/**
 * A place in a list as an opaque text: readable, so that no state is kept, and signed, so that nobody makes their own.
 * The signature covers what the token is bound to. Good for as long as the secret is.
 */
export function toSkipToken(place: Place, scope: TokenScope): string {
  const content = Buffer.from(JSON.stringify([VERSION, ...place])).toString('base64url');
  return `${content}.${sign(content, scope).toString('base64url')}`;
}

/** @throws QueryOptionError it was forged, changed, or made for another chat, caller or query */
export function readSkipToken(token: string, scope: TokenScope): Place {
  const [content = '', signature = '', ...rest] = token.length > MAX_TOKEN_LENGTH ? [] : token.split('.');
  const given = Buffer.from(signature, 'base64url');
  const expected = sign(content, scope);
  if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) throw invalid();
  const [version, ...place] = JSON.parse(Buffer.from(content, 'base64url').toString()) as [number, ...Place]; // signed by us
  if (version !== VERSION) throw invalid();
  return place;
}

function sign(content: string, { key, binding }: TokenScope): Buffer {
  return createHmac('sha256', key)
    .update(`${content}\n${JSON.stringify(binding)}`)
    .digest();
}

function invalid(): QueryOptionError {
  return new QueryOptionError(
    'The $skiptoken is not valid for this request. Use the @odata.nextLink as it was answered.',
  );
}
