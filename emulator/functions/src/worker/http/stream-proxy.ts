import { EventEmitter } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import type { Clock, Timer } from '@lazurite/runtime';
import type { RegisteredFunction } from '../core/function-registry.ts';

/** The header by which the library finds the invocation of a streamed request. */
const INVOCATION_ID_HEADER = 'x-ms-invocation-id';

/**
 * With `app.setup({ enableHttpStream: true })` the library opens an HTTP server of its own, to which Azure's host
 * forwards each request (azure-functions-nodejs-library `httpProxy.ts`). Here host and library share a process, so the
 * library gets an object that does not listen, and the host emits the requests on it: no second hop.
 */
export class StreamProxy extends EventEmitter {
  /** Whether the requests of a function are streamed. */
  readonly accepts: (fn: RegisteredFunction) => boolean;

  constructor(accepts: (fn: RegisteredFunction) => boolean = () => true) {
    super();
    this.accepts = accepts;
  }

  /** @param onListening what the library passed to `listen` */
  listen(onListening?: () => void): this {
    if (onListening) queueMicrotask(onListening);
    return this;
  }

  /** Any port but 0, which would make the library look for a free port. */
  address(): { readonly port: number; readonly address: string; readonly family: string } {
    return { port: 1, address: '127.0.0.1', family: 'IPv4' };
  }

  close(): this {
    return this;
  }

  /** Hands a request to the library. Call it before the invocation starts. */
  forward(request: IncomingMessage, response: StreamedResponse, invocationId: string): void {
    request.headers[INVOCATION_ID_HEADER] = invocationId;
    this.emit('request', request, response);
  }
}

/** Runs `action` while `http.createServer` yields a StreamProxy; resolves to it, or to undefined when none was made. */
export async function captureStreamProxy(action: () => Promise<unknown>): Promise<StreamProxy | undefined> {
  const original = http.createServer;
  let proxy: StreamProxy | undefined;
  replaceCreateServer(() => (proxy ??= new StreamProxy()));
  try {
    await action();
  } finally {
    replaceCreateServer(original);
  }
  return proxy;
}

function replaceCreateServer(createServer: unknown): void {
  Object.assign(http, { createServer });
  syncBuiltinESMExports();
}

/** A body that is longer than this, or is not complete after this time, is sent as it comes. */
const MAX_HELD_BYTES = 64 * 1024;
const MAX_HELD_MS = 100;

/**
 * The part of a ServerResponse that the library writes to. The library keeps this object until it has sent a response,
 * so after an invocation that failed `release` drops the reference to the real response.
 *
 * The response to a function with outputs is held back until they are stored, so that a failed output can still become a
 * failed response. Of a long body only the end waits.
 */
export class StreamedResponse {
  statusCode = 200;
  #target: ServerResponse | undefined;
  /** Absent: nothing is held back. */
  readonly #clock: Clock | undefined;
  /** What was called and is not done yet; undefined when nothing is held back, or no longer. */
  #held: ((target: ServerResponse) => void)[] | undefined;
  #heldBytes = 0;
  #timer: Timer | undefined;
  #hasBegun = false;
  #hasEnded = false;

  /** @param clock given for a function with outputs: holds the response back until `complete` is called */
  constructor(target: ServerResponse, clock?: Clock) {
    this.#target = target;
    this.#clock = clock;
    if (clock) this.#held = [];
  }

  /** Whether the library has written a response, which may still be held back. */
  get headersSent(): boolean {
    return this.#hasBegun;
  }

  setHeader(name: string, value: string | readonly string[]): void {
    this.#call((target) => target.setHeader(name, value));
  }

  write(chunk: Uint8Array | string): boolean {
    if (!this.#target) return false;
    this.#begin();
    if (!this.#held) return this.#target.write(chunk);
    this.#held.push((target) => target.write(chunk));
    this.#heldBytes += chunk.length;
    this.#timer ??= this.#clock?.setTimer(MAX_HELD_MS, () => this.#send());
    if (this.#heldBytes > MAX_HELD_BYTES) this.#send();
    return true;
  }

  end(): void {
    this.#begin();
    this.#hasEnded = true;
    this.#timer?.cancel();
    if (!this.#clock) this.#target?.end();
  }

  /** Sends what was held back: the outputs are stored. */
  complete(): void {
    this.#send();
    if (this.#clock && this.#hasEnded) this.#target?.end();
  }

  release(): void {
    this.#timer?.cancel();
    this.#target = undefined;
    this.#held = undefined;
  }

  #begin(): void {
    if (!this.#hasBegun) {
      const status = this.statusCode;
      this.#call((target) => {
        target.statusCode = status;
      });
    }
    this.#hasBegun = true;
  }

  #call(act: (target: ServerResponse) => void): void {
    if (this.#held) this.#held.push(act);
    else if (this.#target) act(this.#target);
  }

  #send(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    if (this.#target) for (const act of held) act(this.#target);
  }
}
