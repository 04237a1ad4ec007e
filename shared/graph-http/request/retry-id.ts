import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { NewOperation, TeamsAsyncOperation } from '../../domain/teams-async-operation.ts';
import type { GraphRequest } from '../endpoint.ts';
import { readRequestIds } from './request-headers.ts';

/**
 * An id for what a request creates that is the same when the same caller sends the same request again: a GUID of
 * version 8 (RFC 9562: made from a hash). Null without a `client-request-id`.
 *
 * @param body parsed
 */
export function retryId({ http, url, caller }: GraphRequest, body: unknown): string | null {
  const { clientRequestId } = readRequestIds(http.headers.get('client-request-id'), '');
  if (clientRequestId === '') return null;
  const { tenantId, kind, id } = caller;
  const hash = createHash('sha256').update(JSON.stringify([tenantId, kind, id, url.chatId, clientRequestId, body]));
  const hex = hash.digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Whether an operation is what creating it from `given` would make, apart from when. */
export function isCreatedFrom(given: NewOperation, operation: TeamsAsyncOperation): boolean {
  return isDeepStrictEqual({ ...operation, ...given }, operation);
}
