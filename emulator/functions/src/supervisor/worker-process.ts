import { type ChildProcess, fork, type SendHandle } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { PortInUseError } from '@lazurite/http';
import type { Clock, Log } from '@lazurite/runtime';
import { AppLoadError, WorkerFailedError } from '../errors.ts';
import type { FunctionInfo, HostEvent } from '../protocol/events.ts';
import { FAIL_IN_FLIGHT_EXPRESSION } from '../protocol/fail-in-flight-requests.ts';
import {
  type FromWorker,
  type InvokeOutcome,
  type LocalStorage,
  PROTOCOL_VERSION,
  type ToWorker,
  type WorkerInit,
} from '../protocol/messages.ts';
import { isFromWorker } from '../protocol/validate.ts';
import type { InspectorAddress } from './configuration/debugging.ts';
import { evaluateIn } from './hang-detection.ts';
import type { WorkerExit } from './supervisor-state.ts';

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

/** The notifications of writes to the data servers beside this host. */
export type ChangeMessage = Extract<ToWorker, { type: 'container-changed' | 'storage-changed' | 'storage-used' }>;

/** How long a worker may take, beyond the time for requests in flight, before it is killed (WorkerConstants.cs: 5 s). */
const TERMINATE_GRACE_MS = 5_000;

const LOST: InvokeOutcome = {
  status: 'failed',
  error: 'The worker process ended before the function did',
  logs: [],
};

