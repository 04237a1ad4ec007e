import type { HttpResponse } from '@lazurite/http';
import { type KeyedRequest, mayCall, presentedKey } from './authorize.ts';
import type { KeyStore } from './key-store.ts';
import type { HttpFunction } from './pipeline-dependencies.ts';

const UNAUTHORIZED: HttpResponse = { status: 401 };
const NOT_FOUND: HttpResponse = { status: 404 };

/**
 * Why a request may not reach the function: 401 without a key that fits, 404 where the function is switched off, which
 * only an administrator may call (azure-functions-host `FunctionInvocationMiddleware.cs`). Undefined: it may.
 *
 * @param keys undefined: nobody is asked for a key
 */
export function refusalOf(
  target: HttpFunction,
  request: KeyedRequest,
  keys: KeyStore | undefined,
): HttpResponse | undefined {
  const { fn, authLevel, disabled } = target;
  if (keys && !mayCall(request, { level: authLevel, functionName: fn.metadata.name }, keys)) return UNAUTHORIZED;
  if (!disabled) return undefined;
  return keys ? refuseUnlessAdmin(request, keys) : refuseUnlessAsked(target, request);
}

/** Whether the request carries the master key. */
export function isAdmin(request: KeyedRequest, keys: KeyStore): boolean {
  return mayCall(request, { level: 'admin', functionName: '' }, keys);
}

function refuseUnlessAdmin(request: KeyedRequest, keys: KeyStore): HttpResponse | undefined {
  return isAdmin(request, keys) ? undefined : NOT_FOUND;
}

/**
 * Without keys everybody who is authenticated at all counts as the administrator (`CliAuthenticationHandler`): who calls
 * a function that asks for a key, or presents one.
 */
function refuseUnlessAsked({ authLevel }: HttpFunction, request: KeyedRequest): HttpResponse | undefined {
  return authLevel === 'anonymous' && presentedKey(request) === undefined ? NOT_FOUND : undefined;
}
