import type { Clock, Closeable, Timer } from '@lazurite/runtime';
import { messageOf, WorkerFailedError } from '../errors.ts';
import type { FunctionInfo, HostEvent } from '../protocol/events.ts';
import type { InvokeOutcome, LocalStorage, WorkerInit } from '../protocol/messages.ts';
import { ChangeRelay } from './change-relay.ts';
import type { Debugging } from './configuration/debugging.ts';
import { detectHang } from './hang-detection.ts';
import type { OrphanGuard } from './orphan-guard.ts';
import {
  INITIAL_STATE,
  type SupervisorEffect,
  type SupervisorEvent,
  type SupervisorState,
  type WorkerId,
} from './supervisor-state.ts';
import { step } from './transitions.ts';
import { describeExit, type WorkerProcess } from './worker-process.ts';
import { type WorkerSlot, WorkerSlots } from './worker-slots.ts';

export interface SupervisorOptions {
  readonly clock: Clock;
  /** The bound socket that every worker accepts on. */
  readonly handle: object;
  /** Gives the socket up: from then on connections are refused, except by a worker that still accepts. */
  readonly stopListening: () => void;
  readonly drainMs: number;
  /** How long the app may take to load. */
  readonly startTimeoutMs: number;
  readonly onEvent: (event: HostEvent) => void;
  readonly debugging: Debugging;
  readonly fork: (isFirst: boolean) => WorkerProcess;
  /** Whether reloads are to be expected: then a standby worker waits for the next one, booted. */
  readonly keepsStandby: boolean;
  /** The storage beside this host; undefined without one. */
  readonly localStorage: () => LocalStorage | undefined;
  /** Reads the app's configuration afresh. */
  readonly configure: (isReload: boolean) => Promise<WorkerInit>;
  readonly guard: OrphanGuard;
}

/** A start has better use for the processor than booting the standby worker: first requests follow it. */
const FIRST_STANDBY_MS = 1_000;
/** How long the old worker keeps idle connections: a client in a loop reuses its own well within this time. */
const RELOAD_GRACE_MS = 500;
/** Closing: no other worker accepts connections, so keep-alive clients get a shorter grace period. */
const CLOSE_GRACE_MS = 100;

type Effect<T extends SupervisorEffect['type']> = Extract<SupervisorEffect, { type: T }>;

/**
 * Keeps one worker serving the app: starts it, replaces it on reload, starts it again when it ends by itself.
 *
 * Everything that happens becomes an event in one queue. `transitions.ts` decides what each event means; this class
 * carries the effects out, and makes what comes of them into events again.
 */
