import type { HttpFunctionOptions } from '@azure/functions';
import { BadRequestError } from '../domain/errors.ts';
import { type EnvelopeDependencies, type FunctionHandler, withGraphEnvelope } from '../graph-http/pipeline.ts';
import { problemOfTarget } from '../graph-http/request/target.ts';
import { CATCH_ALL, type RouteName, routeOf } from '../graph-http/routes.ts';

/** `app.http()` of `@azure/functions`. */
export type RegisterHttp = (name: string, options: HttpFunctionOptions) => void;
export type RegisterRoute = (name: RouteName, handler: FunctionHandler) => void;

export interface RegistrarDependencies extends EnvelopeDependencies {
  readonly registerHttp: RegisterHttp;
}

/**
 * Registers the functions of routes in whatever order their files are loaded. Hosts try routes in the order of
 * registration, so the catch-all waits until every other route that is served has been registered. A request whose URL is
 * not of the path that the host matched is rejected before its handler sees it.
 *
 * @param served with the catch-all
 */
export function createRouteRegistrar(served: readonly RouteName[], dependencies: RegistrarDependencies): RegisterRoute {
  const { registerHttp } = dependencies;
  const missing: Set<RouteName> = new Set(served.filter((name) => name !== CATCH_ALL));
  let catchAll: FunctionHandler | null = null;
  return (name, handler) => {
    if (name === CATCH_ALL) catchAll = handler;
    else registerHttp(name, toHttpOptions(name, handler, dependencies));
    missing.delete(name);
    if (catchAll && missing.size === 0) {
      registerHttp(CATCH_ALL, toHttpOptions(CATCH_ALL, catchAll, dependencies));
      catchAll = null;
    }
  };
}

function toHttpOptions(
  name: RouteName,
  handler: FunctionHandler,
  dependencies: EnvelopeDependencies,
): HttpFunctionOptions {
  const { methods, path, access } = routeOf(name);
  const route = name === CATCH_ALL ? path : `beta/${path}`;
  return {
    methods: [...methods],
    // Function keys are not Graph's way: the pipeline verifies bearer tokens.
    authLevel: access === 'functionKey' ? 'function' : 'anonymous',
    route,
    handler: withCheckedTarget(route, handler, dependencies),
  };
}

function withCheckedTarget(
  route: string,
  handler: FunctionHandler,
  dependencies: EnvelopeDependencies,
): FunctionHandler {
  return (request, context) => {
    const problem = problemOfTarget(request, route);
    if (problem === null) return handler(request, context);
    const reject = withGraphEnvelope(() => Promise.reject(new BadRequestError(problem)), dependencies);
    return reject(request, context);
  };
}
