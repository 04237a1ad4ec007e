import { sleep } from '@lazurite/runtime';
import { describeThrown, FunctionsHostError, type FunctionsHostErrorCode } from '../../errors.ts';
import type { WorkerInit } from '../../protocol/messages.ts';
import { resolveBinding } from '../bindings/binding-expression.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import { isDisabled, isHttpTrigger, type NamedBinding, triggerOf } from '../core/function-trigger.ts';
import type { FunctionApp, WorkerDependencies } from '../invocation/function-app.ts';
import { type InvokeTriggered, invokeFromTrigger } from '../invocation/invocation.ts';
import type { Invoker } from '../invocation/invoker.ts';
import { triggerSupport } from './known-triggers.ts';
import { toRetryPolicy, withRetries } from './retry.ts';
import type { ChangeNotifications, TriggerFactory, TriggerListener, TriggerStates } from './trigger.ts';
import type { TriggerFactories } from './trigger-factories.ts';

export interface TriggerListenersOptions {
  readonly app: FunctionApp;
  readonly invoker: Invoker;
  readonly init: WorkerInit;
  readonly dependencies: WorkerDependencies & ChangeNotifications;
  readonly factories: TriggerFactories;
}

interface TriggeredFunction {
  readonly fn: RegisteredFunction;
  readonly trigger: NamedBinding;
  /** From which its listener goes on. */
  readonly state: unknown;
}

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;
/** Errors that only a change of the app or of its settings can mend. */
const PERMANENT: ReadonlySet<FunctionsHostErrorCode> = new Set([
  'ConnectionMissing',
  'InvalidBindingExpression',
  'InvalidConfig',
  'InvalidSchedule',
]);

/** The listeners of all enabled functions without an HTTP trigger. A listener that cannot start does not stop the others. */
export class TriggerListeners {
  readonly #options: TriggerListenersOptions;
  readonly #stopping = new AbortController();
  readonly #starting: Promise<TriggerListener | undefined>[] = [];
  /** Those that have started, by function. */
  readonly #started = new Map<string, TriggerListener>();
  readonly #attempted: Promise<void>[] = [];
  #outstanding = 0;

  constructor(options: TriggerListenersOptions) {
    this.#options = options;
  }

