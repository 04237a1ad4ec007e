import { isDisabled } from '../../config/function-rules.ts';
import { usesDevelopmentStorage } from '../../config/storage-use.ts';
import type { FunctionInfo } from '../../protocol/events.ts';
import type { BindingInfo } from '../../protocol/rpc-types.ts';
import { resolveBinding } from '../bindings/resolve-binding.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import { compileBlobPattern } from '../triggers/blob/blob-pattern.ts';

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
  return Array.isArray(trigger.methods) ? trigger.methods.map((method) => String(method).toUpperCase()) : [];
}

/** The route template with the prefix, no slash in front: `api/items/{id}`. */
export function routeOf(fn: RegisteredFunction, trigger: BindingInfo, prefix: string): string {
  const route = typeof trigger.route === 'string' && trigger.route ? trigger.route : fn.metadata.name;
  return [prefix, route]
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter(Boolean)
    .join('/');
}

export interface DescribeOptions {
  readonly baseUrl: string;
  readonly routePrefix: string;
}

export function describeFunction(fn: RegisteredFunction, options: DescribeOptions): FunctionInfo {
  const trigger = triggerOf(fn);
  return {
    name: fn.metadata.name,
    triggerType: trigger?.type ?? 'unknown',
    methods: trigger && isHttpTrigger(trigger) ? methodsOf(trigger) : [],
    ...(trigger &&
      isHttpTrigger(trigger) && { url: `${options.baseUrl}/${routeOf(fn, trigger, options.routePrefix)}` }),
    disabled: isSwitchedOff(fn),
    bindings: Object.entries(fn.metadata.bindings).map(([name, binding]) => ({ ...binding, name })),
    ...(usesDevelopmentStorage(Object.values(fn.metadata.bindings), process.env) && { usesDevelopmentStorage: true }),
    ...watchedBy(trigger),
    ...storageSourceOf(trigger),
    ...(fn.metadata.scriptFile && { scriptFile: fn.metadata.scriptFile }),
  };
}

/** Nothing for other triggers, and for names that are wrong: the listener reports these. */
function watchedBy(trigger: BindingInfo | undefined): Pick<FunctionInfo, 'watches'> {
  if (trigger?.type.toLowerCase() !== 'cosmosdbtrigger') return {};
  try {
    const { databaseName, containerName, collectionName } = resolveBinding(trigger, process.env);
    const container = containerName || collectionName;
    if (typeof databaseName !== 'string' || typeof container !== 'string') return {};
    return { watches: { database: databaseName, container } };
  } catch {
    return {};
  }
}

function storageSourceOf(trigger: BindingInfo | undefined): Pick<FunctionInfo, 'storageSource'> {
  if (!trigger || !usesDevelopmentStorage([trigger], process.env)) return {};
  try {
    const { type, queueName, path } = resolveBinding(trigger, process.env);
    if (type.toLowerCase() === 'queuetrigger') return { storageSource: `queue/${String(queueName).toLowerCase()}` };
    return { storageSource: `blob/${compileBlobPattern(String(path))?.container}` };
  } catch {
    return {};
  }
}

/** Whether a setting or function.json switches the function off. */
export function isSwitchedOff(fn: RegisteredFunction): boolean {
  return isDisabled(fn.metadata.name, fn.disabled, process.env);
}