/** One process that runs the app. Made at once, so that it boots while the app's settings are still being worked out. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #options: WorkerProcessOptions;
  readonly #pendingInvokes = new Map<number, (outcome: InvokeOutcome) => void>();
  #pong: (() => void) | undefined;
  #inspector = Promise.withResolvers<string>();
  readonly #closing = Promise.withResolvers<void>();
  #recycle: (() => void) | undefined;
  #childReport: ((pid: number, isAlive: boolean) => void) | undefined;
  #nextInvoke = 1;
  readonly #ready = Promise.withResolvers<readonly FunctionInfo[]>();
  #failure: Error | undefined;
  #publicUrl = '';
  readonly #exited: Promise<WorkerExit>;
  #stopping = false;
  #hasWarned = false;

  constructor(options: WorkerProcessOptions) {
    this.#options = options;
    this.#child = forkWorker(options);
    this.#child.on('message', (message) => this.#receiveAny(message));
    this.#child.on('error', (error) => options.log.warn({ err: error }, 'The worker process could not be reached'));
    this.#exited = this.#watchExit();
    for (const stream of ['stdout', 'stderr'] as const) this.#forwardLines(stream);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Settles once the worker was sent `stop` and accepts nothing new. */
  get closing(): Promise<void> {
    return this.#closing.promise;
  }

  /** Settles when the process has ended, for whatever reason. */
  get exited(): Promise<WorkerExit> {
    return this.#exited;
  }

  /** Loads the app and serves it on the socket. Rejects with AppLoadError, PortInUseError or WorkerFailedError. */
  start(init: WorkerInit, handle: object): Promise<readonly FunctionInfo[]> {
    this.#publicUrl = init.publicUrl;
    // @types/node does not know that Node's own handles can be sent, though node:cluster does just that.
    this.#send({ type: 'init', version: PROTOCOL_VERSION, init }, handle as SendHandle);
    return this.#ready.promise;
  }

  /** Responds to every request on the socket with 503, without the app. */
  serveUnavailable({ publicUrl, drainMs, tls }: WorkerInit, handle: object): void {
    const options = { publicUrl, drainMs, ...(tls && { tls }) };
    this.#send({ type: 'serve-unavailable', version: PROTOCOL_VERSION, options }, handle as SendHandle); // as in `start`
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

  /** Called when a process that must end with the worker, and leads a group, has started or ended. */
  onChild(callback: (pid: number, isAlive: boolean) => void): void {
    this.#childReport = callback;
  }

  /**
   * Ends a process whose event loop does not turn. Its inspector can still run code there: open requests are answered
   * with 500 first. Resolves to what was running.
   */
  async endHung(): Promise<readonly string[]> {
    const noInspector = this.#options.clock.setTimer(TERMINATE_GRACE_MS, () =>
      this.#inspector.reject(new Error('No inspector')),
    );
    try {
      openInspector(this.#child);
      const running = await evaluateIn(await this.#inspector.promise, FAIL_IN_FLIGHT_EXPRESSION);
      return readRunning(running);
    } catch (error) {
      this.#options.log.debug({ err: error }, 'The requests of a worker that hangs could not be answered');
      return [];
    } finally {
      noInspector.cancel();
      this.kill();
    }
  }

  /** Starts its triggers (timers, queues and so on). To be called once the previous worker was sent `stop`. */
  startTriggers(storage: LocalStorage | null): void {
    this.#send({ type: 'start-triggers', storage });
  }

  /** Notifies its triggers of what was written to the data servers beside this host. */
  notify(change: ChangeMessage): void {
    this.#send(change);
  }

  /** Lets debuggers attach, where the process was not started so: the worker before it held the port. */
  openInspector(address: InspectorAddress): void {
    this.#send({ type: 'open-inspector', ...address });
  }

  invoke(functionName: string, input: string | null): Promise<InvokeOutcome> {
    const id = this.#nextInvoke++;
    return new Promise((resolve) => {
      this.#pendingInvokes.set(id, resolve);
      if (!this.#send({ type: 'invoke', id, functionName, input })) this.#settleInvoke(id, LOST);
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
    this.#child.kill('SIGKILL');
  }

  /** Returns false when the process cannot be reached any more: then `exited` settles soon. */
  #send(message: ToWorker, handle?: SendHandle): boolean {
    if (!this.#child.connected) return false;
    this.#child.send(message, handle, () => undefined); // a send that fails does so because the process has ended
    return true;
  }

  /** User code can send on the same channel, with `process.send`. */
  #receiveAny(message: unknown): void {
    if (isFromWorker(message)) this.#receive(message);
    else if (!this.#hasWarned) {
      this.#hasWarned = true;
      const text = `The worker process sent a message that is not part of the protocol, which is ignored, as all further ones are. Look for process.send in the function app`;
      const at = this.#options.clock.now();
      this.#options.onEvent({ type: 'log', level: 'warning', category: 'Worker', message: text, at });
    }
  }

  #settleInvoke(id: number, outcome: InvokeOutcome): void {
    this.#pendingInvokes.get(id)?.(outcome);
    this.#pendingInvokes.delete(id);
  }

  #receive(message: FromWorker): void {
    if (message.type === 'events') {
      for (const event of message.events) this.#options.onEvent(event.type === 'console' ? ofWorker(event) : event);
    } else if (message.type === 'ready') this.#ready.resolve(message.functions);
    else if (message.type === 'closing') this.#closing.resolve();
    else if (message.type === 'pong') this.#pong?.();
    else if (message.type === 'recycle') this.#recycle?.();
    else if (message.type === 'child') this.#childReport?.(message.pid, message.isAlive);
    else if (message.type === 'failed') this.#failure = toError(message, this.#publicUrl);
    else this.#settleInvoke(message.id, message.outcome);
  }

  #watchExit(): Promise<WorkerExit> {
    return new Promise((resolve) => {
      this.#child.once('close', (exitCode, signal) => {
        this.#ready.promise.catch(() => undefined);
        this.#ready.reject(this.#failure ?? new WorkerFailedError(describeExit({ exitCode, signal })));
        this.#closing.resolve();
        for (const id of [...this.#pendingInvokes.keys()]) this.#settleInvoke(id, LOST);
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
      if (!inspector || this.#options.isDebugged) {
        this.#options.onEvent(ofWorker({ type: 'console', stream, line, at: this.#options.clock.now() }));
      }
    });
  }
}

/** The list of what was running, as the worker itself wrote it; whatever else user code may have put in its place is dropped. */
function readRunning(json: unknown): readonly string[] {
  const running: unknown = typeof json === 'string' ? JSON.parse(json) : [];
  return Array.isArray(running) ? running.filter((name) => typeof name === 'string') : [];
}

/** Lines with this prefix are the worker's own, not the app's (azure-functions-host `WorkerConstants.cs`). */
const WORKER_LINE = 'LanguageWorkerConsoleLog';

function ofWorker(event: ConsoleEvent): HostEvent {
  const { stream, line, at = 0 } = event;
  if (!line.startsWith(WORKER_LINE)) return event;
  const level = stream === 'stderr' ? 'error' : 'information';
  return { type: 'log', level, category: 'Worker', message: line.slice(WORKER_LINE.length), at };
}

type ConsoleEvent = Extract<HostEvent, { type: 'console' }>;

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
    // Where the inspector listens if it is ever opened: see endHung.
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
