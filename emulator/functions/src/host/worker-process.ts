import { type ChildProcess, fork, type SendHandle } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { PortInUseError } from '@lazurite/http';
import type { Clock, Log } from '@lazurite/runtime';
import { AppLoadError, WorkerFailedError } from '../errors.ts';
import type { FunctionInfo, HostEvent } from '../ipc/events.ts';
import {
  type FromWorker,
  type InvokeOutcome,
  PROTOCOL_VERSION,
  type ToWorker,
  type WorkerInit,
} from '../ipc/messages.ts';
import type { ContainerName } from '../triggers/cosmos/container-changes.ts';
import type { StorageChange } from '../triggers/storage-changes.ts';
import { ABANDON_EXPRESSION } from '../worker/abandon.ts';
import type { InspectorAddress } from './debugging.ts';
import { evaluateIn } from './inspector-call.ts';

export interface WorkerProcessOptions {
  readonly appRoot: string;
  /** Options of Node itself, for example `--inspect=9229`. */
  readonly nodeArguments: readonly string[];
  /** Whether somebody asked for the inspector, and so wants to read where it listens. */
  readonly isDebugged: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly onEvent: (event: HostEvent) => void;
}

export interface WorkerExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** How long a worker may take, beyond the time for requests in flight, before it is killed (WorkerConstants.cs: 5 s). */
const TERMINATE_GRACE_MS = 5_000;

/** One process that runs the app. Made at once, so that it boots while the app's settings are still being worked out. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #options: WorkerProcessOptions;
  readonly #pendingInvokes = new Map<number, (outcome: InvokeOutcome) => void>();
  #pong: (() => void) | undefined;
  #inspector = Promise.withResolvers<string>();
  readonly #closing = Promise.withResolvers<void>();
  #recycle: (() => void) | undefined;
  #nextInvoke = 1;
  #ready: PromiseWithResolvers<readonly FunctionInfo[]> | undefined;
  #failure: Error | undefined;
  #publicUrl = '';
  readonly #exited: Promise<WorkerExit>;
  #stopping = false;

  constructor(options: WorkerProcessOptions) {
    this.#options = options;
    this.#child = forkWorker(options);
    this.#child.on('message', (message) => this.#receive(message as FromWorker)); // our own worker sends nothing else
    this.#child.on('error', (error) => options.log.warn({ err: error }, 'The worker process could not be reached'));
    this.#exited = this.#watchExit();
    for (const stream of ['stdout', 'stderr'] as const) this.#forwardLines(stream);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Whether `stop` was called: its end is then no crash. */
  get stopping(): boolean {
    return this.#stopping;
  }

  /** Settles once it was told to stop and takes nothing new any more. */
  get closing(): Promise<void> {
    return this.#closing.promise;
  }

  /** Settles when the process has ended, for whatever reason. */
  get exited(): Promise<WorkerExit> {
    return this.#exited;
  }

  /** Loads the app and serves it on the socket. Rejects with AppLoadError, PortInUseError or WorkerFailedError. */
  start(init: WorkerInit, handle: object): Promise<readonly FunctionInfo[]> {
    const ready = Promise.withResolvers<readonly FunctionInfo[]>();
    this.#ready = ready;
    // It may have ended already, for example because of an option that Node.js does not know.
    void this.#exited.then((exit) => ready.reject(this.#failure ?? new WorkerFailedError(describeExit(exit))));
    this.#publicUrl = init.publicUrl;
    // @types/node does not know that Node's own handles can be sent, though node:cluster does just that.
    this.#send({ type: 'init', version: PROTOCOL_VERSION, init }, handle as SendHandle);
    return ready.promise;
  }

  /** Resolves when the process has found the time to answer; never, when it does not. */
  ping(): Promise<void> {
    return new Promise((resolve) => {
      this.#pong = resolve;
      this.#send({ type: 'ping' });
    });
  }

  /** Called when the worker asks to be replaced. */
  onRecycle(callback: () => void): void {
    this.#recycle = callback;
  }

  /**
   * Ends a process that is caught in a loop. Its inspector can still run code there: open requests are answered with 500
   * first. Resolves to what was running.
   */
  async endBlocked(): Promise<readonly string[]> {
    this.#stopping = true;
    const giveUp = this.#options.clock.setTimer(TERMINATE_GRACE_MS, () =>
      this.#inspector.reject(new Error('No inspector')),
    );
    try {
      openInspector(this.#child);
      const running = await evaluateIn(await this.#inspector.promise, ABANDON_EXPRESSION);
      return JSON.parse(String(running ?? '[]'));
    } catch (error) {
      this.#options.log.debug({ err: error }, 'The requests of a blocked worker could not be answered');
      return [];
    } finally {
      giveUp.cancel();
      this.kill();
    }
  }

  /** From now on its timers, queues and so on are listened to; to be called once the worker before it was told to stop. */
  startTriggers(storageIsUnused: boolean): void {
    this.#send({ type: 'start-triggers', storageIsUnused });
  }

  /** The storage beside this host is no longer unused. */
  storageUsed(): void {
    this.#send({ type: 'storage-used' });
  }

  storageChanged(change: StorageChange): void {
    this.#send({ type: 'storage-changed', change });
  }

  containerChanged({ database, container }: ContainerName): void {
    this.#send({ type: 'container-changed', database, container });
  }

  /** Lets debuggers attach, where the process was not started so: the worker before it held the port. */
  openInspector(address: InspectorAddress): void {
    this.#send({ type: 'open-inspector', ...address });
  }

  invoke(functionName: string, input: string | null): Promise<InvokeOutcome> {
    const id = this.#nextInvoke++;
    return new Promise((resolve) => {
      this.#pendingInvokes.set(id, resolve);
      this.#send({ type: 'invoke', id, functionName, input });
    });
  }

  /** Lets it finish what it has begun, then end; kills it when it does not. Resolves when the process is gone. */
  async stop({ drainMs, idleGraceMs }: { drainMs: number; idleGraceMs: number }): Promise<void> {
    if (!this.#stopping) {
      this.#stopping = true;
      this.#send({ type: 'stop', idleGraceMs });
    }
    const kill = this.#options.clock.setTimer(drainMs + TERMINATE_GRACE_MS, () => this.kill());
    await this.#exited;
    kill.cancel();
  }

  kill(): void {
    this.#stopping = true;
    this.#child.kill('SIGKILL');
  }

  #send(message: ToWorker, handle?: SendHandle): void {
    if (!this.#child.connected) return; // it has ended; `exited` tells
    this.#child.send(message, handle, () => undefined);
  }

  #receive(message: FromWorker): void {
    if (message.type === 'events') {
      for (const event of message.events) this.#options.onEvent(event);
    } else if (message.type === 'ready') this.#ready?.resolve(message.functions);
    else if (message.type === 'closing') this.#closing.resolve();
    else if (message.type === 'pong') this.#pong?.();
    else if (message.type === 'recycle') this.#recycle?.();
    else if (message.type === 'failed') this.#failure = toError(message, this.#publicUrl);
    else if (message.type === 'invoked') {
      this.#pendingInvokes.get(message.id)?.(message.outcome);
      this.#pendingInvokes.delete(message.id);
    }
  }

  #watchExit(): Promise<WorkerExit> {
    return new Promise((resolve) => {
      this.#child.once('close', (exitCode, signal) => {
        this.#ready?.promise.catch(() => undefined);
        this.#closing.resolve();
        const error = 'The worker process ended before the function did';
        const lost: InvokeOutcome = { status: 'failed', error, logs: [] };
        for (const settle of this.#pendingInvokes.values()) settle(lost);
        resolve({ exitCode, signal });
      });
    });
  }

  #forwardLines(stream: 'stdout' | 'stderr'): void {
    const input = this.#child[stream];
    if (!input) return;
    createInterface({ input }).on('line', (line) => {
      const inspector = /^Debugger listening on (ws:\S+)/.exec(line)?.[1];
      if (inspector) this.#inspector.resolve(inspector);
      if (!inspector || this.#options.isDebugged) this.#options.onEvent(toEvent(stream, line, this.#options.clock));
    });
  }
}

