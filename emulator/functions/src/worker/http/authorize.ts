import type { IncomingHttpHeaders } from 'node:http';
import type { HttpResponse } from '@lazurite/http';
import type { KeyStore } from './key-store.ts';

/** What a function requires of its caller. */
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

export interface ProtectedFunction {
  readonly name: string;
  readonly authLevel: AuthLevel;
  readonly isDisabled: boolean;
}

const UNAUTHORIZED: HttpResponse = { status: 401 };
const NOT_FOUND: HttpResponse = { status: 404 };

/**
 * Returns the rejection of a request that may not call the function: 401 without a matching key, 404 for a disabled
 * function, which only an administrator may call (azure-functions-host `FunctionInvocationMiddleware.cs`).
 *
 * @param keys undefined: keys are not required
 */
export function authorize(
  fn: ProtectedFunction,
  request: KeyedRequest,
  keys: KeyStore | undefined,
): HttpResponse | undefined {
  if (keys && !hasAccess(fn, request, keys)) return UNAUTHORIZED;
  if (!fn.isDisabled) return undefined;
  const isAdministrator = keys ? isAdmin(request, keys) : isAuthenticated(fn, request);
  return isAdministrator ? undefined : NOT_FOUND;
}

/** Returns the rejection of a request to the host's own API: 401 without the master key, where keys are required. */
export function authorizeAdmin(request: KeyedRequest, keys: KeyStore | undefined): HttpResponse | undefined {
  return keys && !isAdmin(request, keys) ? UNAUTHORIZED : undefined;
}

/** As `authorizeAdmin`, for the webhook of an extension, which has a system key of its own. */
export function authorizeExtension(
  extension: string,
  request: KeyedRequest,
  keys: KeyStore | undefined,
): HttpResponse | undefined {
  const presented = presentedKey(request);
  if (presented !== undefined && keys?.isSystemKey(`${extension}_extension`, presented)) return undefined;
  return authorizeAdmin(request, keys);
}

function hasAccess({ name, authLevel }: ProtectedFunction, request: KeyedRequest, keys: KeyStore): boolean {
  if (authLevel === 'anonymous') return true;
  const key = presentedKey(request);
  const level = key === undefined ? undefined : keys.levelOf(key, name);
  return level === 'admin' || (authLevel === 'function' && level === 'function');
}

function isAdmin(request: KeyedRequest, keys: KeyStore): boolean {
  const key = presentedKey(request);
  return key !== undefined && keys.levelOf(key, '') === 'admin';
}

/**
 * Where keys are not required, every authenticated caller counts as administrator (`CliAuthenticationHandler`): one that
 * calls a function of another level than `anonymous`, or presents a key.
 */
function isAuthenticated({ authLevel }: ProtectedFunction, request: KeyedRequest): boolean {
  return authLevel !== 'anonymous' || presentedKey(request) !== undefined;
}

/** The header `x-functions-key`, else the query parameter `code`. */
export function presentedKey({ headers, query }: KeyedRequest): string | undefined {
  const header = headers['x-functions-key'];
  if (typeof header === 'string') return header;
  return new URLSearchParams(query).get('code') ?? undefined;
}
