import { sleep } from '@lazurite/runtime';
import { describeThrown, FunctionsHostError, type FunctionsHostErrorCode } from '../../errors.ts';
import { triggerOf } from '../app/function-info.ts';
import { resolveBinding } from '../bindings/resolve-binding.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import { invokeWith } from '../invocation/invoke-from-trigger.ts';
import { triggerSupport } from './known-triggers.ts';
import type { ListenerScope } from './listener-scope.ts';
import { toRetryPolicy, withRetries } from './retry.ts';
import type { InvokeTriggered, NamedBinding, TriggerFactory, TriggerListener } from './trigger.ts';
import { triggerServices } from './trigger-services.ts';

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;
/** What only a change of the app or of its settings mends. */
const PERMANENT: ReadonlySet<FunctionsHostErrorCode> = new Set([
  'ConnectionMissing',
  'InvalidBindingExpression',
  'InvalidConfig',
  'InvalidSchedule',
]);

export interface StartOptions {
  /** Aborted when the host stops. */
  readonly signal: AbortSignal;
  /** The same invocation, counted while it runs. */
  readonly counted: (invoke: InvokeTriggered) => InvokeTriggered;
}

/**
 * Starts the listener of one function, and tries again when what it listens to cannot be reached yet. Undefined when the
 * function has no listener here, when it never will have one, for which the log has the reason, and when the host stops.
 */
export async function startListener(
  scope: ListenerScope,
  fn: RegisteredFunction,
  { signal, counted }: StartOptions,
): Promise<TriggerListener | undefined> {
  const { name } = fn.metadata;
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      const listener = await tryToStart(scope, fn, { signal, counted });
      if (attempt > 1) report(scope, 'information', `The listener for function '${name}' has started`);
      return listener;
    } catch (error) {
      const isPermanent = error instanceof FunctionsHostError && PERMANENT.has(error.code);
      const next = isPermanent ? '' : '\nIt is tried again until it starts';
      const message = `The listener for function '${name}' was unable to start. ${describeThrown(error)}${next}`;
      if (attempt === 1) report(scope, 'error', message);
      if (isPermanent) return undefined;
      const delayMs = Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), MAX_RETRY_MS);
      await sleep(scope.parts.clock, delayMs, signal).catch(() => undefined);
    }
  }
  return undefined;
}

async function tryToStart(
  scope: ListenerScope,
  fn: RegisteredFunction,
  options: StartOptions,
): Promise<TriggerListener | undefined> {
  const trigger = triggerOf(fn);
  const factory = trigger && (await scope.factories.get(trigger.type.toLowerCase())?.());
  if (!trigger || !factory) {
    report(scope, 'error', notServed(scope, fn.metadata.name, trigger?.type ?? 'nothing'));
    return undefined;
  }
  const listener = await createListener(scope, fn, { trigger, factory, ...options });
  try {
    await listener.start();
    return listener;
  } catch (error) {
    await listener.stop(); // half of it may run
    throw error;
  }
}

function notServed({ init }: ListenerScope, name: string, type: string): string {
  const support = triggerSupport(type);
  const what =
    support.kind === 'by-hand'
      ? `'${type}' needs ${support.service}, which is not emulated`
      : `'${type}' is not known to this host`;
  return `Function '${name}': ${what}, so that it does not fire here. Call it by hand: POST ${init.publicUrl}/admin/functions/${name}`;
}

interface ListenerParts extends StartOptions {
  readonly trigger: NamedBinding;
  readonly factory: TriggerFactory;
}

function createListener(
  scope: ListenerScope,
  fn: RegisteredFunction,
  { trigger, factory, signal, counted }: ListenerParts,
): Promise<TriggerListener> {
  const { init, parts } = scope;
  const { clock, randomness: random } = parts;
  const policy = toRetryPolicy(fn.metadata.retryOptions) ?? init.settings.retry;
  const invoke = counted(invokeWith(scope, fn, trigger.name));
  return factory({
    ...triggerServices(init, parts),
    functionName: fn.metadata.name,
    binding: resolveBinding(trigger, init.env),
    invoke: policy ? withRetries(invoke, policy, { clock, random, signal }) : invoke,
  });
}

function report({ app }: ListenerScope, level: 'information' | 'error', message: string): void {
  app.log.write({ level, category: 'system', message });
}
