import { lookUp } from '../../config/connections.ts';
import type { BindingInfo } from '../../protocol/rpc-types.ts';
import type { RegisteredFunction } from './function-registry.ts';

/** A binding with its name, which function.json and `registerFunction` keep apart. */
export type NamedBinding = BindingInfo & { readonly name: string };

/** The function's trigger: the binding whose type ends in "Trigger". Undefined when it has none. */
export function triggerOf(fn: RegisteredFunction): NamedBinding | undefined {
  return bindingsOf(fn).find(({ type }) => /trigger$/i.test(type));
}

/** All bindings of the function, the trigger included, in the order of registration. */
export function bindingsOf(fn: RegisteredFunction): readonly NamedBinding[] {
  return Object.entries(fn.metadata.bindings).map(([name, binding]) => ({ ...binding, name }));
}

export function isHttpTrigger(trigger: BindingInfo | undefined): boolean {
  return trigger?.type.toLowerCase() === 'httptrigger';
}

/** Upper case; empty when the trigger takes any method. */
export function methodsOf(trigger: BindingInfo): readonly string[] {
  return Array.isArray(trigger.methods) ? trigger.methods.map((method) => String(method).toUpperCase()) : [];
}

/** The route template with the prefix and without a leading slash: `api/items/{id}`. */
export function routeOf(fn: RegisteredFunction, trigger: BindingInfo, prefix: string): string {
  const route = typeof trigger.route === 'string' && trigger.route ? trigger.route : fn.metadata.name;
  return [prefix, route]
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter(Boolean)
    .join('/');
}

/**
 * Whether a function is disabled: by the setting `AzureWebJobs.<name>.Disabled`, or by function.json's `disabled`,
 * which is a boolean or the name of a setting (with or without `%`).
 */
export function isDisabled(
  { metadata: { name }, disabled: declared }: DisableableFunction,
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  const setting = lookUp(`AzureWebJobs.${name}.Disabled`, env) ?? env[`AzureWebJobs_${name}_Disabled`];
  if (setting !== undefined) return isTruthy(setting);
  if (typeof declared !== 'string') return declared === true;
  const named = lookUp(declared.replace(/^%(.*)%$/, '$1'), env);
  return isTruthy(named ?? declared);
}

interface DisableableFunction {
  readonly metadata: { readonly name: string };
  readonly disabled?: unknown;
}

function isTruthy(setting: string): boolean {
  return setting === '1' || setting.toLowerCase() === 'true';
}
