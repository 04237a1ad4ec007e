import { type Clock, type Closeable, sleep, type Timer } from '@lazurite/runtime';
import { messageOf, WorkerFailedError } from '../errors.ts';
import { type ContainerName, changeKey, containerKey, type StorageChange, sourceOf } from '../protocol/changes.ts';
import type { FunctionInfo, HostEvent } from '../protocol/events.ts';
import type { InvokeOutcome, WorkerInit } from '../protocol/messages.ts';
import { ChangeNotices } from './coalescing-notifier.ts';
import type { Debugging } from './configuration/debugging.ts';
import { watchForBlocking } from './hang-detection.ts';
import { describeExit, type WorkerExit, type WorkerProcess } from './worker-process.ts';

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
  /** Whether reloads are to be expected: then a process waits for the next one, booted. */
  readonly keepsSpare: boolean;
  /** Whether nothing is stored in the storage beside this host. */
  readonly isStorageUnused: () => boolean;
  /** Reads the app's configuration afresh. */
  readonly configure: () => Promise<WorkerInit>;
}

const FIRST_RESTART_MS = 100;
const MAX_RESTART_MS = 30_000;
/** A worker that lived so long has started well: its end is a new trouble, not the old one again. */
const HEALTHY_AFTER_MS = 60_000;
/** A start has better use for the processor than booting the spare: first requests follow it. */
const FIRST_SPARE_MS = 1_000;
/** A client in a loop reuses its connection well within this time, even where the processor is short. */
const RELOAD_GRACE_MS = 500;
/** Nobody answers after us: those who are late are told sooner. */
const CLOSE_GRACE_MS = 100;

