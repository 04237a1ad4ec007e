import type { FunctionRegistry, RegisteredFunction } from '../core/function-registry.ts';
import { isHttpTrigger, methodsOf, routeOf, triggerOf } from '../core/function-trigger.ts';
import { compileTemplate, type Route } from '../http/routing/route-table.ts';
import { assertFunctionName, assertRetry, assertValidBindings, IndexingError } from './function-checks.ts';

/** Text with which no route may begin (azure-functions-host `ScriptHost.ValidateHttpFunction`). */
const RESERVED = ['admin', 'runtime'];

/**
 * Moves each function that Azure's host rejects to those in error, in the order of registration. The others stay.
 *
 * @returns the routes of the HTTP functions that stay, by function id
 */
export async function indexFunctions(
  registry: FunctionRegistry,
  routePrefix: string,
): Promise<ReadonlyMap<string, Route>> {
  const indexed: HttpFunction[] = [];
  const routes = new Map<string, Route>();
  for (const fn of registry.all()) {
    const { name, functionId, rawBindings, retryOptions } = fn.metadata;
    try {
      assertFunctionName(name);
      assertValidBindings(rawBindings.map((text): unknown => JSON.parse(text)));
      assertRetry(retryOptions);
      const http = toHttpFunction(fn, routePrefix);
      if (!http) continue;
      assertRoute(http, indexed);
      routes.set(functionId, await compileTemplate(http.template));
      indexed.push(http);
    } catch (error) {
      registry.reject(name, error);
    }
  }
  return routes;
}

interface HttpFunction {
  readonly name: string;
  /** Without the prefix. */
  readonly route: string;
  /** With the prefix. */
  readonly template: string;
  /** Upper case; empty: every method. */
  readonly methods: readonly string[];
}

function toHttpFunction(fn: RegisteredFunction, routePrefix: string): HttpFunction | undefined {
  const trigger = triggerOf(fn);
  if (!trigger || !isHttpTrigger(trigger)) return undefined;
  return {
    name: fn.metadata.name,
    route: routeOf(fn, trigger, ''),
    template: routeOf(fn, trigger, routePrefix),
    methods: methodsOf(trigger),
  };
}

/** `ScriptHost.ValidateFunction`. @param indexed the functions before this one */
function assertRoute(fn: HttpFunction, indexed: readonly HttpFunction[]): void {
  if ([fn.route, fn.template].some(isReserved)) {
    throw new IndexingError('The specified route conflicts with one or more built in routes.');
  }
  const other = indexed.find((earlier) => conflict(earlier, fn));
  if (other)
    throw new IndexingError(`The route specified conflicts with the route defined by function '${other.name}'.`);
}

function isReserved(route: string): boolean {
  return RESERVED.some((reserved) => route.toLowerCase().startsWith(reserved));
}

function conflict(a: HttpFunction, b: HttpFunction): boolean {
  if (a.route.toLowerCase() !== b.route.toLowerCase()) return false;
  return a.methods.length === 0 || b.methods.length === 0 || a.methods.some((method) => b.methods.includes(method));
}
