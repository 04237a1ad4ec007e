// The thread of `StoreQueryThread`: runs one query after the other, each to its end, as nobody else waits for this thread.
import { setPriority } from 'node:os';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { CosmosError } from '../../model/errors.ts';
import { compileQuery } from '../../query/compile-query.ts';
import { MAX_TIME_MS, type QueryPace } from '../../query/execute/query-turns.ts';
import { DEFAULT_WORK_LIMITS } from '../../query/execute/work-limit.ts';
import { callFunction, type UserFunctions } from '../../scripts/user-functions.ts';
import type { QueriedStore } from './document-reader.ts';
import { type RowsTask, rowsOf } from './document-rows.ts';
import { type OutlineTask, outlineAsData } from './query-outline.ts';
import type { QueryOutcome, QueryThreadData, StoreCall, StoreResult } from './query-thread.ts';
import { type PageTask, pageInSteps, type QueryPage } from './read-query-page.ts';

/** What one expression may do, since nobody else waits for this thread: a few seconds. */
const STEPS_PER_STRETCH = 300_000_000;

const { calls, isAnswered } = workerData as QueryThreadData; // as `StoreQueryThread` gives it

/** Waits for the result of a call of the store on the other thread. */
function call(part: StoreCall['part'], method: StoreCall['method'], args: StoreCall['args']): unknown {
  Atomics.store(isAnswered, 0, 0);
  calls.postMessage({ part, method, args });
  // A late notification of the answer before can end a wait.
  while (Atomics.load(isAnswered, 0) === 0) Atomics.wait(isAnswered, 0, 0);
  const { message } = receiveMessageOnPort(calls) as { readonly message: StoreResult }; // as the other thread sends it
  if ('error' in message) throw message.error;
  return message.value;
}

type Queries = QueriedStore['queries'];
type Indexes = QueriedStore['indexes'];

// The results are those of the same methods.
const store: QueriedStore = {
  queries: {
    bounds: (...args) => call('queries', 'bounds', args) as ReturnType<Queries['bounds']>,
    scan: (...args) => call('queries', 'scan', args) as ReturnType<Queries['scan']>,
    read: (...args) => call('queries', 'read', args) as ReturnType<Queries['read']>,
    body: (...args) => call('queries', 'body', args) as ReturnType<Queries['body']>,
    numbers: (...args) => call('queries', 'numbers', args) as ReturnType<Queries['numbers']>,
  },
  indexes: { entries: (...args) => call('indexes', 'entries', args) as ReturnType<Indexes['entries']> },
};

function pace(): QueryPace {
  const startedAt = performance.now();
  const elapsed = () => performance.now() - startedAt;
  return {
    limits: {
      ...DEFAULT_WORK_LIMITS,
      stepsPerStretch: STEPS_PER_STRETCH,
      isExpired: () => elapsed() > MAX_TIME_MS,
    },
    elapsed,
    isOver: () => false,
    beforeItem: () => undefined,
  };
}

function readPage({ input, functions }: PageTask): QueryPage {
  const query = compileQuery(input.text, input.parameters, input.computed);
  const call: UserFunctions['call'] | undefined = functions && ((name, args) => callFunction(functions, name, args));
  const run = { query, input, random: Math.random, ...(call && { callUserFunction: call }) };
  try {
    const steps = pageInSteps(store, run, pace());
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  } finally {
    functions?.port.close();
  }
}

type Task = PageTask | OutlineTask | RowsTask;

function resultOf(task: Task): unknown {
  switch (task.kind) {
    case 'page':
      return readPage(task);
    case 'outline':
      return outlineAsData(task, compileQuery);
    case 'rows':
      return rowsOf(task, { compile: compileQuery, pace: pace() });
  }
}

function outcomeOf(task: Task): QueryOutcome {
  try {
    return { result: resultOf(task) };
  } catch (error) {
    if (!(error instanceof CosmosError)) return { error: error instanceof Error ? error : new Error(String(error)) };
    const { code, message, details } = error;
    return { rejection: { code, message, details } };
  }
}

/** A third of the processor time of the main thread, where both want it. */
const PRIORITY = 5;

// On Linux each thread has a priority of its own; elsewhere this would be that of the whole process.
if (process.platform === 'linux') setPriority(PRIORITY);

parentPort?.on('message', (task: Task) => parentPort?.postMessage(outcomeOf(task)));
