import { once } from 'node:events';
import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import { CosmosError } from '../model/errors.ts';
import type { JsonValue } from '../model/json.ts';
import type { FunctionAnswer, FunctionCall, FunctionsMessage } from '../script-worker/protocol.ts';

/** One call is stopped after this time: the server waits for it. */
const MAX_CALL_MS = 1_000;
/** The thread itself is ended when it has not stopped the call by then. */
const GRACE_MS = 500;
const MAX_START_MS = 30_000;

type FunctionValue = JsonValue | undefined;

/** The user-defined functions of one query, ready to be called. They run in another thread, and the calls wait for it. */
export class UserFunctions {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #flag: Int32Array;

  private constructor(worker: Worker, port: MessagePort, flag: Int32Array) {
    this.#worker = worker;
    this.#port = port;
    this.#flag = flag;
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
      return new UserFunctions(worker, port1, flag);
    }
    port1.close();
    return undefined;
  }

  /** @throws CosmosError BadRequest for an error of the function, RequestTimeout when it takes too long */
  readonly call = (name: string, args: readonly FunctionValue[]): FunctionValue => {
    const before = Atomics.load(this.#flag, 0);
    const wrapped = args.map((value) => (value === undefined ? [] : [value]));
    this.#port.postMessage({ name, args: JSON.stringify(wrapped) } satisfies FunctionCall);
    if (!this.#waitUntilNot(before)) throw this.#ended(`did not return from '${name}'`);
    const answer = receiveMessageOnPort(this.#port)?.message as FunctionAnswer | undefined; // as the worker sends it
    if (!answer) throw this.#ended(`sent nothing for '${name}'`);
    if (answer.error !== undefined) throw errorOf(name, answer);
    return answer.value === undefined ? undefined : (JSON.parse(answer.value) as JsonValue); // what JSON.parse gives
  };

  close(): void {
    this.#port.close();
  }

  /** A wait can end while the flag is as it was: by the notification that the thread sent when it became ready. */
  #waitUntilNot(value: number): boolean {
    const end = performance.now() + MAX_CALL_MS + GRACE_MS;
    while (Atomics.load(this.#flag, 0) === value) {
      const left = end - performance.now();
      if (left <= 0) return false;
      Atomics.wait(this.#flag, 0, value, left);
    }
    return true;
  }

  #ended(what: string): CosmosError {
    this.#port.close();
    void this.#worker.terminate();
    return new CosmosError('RequestTimeout', `The thread of user-defined functions ${what}, and was ended`);
  }
}

function errorOf(name: string, { error = '', number, isStopped }: FunctionAnswer): CosmosError {
  if (isStopped) return new CosmosError('RequestTimeout', `The user-defined function '${name}' was stopped: ${error}`);
  const isSubstatus = number !== undefined && number >= 0 && number <= 0xffff;
  const text = `Encountered exception while executing Javascript. Exception = ${error.slice(0, 4_000)}`;
  const message = `Message: ${JSON.stringify({ Errors: [text] })}`;
  return new CosmosError('BadRequest', message, isSubstatus ? { substatus: number } : {});
}
