import { isObject } from '../../config/config-reader.ts';
import { FunctionsHostError } from '../../errors.ts';
import type { FunctionRegistry, RegisteredFunction } from '../core/function-registry.ts';
import { isHttpTrigger, methodsOf, type NamedBinding, routeOf, triggerOf } from '../core/function-trigger.ts';
import { buildRouteTable } from '../http/routing/route-table.ts';

/** Azure's host rejects the function when it indexes the app. The messages are those of Azure's host. */
class IndexingError extends FunctionsHostError {
  constructor(message: string) {
    super('InvalidRegistration', message);
  }
}

/** Utility.cs of azure-functions-host. */
const FUNCTION_NAME = /^[a-zA-Z][a-zA-Z0-9_-]{0,127}$/;
/** Earlier versions of the host reject underscores, later ones accept them. */
const BINDING_NAME = /^(?:[a-zA-Z_][a-zA-Z0-9_]{0,127}|\$return)$/;
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

/** @throws IndexingError */
export function assertFunctionName(name: string): void {
  if (FUNCTION_NAME.test(name) && name.toLowerCase() !== 'host') return;
  throw new IndexingError(
    `'${name}' is not a valid function name. It must start with a letter, hold only letters, digits, '_' and '-', be at most 128 characters long, and must not be 'host'`,
  );
}

/** Checks the bindings of one function, as declared: `FunctionDescriptorProvider.ValidateFunction`. @throws IndexingError */
export function assertValidBindings(bindings: readonly unknown[]): asserts bindings is readonly NamedBinding[] {
  if (bindings.length === 0) throw new IndexingError('At least one binding must be declared.');
  const names = new Set<string>();
  for (const binding of bindings) {
    const name = assertBinding(isObject(binding) ? binding : {});
    if (names.has(name.toLowerCase())) {
      throw new IndexingError(`Multiple bindings with name '${name}' discovered. Binding names must be unique.`);
    }
    names.add(name.toLowerCase());
  }
  const triggers = bindings.filter((binding) => isObject(binding) && isTrigger(binding));
  if (triggers.length > 1) {
    throw new IndexingError('Multiple trigger bindings defined. A function can only have a single trigger binding.');
  }
  if (triggers.length === 0) {
    throw new IndexingError('No trigger binding specified. A function must have a trigger input binding.');
  }
}

interface DeclaredBinding {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly direction?: unknown;
}

/** Returns the binding's name. */
function assertBinding({ name, type, direction }: DeclaredBinding): string {
  if (typeof name !== 'string' || !BINDING_NAME.test(name)) {
    throw new IndexingError(
      `The binding name ${String(name ?? '')} is invalid. Please assign a valid name to the binding.`,
    );
  }
  if (name === '$return' && !isOut(direction)) {
    throw new IndexingError("$return bindings must specify a direction of 'out'.");
  }
  if (typeof type === 'string' && type !== '') return name;
  throw new IndexingError(`Binding '${name}' is invalid. Bindings must specify a Type.`);
}

function isTrigger({ type, direction }: DeclaredBinding): boolean {
  return /trigger$/i.test(String(type)) && !isOut(direction);
}

function isOut(direction: unknown): boolean {
  return String(direction).toLowerCase() === 'out';
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
