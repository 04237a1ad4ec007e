import { usesDevelopmentStorage } from '../../config/connections.ts';
import type { FunctionInfo } from '../../protocol/events.ts';
import { resolveBinding } from '../bindings/binding-expression.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import {
  bindingsOf,
  isDisabled,
  isHttpTrigger,
  methodsOf,
  type NamedBinding,
  routeOf,
  triggerOf,
} from '../core/function-trigger.ts';
import { compileBlobPattern } from '../triggers/blob/blob-pattern.ts';

export interface DescribeOptions {
  readonly baseUrl: string;
  readonly routePrefix: string;
}

/** What the host lists of a function. */
export function describeFunction(fn: RegisteredFunction, options: DescribeOptions): FunctionInfo {
  const trigger = triggerOf(fn);
  const bindings = bindingsOf(fn);
  return {
    name: fn.metadata.name,
    triggerType: trigger?.type ?? 'unknown',
    methods: trigger && isHttpTrigger(trigger) ? methodsOf(trigger) : [],
    ...(trigger &&
      isHttpTrigger(trigger) && { url: `${options.baseUrl}/${routeOf(fn, trigger, options.routePrefix)}` }),
    disabled: isDisabled(fn),
    bindings,
    ...(usesDevelopmentStorage(bindings, process.env) && { usesDevelopmentStorage: true }),
    ...watchedContainer(trigger),
    ...storageSourceOf(trigger),
    ...(fn.metadata.scriptFile && { scriptFile: fn.metadata.scriptFile }),
  };
}

/** Nothing for other triggers, and for names that are not valid: the listener reports these. */
function watchedContainer(trigger: NamedBinding | undefined): Pick<FunctionInfo, 'watches'> {
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

function storageSourceOf(trigger: NamedBinding | undefined): Pick<FunctionInfo, 'storageSource'> {
  if (!trigger || !usesDevelopmentStorage([trigger], process.env)) return {};
  try {
    const { type, queueName, path } = resolveBinding(trigger, process.env);
    if (type.toLowerCase() === 'queuetrigger') return { storageSource: `queue/${String(queueName).toLowerCase()}` };
    return { storageSource: `blob/${compileBlobPattern(String(path))?.container}` };
  } catch {
    return {};
  }
}