export class Supervisor implements Closeable {
  /** Where the data servers beside this host report what was written to them. */
  readonly dataChanges: ChangeRelay;
  readonly #options: SupervisorOptions;
  readonly #workers: WorkerSlots;
  readonly #closed = Promise.withResolvers<void>();
  readonly #effects = this.#tableOfEffects();
  readonly #events: SupervisorEvent[] = [];
  #state = INITIAL_STATE;
  #isStepping = false;
  #functions: readonly FunctionInfo[] = [];
  /** Of the worker before the current one. */
  #functionsBefore: readonly FunctionInfo[] = [];
  /** Of the load that succeeded last: a worker without the app needs its certificate. */
  #lastInit: WorkerInit | undefined;
  #loadStartedAt = 0;
  /** Those who asked for a load that has not begun yet. */
  #asking: PromiseWithResolvers<void>[] = [];
  /** Those who wait for the load under way. */
  #waiting: PromiseWithResolvers<void>[] = [];
  /** Resumes invocations that wait for a worker. */
  #waitingForWorker: (() => void)[] = [];
  #restart: Timer | undefined;
  #firstStandby: Timer | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#workers = new WorkerSlots(options);
    this.dataChanges = new ChangeRelay(options.clock);
    this.#open(this.#state.lastWorker);
  }

  get functions(): readonly FunctionInfo[] {
    return this.#functions;
  }

  /** Rejects with what kept the first worker from serving the app. */
  start(): Promise<void> {
    const started = this.#nextLoad();
    this.#carryOut({ type: 'load', worker: this.#state.lastWorker });
    return started;
  }

  /** Boots the standby worker that the next reload will use. */
  prepareReload(): void {
    if (this.#state.phase !== 'closing' && this.#state.phase !== 'closed') this.#workers.prepareStandby();
  }

  /** Starts a worker with the app as it is now and lets it take over. Rejects when that cannot load the app. */
  reload(): Promise<void> {
    const reloaded = this.#nextLoad();
    this.#dispatch({ type: 'reload' });
    return reloaded;
  }

  /** Waits while a worker is being started. @throws WorkerFailedError when there is none, and none is coming */
  async invoke(functionName: string, input: string | null): Promise<InvokeOutcome> {
    while (!isSettled(this.#state)) await new Promise<void>((resume) => this.#waitingForWorker.push(resume));
    if (this.#state.phase === 'serving' && this.#current) return this.#current.process.invoke(functionName, input);
    throw new WorkerFailedError(`The function '${functionName}' cannot run: ${whyNoWorker(this.#state)}`);
  }

  async close(): Promise<void> {
    this.#dispatch({ type: 'close' });
    await this.#closed.promise;
    this.#firstStandby?.cancel();
    await this.#workers.close();
  }

  get #current(): WorkerSlot | undefined {
    return this.#workers.get(this.#state.current);
  }

  #nextLoad(): Promise<void> {
    const asked = Promise.withResolvers<void>();
    this.#asking.push(asked);
    return asked.promise;
  }

  /** Events that come while the effects of another are carried out wait for their turn. */
  #dispatch(event: SupervisorEvent): void {
    this.#events.push(event);
    if (this.#isStepping) return;
    this.#isStepping = true;
    try {
      for (let next = this.#events.shift(); next; next = this.#events.shift()) this.#take(next);
    } finally {
      this.#isStepping = false;
    }
    if (isSettled(this.#state)) for (const resume of this.#waitingForWorker.splice(0)) resume();
  }

  #take(event: SupervisorEvent): void {
    const { state, effects } = step(this.#state, event, this.#options.clock.monotonic());
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
  }

  #tableOfEffects(): { readonly [T in SupervisorEffect['type']]: (effect: Effect<T>) => void } {
    return {
      load: ({ worker }) => void this.#load(worker),
      adopt: ({ worker }) => this.#adopt(worker),
      'start-triggers': ({ worker }) =>
        this.#workers.get(worker)?.process.startTriggers(this.#options.localStorage() ?? null),
      'settle-load': (effect) => this.#settleLoad(effect),
      'reject-load': (effect) => this.#rejectLoad(effect),
      stop: (effect) => this.#stop(effect),
      'end-hung': ({ worker }) => void this.#endHung(worker),
      'serve-unavailable': ({ worker }) => this.#serveUnavailable(worker),
      'report-exit': (effect) => this.#reportExit(effect),
      'schedule-restart': ({ delayMs }) => {
        this.#restart = this.#options.clock.setTimer(delayMs, () => this.#dispatch({ type: 'restart-due' }));
      },
      'cancel-restart': () => this.#restart?.cancel(),
      'open-inspector': ({ worker }) => this.#openInspector(worker),
      'prepare-standby': () => this.#workers.expectReload(),
      'stop-listening': () => this.#options.stopListening(),
      'cancel-waiting': () =>
        this.#rejectWaiting(new WorkerFailedError('The functions host was closed'), this.#asking.splice(0)),
      'report-closed': () => this.#closed.resolve(),
    };
  }

  #carryOut(effect: SupervisorEffect): void {
    const carry = this.#effects[effect.type] as (effect: SupervisorEffect) => void; // the one for this very effect
    carry(effect);
  }

  async #load(worker: WorkerId): Promise<void> {
    this.#loadStartedAt = this.#options.clock.monotonic();
    this.#waiting.push(...this.#asking.splice(0));
    const slot = this.#workers.get(worker) ?? this.#open(worker);
    try {
      slot.functions = await this.#startApp(worker, slot);
      this.#dispatch({ type: 'loaded', worker });
    } catch (thrown) {
      slot.process.kill();
      const exit = await slot.process.exited;
      const error = thrown instanceof Error ? thrown : new WorkerFailedError(messageOf(thrown));
      const isAppBroken = !(error instanceof WorkerFailedError);
      this.#dispatch({ type: 'load-failed', worker, error, exit, isAppBroken });
    }
  }

  #open(worker: WorkerId): WorkerSlot {
    const slot = this.#workers.open(worker);
    const { process } = slot;
    process.onRecycle(() => this.#dispatch({ type: 'recycle', worker }));
    void process.closing.then(() => this.#dispatch({ type: 'released', worker }));
    void process.exited.then((exit) => {
      this.#dispatch({ type: 'exited', worker, exit, ...(slot.hang && { hang: slot.hang }) });
    });
    return slot;
  }

  async #startApp(worker: WorkerId, slot: WorkerSlot): Promise<readonly FunctionInfo[]> {
    const { clock, startTimeoutMs, configure, handle, debugging } = this.#options;
    const late = Promise.withResolvers<never>();
    const waitsForDebugger = debugging.waits && worker === INITIAL_STATE.lastWorker;
    const timer = clock.setTimer(waitsForDebugger ? Number.MAX_SAFE_INTEGER : startTimeoutMs, () =>
      late.reject(new WorkerFailedError(notLoaded(startTimeoutMs))),
    );
    try {
      const init = await configure(this.#state.loadingFor !== 'start');
      if (this.#state.loading !== worker) throw new WorkerFailedError('The functions host was closed');
      this.#lastInit = init;
      slot.limitMs = init.settings.functionTimeoutMs ?? null;
      return await Promise.race([slot.process.start(init, handle), late.promise]);
    } finally {
      timer.cancel();
    }
  }

  #adopt(worker: WorkerId): void {
    const slot = this.#workers.get(worker);
    if (!slot) return; // it has exited since; that event is next
    this.#functionsBefore = this.#functions;
    this.#functions = slot.functions;
    this.dataChanges.receiver = slot;
    this.#options.guard.start();
    this.#options.onEvent({ type: 'worker-started', pid: slot.process.pid });
    // While somebody debugs, nothing answers at a breakpoint.
    if (slot.limitMs === null || this.#options.debugging.address) return;
    const endDetection = detectHang({
      clock: this.#options.clock,
      ping: () => slot.process.ping(),
      limitMs: slot.limitMs,
      onHung: () => this.#dispatch({ type: 'hung', worker }),
    });
    void slot.process.exited.then(endDetection);
  }

  #settleLoad({ loadingFor }: Effect<'settle-load'>): void {
    const { clock, onEvent, keepsStandby } = this.#options;
    if (loadingFor === 'start') {
      onEvent({ type: 'functions-listed', functions: this.#functions });
      if (keepsStandby) this.#firstStandby = clock.setTimer(FIRST_STANDBY_MS, () => this.prepareReload());
    }
    if (loadingFor === 'reload') {
      const durationMs = clock.monotonic() - this.#loadStartedAt;
      const before = new Set(this.#functionsBefore.map(({ name }) => name));
      const added = this.#functions.map(({ name }) => name).filter((name) => !before.has(name));
      onEvent({ type: 'reloaded', durationMs, functions: this.#functions, added });
    }
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  #rejectLoad({ error, loadingFor }: Effect<'reject-load'>): void {
    const still =
      loadingFor === 'reload' ? 'The code from before still serves, because what is on disk now did not load. ' : '';
    if (loadingFor !== 'start') this.#options.onEvent({ type: 'reload-failed', message: `${still}${error.message}` });
    this.#rejectWaiting(error);
  }

  #rejectWaiting(error: Error, more: readonly PromiseWithResolvers<void>[] = []): void {
    for (const { reject } of [...this.#waiting.splice(0), ...more]) reject(error);
  }

  #stop({ worker, because }: Effect<'stop'>): void {
    const idleGraceMs = because === 'close' ? CLOSE_GRACE_MS : RELOAD_GRACE_MS;
    void this.#workers.get(worker)?.process.stop({ drainMs: this.#options.drainMs, idleGraceMs });
  }

  async #endHung(worker: WorkerId): Promise<void> {
    const slot = this.#workers.get(worker);
    if (!slot) return;
    const limitMs = slot.limitMs ?? 0;
    slot.hang = { limitMs, running: [] };
    slot.hang = { limitMs, running: await slot.process.endHung() };
  }

  #serveUnavailable(worker: WorkerId): void {
    if (!this.#lastInit) return; // no worker has ever loaded the app, so none can have crashed
    this.#open(worker).process.serveUnavailable(this.#lastInit, this.#options.handle);
  }

  #reportExit({ exit, hang, restartInMs }: Effect<'report-exit'>): void {
    const { exitCode, signal } = exit;
    const message = hang
      ? `The worker process did not respond for ${hang.limitMs / 1000} s, the functionTimeout of host.json, and was ended. Running then: ${hang.running.join(', ') || 'nothing known'}`
      : describeExit(exit);
    this.#options.onEvent({ type: 'worker-exited', exitCode, signal, message, restartInMs });
  }

  #openInspector(worker: WorkerId): void {
    const { address } = this.#options.debugging;
    if (address && worker !== INITIAL_STATE.lastWorker) this.#workers.get(worker)?.process.openInspector(address);
  }
}

function isSettled({ phase }: SupervisorState): boolean {
  return phase === 'serving' || phase === 'unloadable' || phase === 'closing' || phase === 'closed';
}

function whyNoWorker({ unloadable }: SupervisorState): string {
  if (unloadable === undefined) return 'the functions host was closed';
  return `the function app could not be loaded again after its worker process had ended. ${unloadable}`;
}

function notLoaded(limitMs: number): string {
  return `The function app did not finish loading within ${limitMs / 1000} s. Look for an await at the top level of its modules, or in an appStart hook, that never ends`;
}
