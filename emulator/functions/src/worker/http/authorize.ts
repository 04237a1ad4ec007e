import type { IncomingHttpHeaders } from 'node:http';
import type { KeyStore } from './key-store.ts';

/** What a function or a host endpoint asks of its caller. */
export type AuthLevel = 'anonymous' | 'function' | 'admin';

/** The level that a binding declares; absent means `function`, as in Azure's host. */
export function readAuthLevel(declared: unknown): AuthLevel {
  const level = typeof declared === 'string' ? declared.toLowerCase() : 'function';
  return level === 'anonymous' || level === 'admin' ? level : 'function';
}

export interface KeyedRequest {
  readonly headers: IncomingHttpHeaders;
  /** As sent, without `?`. */
  readonly query: string;
}

/** The key of a request: `x-functions-key`, else the query's `code`; undefined when it has none. */
export function presentedKey({ headers, query }: KeyedRequest): string | undefined {
  const header = headers['x-functions-key'];
  if (typeof header === 'string') return header;
  return new URLSearchParams(query).get('code') ?? undefined;
}

/** Whether the request may call the function. False is 401 with an empty body. */
export function mayCall(
  request: KeyedRequest,
  target: { level: AuthLevel; functionName: string },
  keys: KeyStore,
): boolean {
  if (target.level === 'anonymous') return true;
  const key = presentedKey(request);
  if (key === undefined) return false;
  const level = keys.levelOf(key, target.functionName);
  return level === 'admin' || (target.level === 'function' && level === 'function');
}
