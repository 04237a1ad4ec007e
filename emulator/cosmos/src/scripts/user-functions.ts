import { once } from 'node:events';
import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import { CosmosError } from '../model/errors.ts';
import type { JsonValue } from '../model/json.ts';
import type { FunctionAnswer, FunctionCall, FunctionsMessage } from '../script-worker/protocol.ts';

/** One call is stopped after this time. */
const MAX_CALL_MS = 1_000;
/** How long a call is waited for when it was to be stopped. */
const GRACE_MS = 500;
const MAX_START_MS = 30_000;

type FunctionValue = JsonValue | undefined;

/** The way to functions. Another thread can call them through it, when the port is transferred to it. */
export interface FunctionChannel {
  readonly port: MessagePort;
  readonly flag: Int32Array;
}

/** The user-defined functions of one query, ready to be called. They run in another thread, and the calls wait for it. */
export class UserFunctions {
  readonly #worker: Worker;
  readonly channel: FunctionChannel;

  private constructor(worker: Worker, channel: FunctionChannel) {
    this.#worker = worker;
    this.channel = channel;
  }

  /** Undefined when the thread has ended, or does not start. */
  static async open(worker: Worker, functions: FunctionsMessage['functions']): Promise<UserFunctions | undefined> {
    const { port1, port2 } = new MessageChannel();
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const message: FunctionsMessage = { type: 'functions', functions, port: port2, flag, milliseconds: MAX_CALL_MS };
    worker.postMessage(message, [port2]);
    // Until the thread is ready, other requests are served.
    const ended = new AbortController();
    const exit = once(worker, 'exit', { signal: ended.signal }).then(
      () => 'ended',
      () => 'ended',
    );
    const outcome = await Promise.race([Atomics.waitAsync(flag, 0, 0, MAX_START_MS).value, exit]);
    ended.abort();
    if (outcome === 'ok' || outcome === 'not-equal') {
      receiveMessageOnPort(port1);
      return new UserFunctions(worker, { port: port1, flag });
    }
    port1.close();
    return undefined;
  }

  /** As {@link callFunction}. */
  readonly call = (name: string, args: readonly FunctionValue[]): FunctionValue =>
    callFunction(this.channel, name, args);

  close(): void {
    this.channel.port.close();
  }

  /** Ends the thread of the functions. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

/**
 * Calls a function and waits for what it returns.
 *
 * @throws CosmosError BadRequest for an error of the function, RequestTimeout when it takes too much time or memory
 */
export function callFunction(
  { port, flag }: FunctionChannel,
  name: string,
  args: readonly FunctionValue[],
): FunctionValue {
  const before = Atomics.load(flag, 0);
  const wrapped = args.map((value) => (value === undefined ? [] : [value]));
  port.postMessage({ name, args: JSON.stringify(wrapped) } satisfies FunctionCall);
  if (!waitUntilNot(flag, before)) throw timeout(`The user-defined function '${name}' does not return`);
  const answer = receiveMessageOnPort(port)?.message as FunctionAnswer | undefined; // as the worker sends it
  if (!answer) throw timeout(`The thread of the user-defined function '${name}' has ended`);
  if (answer.error !== undefined) throw errorOf(name, answer);
  return answer.value === undefined ? undefined : (JSON.parse(answer.value) as JsonValue); // what JSON.parse gives
}

/** A wait can end while the flag is as it was: by the notification that the thread sent when it became ready. */
function waitUntilNot(flag: Int32Array, value: number): boolean {
  const end = performance.now() + MAX_CALL_MS + GRACE_MS;
  while (Atomics.load(flag, 0) === value) {
    const left = end - performance.now();
    if (left <= 0) return false;
    Atomics.wait(flag, 0, value, left);
  }
  return true;
}

function timeout(message: string): CosmosError {
  return new CosmosError('RequestTimeout', message);
}

function errorOf(name: string, { error = '', number, isStopped }: FunctionAnswer): CosmosError {
  if (isStopped) return timeout(`The user-defined function '${name}' was stopped: ${error}`);
  const isSubstatus = number !== undefined && number >= 0 && number <= 0xffff;
  const text = `Encountered exception while executing Javascript. Exception = ${error.slice(0, 4_000)}`;
  const message = `Message: ${JSON.stringify({ Errors: [text] })}`;
  return new CosmosError('BadRequest', message, isSubstatus ? { substatus: number } : {});
}