/** Keeps one worker serving the app: starts it, replaces it on reload, starts it again when it ends by itself. */
export class Supervisor implements Closeable {
  readonly #options: SupervisorOptions;
  readonly #closing = new AbortController();
  #current: WorkerProcess;
  #functions: readonly FunctionInfo[] = [];
  #startedAt = 0;
  /** `functionTimeout` of the app started last; null: none. */
  #limitMs: number | null = null;
  #restartMs = FIRST_RESTART_MS;
  #spare: WorkerProcess | undefined;
  #firstSpare: Timer | undefined;
  #changing: Promise<unknown> = Promise.resolve();
  readonly #notices: ChangeNotices<ContainerName>;
  readonly #storageNotices: ChangeNotices<StorageChange>;
  readonly #leaving = new Set<Promise<void>>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#current = options.fork(true);
    const { clock } = options;
    this.#notices = new ChangeNotices(clock, containerKey, (name) => this.#current.containerChanged(name));
    this.#storageNotices = new ChangeNotices(clock, changeKey, (change) => this.#current.storageChanged(change));
  }

  get functions(): readonly FunctionInfo[] {
    return this.#functions;
  }

  /** Rejects with what kept the first worker from serving the app. */
  start(): Promise<void> {
    const starting = this.#startFirst();
    this.#changing = starting.catch(() => undefined);
    return starting;
  }

  /** Boots the process that the next reload will use, to save that time then. */
  prepareReload(): void {
    if (this.#closing.signal.aborted || this.#spare) return;
    const spare = this.#options.fork(false);
    this.#spare = spare;
    void spare.exited.then(() => {
      if (this.#spare === spare) this.#spare = undefined; // somebody ended it; the next change forks another
    });
  }

  /**
   * Starts a worker with the app as it is now and lets it take over; requests in flight end in the old one, which stays
   * when the new one cannot start. Both accept from one socket meanwhile, so no connection is refused.
   */
  reload(): Promise<void> {
    const reloading = this.#changing.then(() => this.#reload());
    this.#changing = reloading.catch(() => undefined);
    return reloading;
  }

  /** Wakes the functions that read the change feed of this container. */
  containerChanged(name: ContainerName): void {
    const isWatched = this.#functions.some(
      ({ watches }) => watches?.container === name.container && watches.database === name.database,
    );
    if (isWatched) this.#notices.notify(name);
  }

  /** Wakes the functions that wait for this queue or for blobs of this container. */
  storageChanged(change: StorageChange): void {
    const source = sourceOf(change);
    if (this.#functions.some(({ storageSource }) => storageSource === source)) this.#storageNotices.notify(change);
  }

  storageUsed(): void {
    this.#current.storageUsed();
  }

  async invoke(functionName: string, input: string | null): Promise<InvokeOutcome> {
    await this.#changing;
    return this.#current.invoke(functionName, input);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    // Who connects while requests in flight end is refused at once, rather than left waiting for nobody.
    const settled = this.#changing.then(() => this.#options.stopListening());
    await Promise.all([this.#retire(this.#current, CLOSE_GRACE_MS), settled]);
    await this.#retire(this.#current, CLOSE_GRACE_MS); // a reload that was under way may have put another in its place
    this.#firstSpare?.cancel();
    this.#spare?.kill();
    await Promise.all([...this.#leaving, this.#spare?.exited]);
  }

  async #startFirst(): Promise<void> {
    this.#functions = await this.#startWorker(this.#current);
    this.#adopt(this.#current);
    this.#options.onEvent({ type: 'functions-listed', functions: this.#functions });
    this.#startTriggers(this.#current);
    const { clock, keepsSpare } = this.#options;
    if (keepsSpare) this.#firstSpare = clock.setTimer(FIRST_SPARE_MS, () => this.prepareReload());
  }

  #startTriggers(worker: WorkerProcess): void {
    worker.startTriggers(this.#options.isStorageUnused());
  }

  #expectReload(): void {
    if (this.#options.keepsSpare) this.prepareReload();
  }

  #takeSpare(): WorkerProcess {
    const taken = this.#spare ?? this.#options.fork(false);
    this.#spare = undefined;
    return taken;
  }

  async #reload(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    try {
      await this.#takeOver();
    } catch (error) {
      this.#options.onEvent({ type: 'reload-failed', message: messageOf(error) });
      this.#expectReload();
      throw error;
    }
  }

  async #takeOver(): Promise<void> {
    const startedAt = this.#options.clock.monotonic();
    const [old, next] = [this.#current, this.#takeSpare()];
    this.#functions = await this.#startWorker(next);
    this.#adopt(next);
    void this.#retire(old, RELOAD_GRACE_MS).then(() => {
      this.#moveInspector(next);
      this.#expectReload(); // only now: the processor was needed for the requests that the old one ended
    });
    await old.closing;
    this.#startTriggers(next);
    const durationMs = this.#options.clock.monotonic() - startedAt;
    this.#options.onEvent({ type: 'reloaded', durationMs, functions: this.#functions });
  }

  /** Ends a worker that is caught in a loop and starts another. */
  async #replaceBlocked(worker: WorkerProcess, limitMs: number): Promise<void> {
    const running = await worker.endBlocked();
    const { exitCode, signal } = await worker.exited;
    const message = `The worker process did not respond for ${limitMs / 1000} s, the functionTimeout of host.json, and was ended. Running then: ${running.join(', ') || 'nothing known'}`;
    this.#options.onEvent({ type: 'worker-exited', exitCode, signal, message, restartInMs: 0 });
    this.#changing = this.#changing.then(() => this.#startAgain(0)).catch(() => undefined);
  }

  async #startWorker(worker: WorkerProcess): Promise<readonly FunctionInfo[]> {
    const { clock, startTimeoutMs, configure, handle } = this.#options;
    const late = Promise.withResolvers<never>();
    const waitsForDebugger = this.#options.debugging.waits && this.#startedAt === 0;
    const timer = clock.setTimer(waitsForDebugger ? Number.MAX_SAFE_INTEGER : startTimeoutMs, () =>
      late.reject(new WorkerFailedError(notLoaded(startTimeoutMs))),
    );
    try {
      const init = await configure();
      this.#limitMs = init.settings.functionTimeoutMs ?? null;
      return await Promise.race([worker.start(init, handle), late.promise]);
    } catch (error) {
      worker.kill();
      await worker.exited;
      throw error;
    } finally {
      timer.cancel();
    }
  }

  #adopt(worker: WorkerProcess): void {
    this.#current = worker;
    this.#startedAt = this.#options.clock.monotonic();
    this.#options.onEvent({ type: 'worker-started', pid: worker.pid });
    worker.onRecycle(() => {
      if (worker === this.#current) void this.reload().catch(() => undefined);
    });
    const endWatch = this.#watchForBlocking(worker);
    void worker.exited.then((exit) => {
      endWatch();
      if (worker === this.#current && !worker.stopping) this.#restart(exit);
    });
  }

  #watchForBlocking(worker: WorkerProcess): () => void {
    const limitMs = this.#limitMs;
    // At a breakpoint nothing answers.
    if (limitMs === null || this.#options.debugging.address) return () => undefined;
    return watchForBlocking({
      clock: this.#options.clock,
      ping: () => worker.ping(),
      limitMs,
      onBlocked: () => void this.#replaceBlocked(worker, limitMs),
    });
  }

  #retire(worker: WorkerProcess, idleGraceMs: number): Promise<void> {
    const leaving = worker.stop({ drainMs: this.#options.drainMs, idleGraceMs });
    this.#leaving.add(leaving);
    return leaving.finally(() => this.#leaving.delete(leaving));
  }

  #restart(exit: WorkerExit): void {
    if (this.#closing.signal.aborted) return;
    const lived = this.#options.clock.monotonic() - this.#startedAt;
    if (lived > HEALTHY_AFTER_MS) this.#restartMs = FIRST_RESTART_MS;
    const restartInMs = this.#restartMs;
    this.#restartMs = Math.min(restartInMs * 2, MAX_RESTART_MS);
    const { exitCode, signal } = exit;
    this.#options.onEvent({ type: 'worker-exited', exitCode, signal, message: describeExit(exit), restartInMs });
    this.#changing = this.#changing.then(() => this.#startAgain(restartInMs)).catch(() => undefined);
  }

  async #startAgain(delayMs: number): Promise<void> {
    await sleep(this.#options.clock, delayMs, this.#closing.signal);
    const next = this.#takeSpare();
    try {
      this.#functions = await this.#startWorker(next);
    } catch (error) {
      this.#options.onEvent({ type: 'reload-failed', message: messageOf(error) });
      if (!(error instanceof WorkerFailedError)) throw error; // the app itself is broken: a change of its files mends it
      this.#restart(await next.exited);
      return;
    }
    this.#adopt(next);
    this.#moveInspector(next);
    this.#startTriggers(next);
  }

  /** The port is free: the worker that held it has ended. */
  #moveInspector(worker: WorkerProcess): void {
    const { address } = this.#options.debugging;
    if (address && worker === this.#current) worker.openInspector(address);
  }
}

function notLoaded(limitMs: number): string {
  return `The function app did not finish loading within ${limitMs / 1000} s. Look for an await at the top level of its modules, or in an appStart hook, that never ends`;
}
