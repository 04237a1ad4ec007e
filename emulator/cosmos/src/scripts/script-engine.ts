import { Worker } from 'node:worker_threads';
import { type Clock, type Closeable, systemClock } from '@lazurite/runtime';
import { CosmosError } from '../model/errors.ts';
import type { FromWorker, FunctionsMessage, RunMessage, ScriptEnd, ToWorker } from '../script-worker/protocol.ts';
import { UserFunctions } from './user-functions.ts';

export type Script = Omit<RunMessage, 'type'>;

export interface ScriptResult {
  readonly end: ScriptEnd;
  /** What it has logged; empty for nothing. */
  readonly log: string;
  readonly isSpent: boolean;
}

/** Runs scripts apart from the server. */
export interface ScriptEngine extends Closeable {
  /**
   * @param execute carries out operations of the script, a JSON array, and returns their results, one
   * @throws whatever `execute` throws; the script has then ended
   */
  run(script: Script, execute: (calls: string) => Promise<string>): Promise<ScriptResult>;
  /** Makes functions ready to be called. @throws CosmosError ServiceUnavailable when their thread does not start */
  openFunctions(functions: FunctionsMessage['functions']): Promise<UserFunctions>;
}

/** A worker that does not stop by itself is ended this long after the time of its script. */
const GRACE_MS = 500;
/** A thread that has not started by then never will. */
const MAX_START_MS = 30_000;
/** The stack of the thread. Deeply nested source text overflows it, and then ends the thread alone. */
const STACK_MB = 4;
const MAX_HEAP_MB = 256;

/**
 * The engine, whose thread starts with the first script. Each script has a runtime of its own in it; a thread whose script had to be
 * stopped is ended.
 */
export class WorkerScriptEngine implements ScriptEngine {
  readonly #clock: Clock;
  #standby: Worker | undefined;
  #functionWorker: Worker | undefined;
  readonly #workers = new Set<Worker>();
  #isClosed = false;

  /** @param clock of real time: scripts compute in it, whatever the clock of the account says */
  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  async run(script: Script, execute: (calls: string) => Promise<string>): Promise<ScriptResult> {
    const worker = this.#standby ?? this.#newWorker();
    this.#standby = undefined;
    let isReusable = false;
    try {
      const result = await this.#runIn(worker, script, execute);
      isReusable = result.end.how !== 'stopped' && !result.isSpent && !this.#isClosed;
      return result;
    } finally {
      if (isReusable && this.#standby === undefined) this.#standby = worker;
      else await this.#end(worker);
    }
  }

  async openFunctions(functions: FunctionsMessage['functions']): Promise<UserFunctions> {
    this.#functionWorker ??= this.#newWorker();
    const opened = await UserFunctions.open(this.#functionWorker, functions);
    if (opened) return opened;
    // The thread has ended since the last query.
    this.#functionWorker = this.#newWorker();
    const again = await UserFunctions.open(this.#functionWorker, functions);
    if (again) return again;
    throw new CosmosError('ServiceUnavailable', 'The thread of user-defined functions does not start');
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#workers].map((worker) => this.#end(worker)));
  }

  async #end(worker: Worker): Promise<void> {
    this.#workers.delete(worker);
    await worker.terminate();
  }

  async #runIn(worker: Worker, script: Script, execute: (calls: string) => Promise<string>): Promise<ScriptResult> {
    const { promise, resolve, reject } = Promise.withResolvers<ScriptResult>();
    const stop = (reason: 'time' | 'resources') => resolve({ end: { how: 'stopped', reason }, log: '', isSpent: true });
    const onExit = () => stop('resources');
    let timer = this.#clock.setTimer(MAX_START_MS, () => stop('time'));
    const onMessage = (message: FromWorker) => {
      if (message.type === 'end') resolve(message);
      else if (message.type === 'started') {
        timer.cancel();
        timer = this.#clock.setTimer(script.limits.milliseconds + GRACE_MS, () => stop('time'));
      } else execute(message.calls).then((results) => post(worker, { type: 'results', results }), reject);
    };
    worker.on('message', onMessage);
    worker.once('exit', onExit);
    try {
      post(worker, { type: 'run', ...script });
      return await promise;
    } finally {
      timer.cancel();
      worker.off('message', onMessage);
      worker.off('exit', onExit);
    }
  }

  #newWorker(): Worker {
    const fromSource = import.meta.url.endsWith('.ts');
    const entry = new URL(fromSource ? '../script-worker/main.ts' : '../script-worker/main.js', import.meta.url);
    const worker = new Worker(entry, {
      env: {},
      execArgv: fromSource ? ['--disable-warning=ExperimentalWarning'] : [],
      resourceLimits: { stackSizeMb: STACK_MB, maxOldGenerationSizeMb: MAX_HEAP_MB },
      stdin: false,
      stdout: true,
      stderr: true,
    });
    worker.unref();
    worker.on('error', () => undefined); // the script that it runs has a listener of its own
    worker.once('exit', () => {
      this.#workers.delete(worker);
      if (this.#standby === worker) this.#standby = undefined;
      if (this.#functionWorker === worker) this.#functionWorker = undefined;
    });
    this.#workers.add(worker);
    return worker;
  }
}

function post(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}
