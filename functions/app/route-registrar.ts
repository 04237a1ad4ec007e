import type { HttpFunctionOptions } from '@azure/functions';
import { CATCH_ALL, type RouteName, routeOf } from '../../shared/graph-http/routes.ts';
import type { RouteHandlers } from '../service/WildcardRoute/handler.ts';

export type RegisterHttp = (name: string, options: HttpFunctionOptions) => void;

/**
 * Registers routes by name, in whatever order the files of the functions are loaded. Hosts try routes in the order of
 * registration, so the catch-all waits until all other routes that are served have been registered.
 *
 * @returns registers one route; does nothing for one that settings turn off
 */
export function createRouteRegistrar(handlers: RouteHandlers, registerHttp: RegisterHttp): (name: RouteName) => void {
  const missing = new Set(Object.keys(handlers));
  function register(name: RouteName): void {
    const options = toHttpOptions(name, handlers);
    if (options) registerHttp(name, options);
  }
  let catchAllIsDue = false;
  return (name) => {
    missing.delete(name);
    if (name === CATCH_ALL) catchAllIsDue = true;
    else register(name);
    if (catchAllIsDue && missing.size === 0) {
      catchAllIsDue = false;
      register(CATCH_ALL);
    }
  };
}

function toHttpOptions(name: RouteName, handlers: RouteHandlers): HttpFunctionOptions | null {
  const handler = handlers[name];
  if (!handler) return null;
  const { methods, path, access } = routeOf(name);
  return {
    methods: [...methods],
    // Function keys are not Graph's way: the pipeline verifies bearer tokens.
    authLevel: access === 'functionKey' ? 'function' : 'anonymous',
    route: name === CATCH_ALL ? path : `beta/${path}`,
    handler,
  };
}
