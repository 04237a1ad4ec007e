import { EventEmitter } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

/** The header by which the library finds the invocation that a streamed request belongs to. */
const INVOCATION_ID_HEADER = 'x-ms-invocation-id';

/**
 * With `app.setup({ enableHttpStream: true })` the library opens an HTTP server of its own, to which Azure's host
 * forwards each request (azure-functions-nodejs-library `httpProxy.ts`). Here host and library share a process, so the
 * library is given an object that listens nowhere, and requests are handed to it as they came: no second hop.
 */
export class StreamProxy extends EventEmitter {
  /** @param onListening what the library passed to `listen` */
  listen(onListening?: () => void): this {
    if (onListening) queueMicrotask(onListening);
    return this;
  }

  /** Any port but 0, which the library takes as a sign to look for one itself. */
  address(): { readonly port: number; readonly address: string; readonly family: string } {
    return { port: 1, address: '127.0.0.1', family: 'IPv4' };
  }

  close(): this {
    return this;
  }

  /** Hands a request to the library, before the invocation that will ask for it starts. */
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

/**
 * The part of a ServerResponse that the library writes to. The library keeps the object it was given until it has sent
 * a response, so for an invocation that fails it must hold nothing: `release` cuts it loose.
 */
export class StreamedResponse {
  #target: ServerResponse | undefined;
  statusCode = 200;

  constructor(target: ServerResponse) {
    this.#target = target;
  }

  setHeader(name: string, value: string | readonly string[]): void {
    this.#target?.setHeader(name, value);
  }

  write(chunk: Uint8Array | string): boolean {
    if (!this.#target) return false;
    this.#target.statusCode = this.statusCode;
    return this.#target.write(chunk);
  }

  end(): void {
    if (!this.#target) return;
    this.#target.statusCode = this.statusCode;
    this.#target.end();
  }

  release(): void {
    this.#target = undefined;
  }
}
