import type { FunctionInfo } from '../ipc/events.ts';
import type { RegisteredFunction } from './core/function-registry.ts';
import type { BindingInfo } from './core/rpc-types.ts';

/** The function's trigger: the binding whose type ends in "Trigger". Undefined when it has none. */
export function triggerOf(fn: RegisteredFunction): (BindingInfo & { readonly name: string }) | undefined {
  for (const [name, binding] of Object.entries(fn.metadata.bindings)) {
    if (/trigger$/i.test(binding.type)) return { ...binding, name };
  }
  return undefined;
}

export function isHttpTrigger(trigger: BindingInfo | undefined): boolean {
  return trigger?.type.toLowerCase() === 'httptrigger';
}

/** Upper case; empty when the trigger takes any method. */
export function methodsOf(trigger: BindingInfo): readonly string[] {
  return Array.isArray(trigger['methods']) ? trigger['methods'].map((method) => String(method).toUpperCase()) : [];
}

/** The route template with the prefix, no slash in front: `api/items/{id}`. */
export function routeOf(fn: RegisteredFunction, trigger: BindingInfo, prefix: string): string {
  const route = typeof trigger['route'] === 'string' && trigger['route'] ? trigger['route'] : fn.metadata.name;
  return [prefix, route].map((part) => part.replace(/^\/+|\/+$/g, '')).filter(Boolean).join('/');
}

export interface DescribeOptions {
  readonly baseUrl: string;
  readonly routePrefix: string;
  readonly disabled: boolean;
}

export function describeFunction(fn: RegisteredFunction, options: DescribeOptions): FunctionInfo {
  const trigger = triggerOf(fn);
  return {
    name: fn.metadata.name,
    triggerType: trigger?.type ?? 'unknown',
    methods: trigger && isHttpTrigger(trigger) ? methodsOf(trigger) : [],
    ...(trigger && isHttpTrigger(trigger) && { url: `${options.baseUrl}/${routeOf(fn, trigger, options.routePrefix)}` }),
    disabled: options.disabled,
    bindings: Object.entries(fn.metadata.bindings).map(([name, binding]) => ({ ...binding, name })),
    ...(fn.metadata.scriptFile && { scriptFile: fn.metadata.scriptFile }),
  };
}

/** Whether a setting or function.json switches the function off (`AzureWebJobs.<name>.Disabled`). */
export function isDisabled(fn: RegisteredFunction, env: Readonly<Record<string, string | undefined>>): boolean {
  const name = fn.metadata.name;
  const value = env[`AzureWebJobs.${name}.Disabled`] ?? env[`AzureWebJobs_${name}_Disabled`];
  return value === '1' || value?.toLowerCase() === 'true';
}
