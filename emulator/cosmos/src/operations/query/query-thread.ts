import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { QueryThread } from '../../account/account.ts';
import { CosmosError, type CosmosErrorCode, type CosmosErrorDetails } from '../../model/errors.ts';
import { MAX_TIME_MS } from '../../query/execute/query-turns.ts';
import type { QueriedStore } from './document-reader.ts';

/** How much memory a query on the thread may take, in megabytes, whatever it counts itself. */
const MAX_MEMORY_MB = 128;
/** Objects that have just been made. With more, the thread would take longer to give memory back. */
const YOUNG_MEMORY_MB = 8;
/** The thread ends after so long without a query. */
const IDLE_MS = 30_000;
/** How often it is asked whether the client of a query is still there. */
const CLOSED_CHECK_MS = 250;
/** A query ends by itself when its time is up. The thread is ended when it has not done so for this long. */
const GRACE_MS = 5_000;

/** What the thread gets when it starts. */
export interface QueryThreadData {
  /** Takes calls of the store and returns their results. */
  readonly calls: MessagePort;
  /** Its only number is 1 once a result is there. */
  readonly isAnswered: Int32Array;
}

/** One method of the store, with its arguments. */
export interface StoreCall {
  readonly part: keyof QueriedStore;
  readonly method: keyof QueriedStore['queries'] | keyof QueriedStore['indexes'];
  readonly args: readonly unknown[];
}

export type StoreResult = { readonly value: unknown } | { readonly error: unknown };

/** What the thread says of its task. */
export type QueryOutcome =
  | { readonly result: unknown }
  | {
      readonly rejection: {
        readonly code: CosmosErrorCode;
        readonly message: string;
        readonly details: CosmosErrorDetails;
      };
    }
  | { readonly error: Error };

/** Runs `query-worker.ts` on a thread, which is started when the first query needs it. */
class StoreQueryThread implements QueryThread {
  readonly #store: QueriedStore;
  readonly #entry: string;
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  /** What the store threw for the query that runs: an error loses its class on its way through the thread. */
  #storeError: unknown;

  /** @param entry the file of `query-worker.ts`, or what is built of it */
  constructor(store: QueriedStore, entry: string) {
    this.#store = store;
    this.#entry = entry;
  }

  async run(task: unknown, isClosed: () => boolean, transferred: readonly MessagePort[] = []): Promise<unknown> {
    clearTimeout(this.#idle);
    const worker = this.#worker ?? this.#start();
    this.#storeError = undefined;
    try {
      const outcome = await this.#outcome(worker, isClosed, () => worker.postMessage(task, transferred));
      if ('error' in outcome) throw this.#storeError ?? outcome.error;
      return resultOf(outcome);
    } finally {
      this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref();
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #outcome(worker: Worker, isClosed: () => boolean, send: () => void): Promise<QueryOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<QueryOutcome>();
    const end = (reason: Error) => {
      reject(reason);
      this.#discard(worker);
    };
    const closed = setInterval(() => {
      if (isClosed()) end(new CosmosError('RequestTimeout', 'The client has closed the connection'));
    }, CLOSED_CHECK_MS);
    const late = () => end(new CosmosError('RequestTimeout', 'The query exceeded its time limit'));
    const limit = setTimeout(late, MAX_TIME_MS + GRACE_MS);
    const onError = (error: NodeJS.ErrnoException) =>
      end(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLarge() : error);
    const onExit = () => reject(new CosmosError('ServiceUnavailable', 'The server closes'));
    worker.on('message', resolve).on('error', onError).on('exit', onExit).ref();
    send();
    return promise.finally(() => {
      clearInterval(closed);
      clearTimeout(limit);
      worker.off('message', resolve).off('error', onError).off('exit', onExit).unref();
    });
  }

  #discard(worker: Worker): void {
    if (this.#worker === worker) this.#worker = undefined;
    void worker.terminate();
  }

  #start(): Worker {
    const { port1: calls, port2: own } = new MessageChannel();
    const isAnswered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    own.on('message', (storeCall: StoreCall) => {
      const result = callStore(this.#store, storeCall);
      if ('error' in result) this.#storeError = result.error;
      own.postMessage(result);
      Atomics.store(isAnswered, 0, 1);
      Atomics.notify(isAnswered, 0);
    });
    own.unref();
    const workerData: QueryThreadData = { calls, isAnswered };
    const worker = startWorker(this.#entry, workerData);
    worker.on('error', () => undefined); // the query that runs has its own listener
    worker.once('exit', () => own.close());
    this.#worker = worker;
    return worker;
  }
}

/** Where the entry point is, seen from here: beside the source and what is built of it, or in the folder of a package's programs. */
const ENTRIES = ['./query-worker.ts', './query-worker.js', '../worker/query-worker.js', '../../worker/query-worker.js'];

/** The thread of an account; undefined where its entry point has not been packed. */
export function openQueryThread(store: QueriedStore): StoreQueryThread | undefined {
  const entry = ENTRIES.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) => existsSync(path));
  return entry === undefined ? undefined : new StoreQueryThread(store, entry);
}

function startWorker(entry: string, workerData: QueryThreadData): Worker {
  const sourceArguments = ['--conditions=lazurite-source', '--disable-warning=ExperimentalWarning'];
  return new Worker(entry, {
    workerData,
    transferList: [workerData.calls],
    execArgv: entry.endsWith('.ts') ? sourceArguments : [],
    resourceLimits: { maxOldGenerationSizeMb: MAX_MEMORY_MB, maxYoungGenerationSizeMb: YOUNG_MEMORY_MB },
  });
}

function callStore(store: QueriedStore, { part, method, args }: StoreCall): StoreResult {
  // The names and arguments come of `query-worker.ts`, where the compiler has seen them as calls of a QueriedStore.
  const receiver = store[part] as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
  try {
    return { value: receiver[method]?.(...args) };
  } catch (error) {
    return { error };
  }
}

function resultOf(outcome: Exclude<QueryOutcome, { readonly error: unknown }>): unknown {
  if ('result' in outcome) return outcome.result;
  const { code, message, details } = outcome.rejection;
  throw new CosmosError(code, message, details);
}

function tooLarge(): CosmosError {
  return new CosmosError(
    'BadRequest',
    `The query needs more than ${MAX_MEMORY_MB} MB, which is the limit for one request`,
  );
}
