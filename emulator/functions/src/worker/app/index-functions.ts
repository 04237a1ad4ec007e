import type { FunctionRegistry, RegisteredFunction } from '../core/function-registry.ts';
import { isHttpTrigger, methodsOf, routeOf, triggerOf } from '../core/function-trigger.ts';
import { buildRouteTable } from '../http/routing/route-table.ts';
import { assertFunctionName, assertValidBindings, IndexingError } from './function-checks.ts';

/** Text with which no route may begin (azure-functions-host `ScriptHost.ValidateHttpFunction`). */
const RESERVED = ['admin', 'runtime'];

/** Moves each function that Azure's host rejects to those in error, in the order of registration. The others stay. */
export async function indexFunctions(registry: FunctionRegistry, routePrefix: string): Promise<void> {
  const indexed: HttpFunction[] = [];
  for (const fn of registry.all()) {
    const { name, rawBindings } = fn.metadata;
    try {
      assertFunctionName(name);
      assertValidBindings(rawBindings.map((text): unknown => JSON.parse(text)));
      const http = toHttpFunction(fn, routePrefix);
      if (!http) continue;
      assertRoute(http, indexed);
      await buildRouteTable([{ template: http.template, target: name }]);
      indexed.push(http);
    } catch (error) {
      registry.reject(name, error);
    }
  }
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
