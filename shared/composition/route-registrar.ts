import type { HttpFunctionOptions } from '@azure/functions';
import type { FunctionHandler } from '../graph-http/pipeline.ts';
import { CATCH_ALL, type RouteName, routeOf } from '../graph-http/routes.ts';

/** `app.http()` of `@azure/functions`. */
export type RegisterHttp = (name: string, options: HttpFunctionOptions) => void;
export type RegisterRoute = (name: RouteName, handler: FunctionHandler) => void;

/**
 * Registers the functions of routes in whatever order their files are loaded. Hosts try routes in the order of
 * registration, so the catch-all waits until every other route that is served has been registered.
 *
 * @param served with the catch-all
 */
export function createRouteRegistrar(served: readonly RouteName[], registerHttp: RegisterHttp): RegisterRoute {
  const missing: Set<RouteName> = new Set(served.filter((name) => name !== CATCH_ALL));
  let catchAll: FunctionHandler | null = null;
  return (name, handler) => {
    if (name === CATCH_ALL) catchAll = handler;
    else registerHttp(name, toHttpOptions(name, handler));
    missing.delete(name);
    if (catchAll && missing.size === 0) {
      registerHttp(CATCH_ALL, toHttpOptions(CATCH_ALL, catchAll));
      catchAll = null;
    }
  };
}

function toHttpOptions(name: RouteName, handler: FunctionHandler): HttpFunctionOptions {
  const { methods, path, access } = routeOf(name);
  return {
    methods: [...methods],
    // Function keys are not Graph's way: the pipeline verifies bearer tokens.
    authLevel: access === 'functionKey' ? 'function' : 'anonymous',
    route: name === CATCH_ALL ? path : `beta/${path}`,
    handler,
  };
}