/** Lines with this prefix are the worker's own, not the app's (azure-functions-host `WorkerConstants.cs`). */
const WORKER_LINE = 'LanguageWorkerConsoleLog';

function toEvent(stream: 'stdout' | 'stderr', line: string, clock: Clock): HostEvent {
  if (!line.startsWith(WORKER_LINE)) return { type: 'console', stream, line };
  const level = stream === 'stderr' ? 'error' : 'information';
  return { type: 'log', level, category: 'Worker', message: line.slice(WORKER_LINE.length), at: clock.now() };
}

/** What happened to a process that ended, for a person. */
export function describeExit({ exitCode, signal }: WorkerExit): string {
  const how = signal ? `was ended by ${signal}` : `exited with code ${exitCode}`;
  return `The worker process ${how} while it should have been running the function app`;
}

/** The entry point beside this file: TypeScript when this is run from source, else JavaScript. */
function forkWorker({ appRoot, nodeArguments }: WorkerProcessOptions): ChildProcess {
  const fromSource = import.meta.url.endsWith('.ts');
  const entry = new URL(fromSource ? '../worker/main.ts' : '../worker/main.js', import.meta.url);
  const sourceArguments = ['--conditions=lazurite-source', '--disable-warning=ExperimentalWarning'];
  return fork(fileURLToPath(entry), [], {
    cwd: appRoot,
    // Where the inspector listens if it is ever opened: see endBlocked.
    execArgv: ['--inspect-port=0', ...(fromSource ? sourceArguments : []), ...nodeArguments],
    serialization: 'advanced',
    silent: true,
  });
}

/** SIGUSR1 is how Node opens the inspector of a running process; Windows has no signals, but Node a call that does it. */
function openInspector(child: ChildProcess): void {
  if (process.platform !== 'win32') {
    child.kill('SIGUSR1');
    return;
  }
  // Real since Node 8, and not in @types/node.
  (process as unknown as { _debugProcess(pid: number): void })._debugProcess(child.pid ?? 0);
}

function toError({ code, message }: Extract<FromWorker, { type: 'failed' }>, publicUrl: string): Error {
  if (code === 'AppLoadFailed') return new AppLoadError(message);
  const { port, hostname } = new URL(publicUrl);
  if (code === 'PortInUse') return new PortInUseError(Number(port), hostname);
  return new WorkerFailedError(message);
}
