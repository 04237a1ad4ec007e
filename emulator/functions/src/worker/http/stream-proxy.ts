import { EventEmitter } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

/** The header by which the library finds the invocation of a streamed request. */
const INVOCATION_ID_HEADER = 'x-ms-invocation-id';

/**
 * With `app.setup({ enableHttpStream: true })` the library opens an HTTP server of its own, to which Azure's host
 * forwards each request (azure-functions-nodejs-library `httpProxy.ts`). Here host and library share a process, so the
 * library gets an object that does not listen, and the host emits the requests on it: no second hop.
 */
export class StreamProxy extends EventEmitter {
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

/**
 * The part of a ServerResponse that the library writes to. The library keeps this object until it has sent a response,
 * so after an invocation that failed `release` drops the reference to the real response.
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
