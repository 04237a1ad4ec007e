import { resolveBinding } from '../bindings/resolve-binding.ts';
import { describeThrown } from '../errors.ts';
import type { WorkerInit } from '../ipc/messages.ts';
import { toRetryPolicy, withRetries } from '../triggers/retry.ts';
import type { InvokeTriggered, TriggerFactory, TriggerListener } from '../triggers/trigger.ts';
import type { RegisteredFunction } from './core/function-registry.ts';
import type { RpcInvocationRequest } from './core/rpc-types.ts';
import type { FunctionApp, WorkerParts } from './function-app.ts';
import { isHttpTrigger, isSwitchedOff, triggerOf } from './function-info.ts';
import type { Invoker } from './invoker.ts';
import { traceContextFor } from './trace-context.ts';
import { triggerServices } from './trigger-services.ts';

/** Each trigger's implementation, by its type in lower case; loaded only when a function needs it. */
export type TriggerFactories = ReadonlyMap<string, () => Promise<TriggerFactory>>;

export interface ListenerScope {
  readonly app: FunctionApp;
  readonly invoker: Invoker;
  readonly init: WorkerInit;
  readonly parts: WorkerParts;
  readonly factories: TriggerFactories;
}

/** Waits for the events of all functions but those with an HTTP trigger. */
export interface TriggerListeners {
  /** Never rejects: a function whose listener cannot start is reported, and the others run. */
  start(): Promise<void>;
  /** Resolves when the invocations that were started have ended. */
  stop(): Promise<void>;
}

export function createTriggerListeners(scope: ListenerScope): TriggerListeners {
  const listeners: TriggerListener[] = [];
  const stopping = new AbortController();
  return {
    start: async () => {
      const waiting = scope.app.registry.all().filter((fn) => needsListener(fn));
      const made = await Promise.all(waiting.map((fn) => startListener(scope, fn, stopping.signal)));
      for (const listener of made) if (listener) listeners.push(listener);
    },
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(listeners.map((listener) => listener.stop()));
    },
  };
}

function needsListener(fn: RegisteredFunction): boolean {
  const trigger = triggerOf(fn);
  return trigger !== undefined && !isHttpTrigger(trigger) && !isSwitchedOff(fn);
}

/** Undefined when the listener cannot run; the log then says why. */
async function startListener(
  scope: ListenerScope,
  fn: RegisteredFunction,
  signal: AbortSignal,
): Promise<TriggerListener | undefined> {
  const { name } = fn.metadata;
  try {
    const listener = await createListener(scope, fn, signal);
    await listener?.start();
    return listener;
  } catch (error) {
    report(scope, `The listener for function '${name}' was unable to start. ${describeThrown(error)}`);
    return undefined;
  }
}

async function createListener(
  scope: ListenerScope,
  fn: RegisteredFunction,
  signal: AbortSignal,
): Promise<TriggerListener | undefined> {
  const { init, parts, factories } = scope;
  const trigger = triggerOf(fn);
  const load = trigger && factories.get(trigger.type.toLowerCase());
  if (!trigger || !load) {
    report(
      scope,
      `Function '${fn.metadata.name}': ${trigger?.type} does not fire here. Call it by hand: POST ${init.publicUrl}/admin/functions/${fn.metadata.name}`,
    );
    return undefined;
  }
  const factory = await load();
  const { clock, randomness: random } = parts;
  const policy = toRetryPolicy(fn.metadata.retryOptions) ?? init.settings.retry;
  const invoke = invokeWith(scope, fn, trigger.name);
  return factory({
    ...triggerServices(init, parts),
    functionName: fn.metadata.name,
    binding: resolveBinding(trigger, init.env),
    invoke: policy ? withRetries(invoke, policy, { clock, random, signal }) : invoke,
  });
}

/** Lets a trigger call `fn`. */
export function invokeWith(
  { invoker, parts }: Pick<ListenerScope, 'invoker' | 'parts'>,
  fn: RegisteredFunction,
  triggerName: string,
): InvokeTriggered {
  return async ({ input, metadata, reason, details, retryContext }) => {
    const invocationId = parts.randomness.uuid();
    const request: RpcInvocationRequest = {
      invocationId,
      functionId: fn.metadata.functionId,
      inputData: [{ name: triggerName, data: input }],
      triggerMetadata: metadata,
      traceContext: traceContextFor(invocationId, parts.randomness),
      ...(retryContext && { retryContext }),
    };
    try {
      await invoker.invoke(fn, request, { reason, ...(details && { details }) });
      return { succeeded: true };
    } catch (error) {
      return { succeeded: false, error };
    }
  };
}

function report({ app }: ListenerScope, message: string): void {
  app.log.write({ level: 'error', category: 'system', message });
}