  get isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Invocations that have not ended. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** @param states of earlier listeners of the same app, from which these go on */
  start(states: TriggerStates = {}): void {
    for (const triggered of this.#triggered(states)) this.#starting.push(this.#startListener(triggered));
  }

  /** Starts one after the other. @param atRest resolves when what the one before has begun is over */
  async startInTurn(states: TriggerStates, atRest: () => Promise<void>): Promise<void> {
    for (const triggered of this.#triggered(states)) {
      this.#starting.push(this.#startListener(triggered));
      await this.#attempted.at(-1);
      await atRest();
    }
  }

  #triggered(states: TriggerStates): TriggeredFunction[] {
    return this.#options.app.registry.all().flatMap((fn) => {
      const trigger = triggerOf(fn);
      if (!trigger || isHttpTrigger(trigger) || isDisabled(fn)) return [];
      return [{ fn, trigger, state: states[fn.metadata.name] }];
    });
  }

  /** Resolves when every listener has started, or waits for its event source. */
  async ready(): Promise<void> {
    await Promise.all(this.#attempted);
    await Promise.all([...this.#started.values()].map((listener) => listener.ready?.()));
  }

  states(): TriggerStates {
    return Object.fromEntries([...this.#started].map(([name, listener]) => [name, listener.state?.()]));
  }

  restore(states: TriggerStates): void {
    for (const [name, listener] of this.#started) listener.restore?.(states[name]);
  }

  /** Resolves when the invocations that the listeners started have ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled(this.#starting.map(async (starting) => (await starting)?.stop()));
  }

  /**
   * Starts the listener of one function, and retries while its event source is unavailable. Undefined when the trigger
   * has no listener here or its binding is not valid, which the log says, and when the host stops.
   */
  async #startListener(triggered: TriggeredFunction): Promise<TriggerListener | undefined> {
    const { name } = triggered.fn.metadata;
    const { signal } = this.#stopping;
    const { promise: attempted, resolve } = Promise.withResolvers<void>();
    this.#attempted.push(attempted);
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        const listener = await this.#tryToStart(triggered).finally(resolve);
        if (listener) this.#started.set(name, listener);
        if (attempt > 1) this.#log('information', `The listener for function '${name}' has started`);
        return listener;
      } catch (error) {
        if (attempt === 1) this.#log('error', describeFailedStart(name, error));
        if (isPermanent(error)) return undefined;
        await this.#waitForRetry(attempt);
      }
    }
    return undefined;
  }

  async #waitForRetry(attempt: number): Promise<void> {
    const { clock, eventDriven } = this.#options.dependencies;
    const delayMs = FIRST_RETRY_MS * 2 ** (attempt - 1);
    // Where a test moves time, years pass in seconds, and so the delay grows on.
    const limitedMs = eventDriven ? delayMs : Math.min(delayMs, MAX_RETRY_MS);
    await sleep(clock, limitedMs, this.#stopping.signal).catch(() => undefined);
  }

  async #tryToStart({ fn, trigger, state }: TriggeredFunction): Promise<TriggerListener | undefined> {
    const factory = await this.#options.factories.get(trigger.type.toLowerCase())?.();
    if (!factory) {
      this.#log('error', doesNotFire(fn.metadata.name, trigger.type, this.#options.init.publicUrl));
      return undefined;
    }
    const listener = await this.#createListener(fn, trigger, factory);
    try {
      await listener.start(state);
      return listener;
    } catch (error) {
      await listener.stop(); // releases what a partial start has opened
      throw error;
    }
  }

  #createListener(fn: RegisteredFunction, trigger: NamedBinding, factory: TriggerFactory): Promise<TriggerListener> {
    const { init, dependencies } = this.#options;
    const { clock, randomness: random, log, changes, storage, eventDriven } = dependencies;
    const { settings, env, dataDir, hostId } = init;
    const policy = toRetryPolicy(fn.metadata.retryOptions) ?? settings.retry;
    const invoke = this.#counted(invokeFromTrigger(this.#options, fn, trigger.name));
    return factory({
      clock,
      random,
      log,
      settings,
      env,
      dataDir,
      hostId,
      changes,
      storage,
      ...(eventDriven && { eventDriven }),
      functionName: fn.metadata.name,
      binding: resolveBinding(trigger, env),
      invoke: policy ? withRetries(invoke, policy, { clock, random, signal: this.#stopping.signal }) : invoke,
    });
  }

  #counted(invoke: InvokeTriggered): InvokeTriggered {
    return async (invocation) => {
      this.#outstanding += 1;
      return invoke(invocation).finally(() => {
        this.#outstanding -= 1;
      });
    };
  }

  #log(level: 'information' | 'error', message: string): void {
    this.#options.app.log.write({ level, category: 'system', message });
  }
}

function isPermanent(error: unknown): boolean {
  return error instanceof FunctionsHostError && PERMANENT.has(error.code);
}

/** Our own errors say all in their message. */
function describeFailedStart(name: string, error: unknown): string {
  const reason = error instanceof FunctionsHostError ? error.message : describeThrown(error);
  const next = isPermanent(error) ? '' : '. It is tried again until it starts';
  return `The listener for function '${name}' was unable to start. ${reason}${next}`;
}

function doesNotFire(name: string, type: string, publicUrl: string): string {
  const support = triggerSupport(type);
  const reason =
    support.kind === 'by-hand'
      ? `'${type}' needs ${support.service}, which is not emulated`
      : `'${type}' is not known to this host`;
  return `Function '${name}': ${reason}, so it does not fire here. Invoke it manually: POST ${publicUrl}/admin/functions/${name}`;
}
