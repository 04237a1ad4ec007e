import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { finished, pipeline } from 'node:stream/promises';
import type { Log } from '@lazurite/runtime';
import type { Edge } from './edge.ts';
import { BodyTooLargeError, RequestAbortedError } from './errors.ts';
import type { HttpRequest, HttpResponse } from './message.ts';

export interface ListenerOptions {
  /** Larger bodies reject with BodyTooLargeError; unless the handler catches it the answer is 413. */
  readonly maxBodyBytes: number;
  /** Rejects malformed requests, and those for other hosts. */
  readonly edge: Edge;
  /** Where a failed handler is reported. */
  readonly log: Log;
}

/** A handler that can write node:http's response itself: it then returns null. */
export type RawHandler = (
  request: HttpRequest,
  response: ServerResponse,
) => HttpResponse | null | Promise<HttpResponse | null>;

/** The edge: turns node:http's pair into one call of `handler`, and whatever that throws into a bare 500. */
export function toRequestListener(handler: RawHandler, options: ListenerOptions): RequestListener {
  return (message, response) => {
    answer(handler, { message, response, options }).catch((error: unknown) => {
      options.log.debug({ err: error }, 'The answer could not be sent');
      response.destroy();
    });
  };
}

interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly options: ListenerOptions;
}

async function answer(handler: RawHandler, exchange: Exchange): Promise<void> {
  const { message, response, options } = exchange;
  const target = options.edge.targetOf(message);
  if (typeof target !== 'string') return send(target, exchange);
  const request = toHttpRequest(message, target, options.maxBodyBytes);
  let result: HttpResponse | null;
  try {
    result = await handler(request, response);
  } catch (error) {
    if (error instanceof RequestAbortedError) return void response.destroy();
    result = lastResort(error, request, options.log);
  }
  if (result !== null) await send(result, exchange);
}

function lastResort(error: unknown, request: HttpRequest, log: Log): HttpResponse {
  if (error instanceof BodyTooLargeError) return { status: 413 };
  log.error({ err: error, method: request.method, path: request.path }, 'A request failed unexpectedly');
  return { status: 500 };
}

function toHttpRequest(message: IncomingMessage, target: string, maxBodyBytes: number): HttpRequest {
  const mark = target.indexOf('?');
  return {
    method: message.method ?? 'GET',
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? '' : target.slice(mark + 1),
    headers: message.headers,
    raw: message,
    body: () => readBody(message, maxBodyBytes),
  };
}

const EMPTY = Buffer.alloc(0);
/** Above this, copying costs more than a second buffer. */
const ONE_WRITE_BYTES = 8 * 1024;
/** A client that sends nothing more of its body for so long waits for the answer. */
const QUIET_MS = 1_000;
/** How long the rest of a rejected body is read and dropped before the connection is cut. */
const DISCARD_MS = 5_000;

function readBody(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const declared = Number(message.headers['content-length']);
  if (declared > maxBytes) return Promise.reject(new BodyTooLargeError(maxBytes));
  if (declared === 0 || (Number.isNaN(declared) && !message.headers['transfer-encoding']))
    return Promise.resolve(EMPTY);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    message.on('data', function collect(chunk: Buffer) {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= maxBytes) return;
      message.off('data', collect);
      chunks.length = 0;
      reject(new BodyTooLargeError(maxBytes));
    });
    message.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length)));
    message.on('error', () => reject(new RequestAbortedError()));
    message.on('close', () => {
      if (!message.readableEnded) reject(new RequestAbortedError()); // an Error costs more than the rest of this function
    });
  });
}

async function send(result: HttpResponse, { message, response }: Exchange): Promise<void> {
  const { status, headers, body } = result;
  if (!message.complete) await dropUntilQuiet(message);
  if (!message.complete) discardRest({ message, response });
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)) {
    writeHead(response, status, headers);
    await pipeline(body, response);
    return;
  }
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  writeHead(response, status, mayHaveBody(status) ? withLength(headers, length) : headers);
  if (!message.complete) {
    await sendBeforeEnd(body, { message, response });
    return;
  }
  if (body instanceof Uint8Array && length <= ONE_WRITE_BYTES) response.end(asLatin1(body), 'latin1');
  else if (body?.length === length)
    response.end(body, 'latin1'); // ASCII alone, which needs no encoding
  else response.end(body);
}

/** In one call of `writeHead`: with `setHeader` before it, Node would take every header twice in hand. */
function withLength(headers: HttpResponse['headers'], length: number): HttpResponse['headers'] {
  return isList(headers) ? [...headers, 'content-length', String(length)] : { ...headers, 'content-length': length };
}

function writeHead(response: ServerResponse, status: number, headers: HttpResponse['headers']): void {
  // A list is only read, but its type has no word for that.
  response.writeHead(status, isList(headers) ? (headers as string[]) : headers);
}

/** Array.isArray does not narrow read-only arrays. */
function isList(headers: HttpResponse['headers']): headers is readonly string[] {
  return Array.isArray(headers);
}

/** The answer goes out at once; the connection, which ends with it, is kept until the client has stopped sending. */
async function sendBeforeEnd(
  body: string | Uint8Array | undefined,
  { message, response }: Pick<Exchange, 'message' | 'response'>,
): Promise<void> {
  response.flushHeaders();
  if (body !== undefined) response.write(body);
  await finished(message, { writable: false }).catch(() => undefined); // cut off: then there is nobody to wait for
  response.end();
}

/** Node sends a Latin-1 body in one write with the headers; bytes of their own take a second buffer and `writev`. */
function asLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/**
 * Reads and drops what the client sends, to the end or until it sends nothing more. Most clients look for an answer only
 * after that, and take one that comes earlier for a broken connection. The server's own limit bounds the whole time.
 */
async function dropUntilQuiet(message: IncomingMessage): Promise<void> {
  const { promise: quiet, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, QUIET_MS);
  const refresh = () => void timer.refresh();
  message.on('data', refresh).resume();
  await Promise.race([finished(message, { writable: false }).catch(() => undefined), quiet]);
  clearTimeout(timer);
  message.off('data', refresh);
}

/**
 * What the client is still sending is read and dropped for a while: a socket closed with unread bytes is reset, and the
 * client would never see the answer. Then the connection is cut.
 */
function discardRest({ message, response }: Pick<Exchange, 'message' | 'response'>): void {
  response.setHeader('connection', 'close');
  message.resume();
  const cut = setTimeout(() => message.destroy(), DISCARD_MS).unref();
  message.once('close', () => clearTimeout(cut));
}

function mayHaveBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304;
}

/** A body must bring so much in a second, as with Kestrel's `MinRequestBodyDataRate`. */
const MIN_BYTES_PER_SECOND = 240;
const BODY_CHECK_MS = 5_000;
/** One check may come late or find a full network; two in a row say that the client is slow. */
const SLOW_CHECKS = 2;

interface Upload {
  readonly response: ServerResponse;
  bytesRead: number;
  slowChecks: number;
}

/**
 * Ends requests whose clients send their bodies slower than any network does, with 408 where no response has begun. The
 * time counts only while the server waits for the body: a reader that is busy does not make its client slow. Checks are
 * counted rather than time, so that a process that was stopped for a while gives its clients another chance.
 */
export function cutSlowBodies(server: Server, checkMs = BODY_CHECK_MS): void {
  const uploads = new Map<IncomingMessage, Upload>();
  const minBytes = (MIN_BYTES_PER_SECOND * checkMs) / 1_000;

  function watch(message: IncomingMessage, response: ServerResponse): void {
    const { 'content-length': length, 'transfer-encoding': coding } = message.headers;
    if (coding === undefined && (length === undefined || length === '0')) return;
    uploads.set(message, { response, bytesRead: message.socket.bytesRead, slowChecks: 0 });
    message.once('close', () => uploads.delete(message));
  }

  function check(): void {
    for (const [message, upload] of uploads) {
      const { bytesRead } = message.socket;
      const isSlow = isAwaited(message) && bytesRead - upload.bytesRead < minBytes;
      upload.bytesRead = bytesRead;
      upload.slowChecks = isSlow ? upload.slowChecks + 1 : 0;
      if (upload.slowChecks < SLOW_CHECKS) continue;
      uploads.delete(message);
      cut(message, upload.response);
    }
  }

  const checking = setInterval(check, checkMs).unref();
  server.prependListener('request', watch).prependListener('checkContinue', watchContinued);
  server.once('close', () => clearInterval(checking));

  /** Without a listener for `checkContinue`, node:http itself does what follows the first line. */
  function watchContinued(message: IncomingMessage, response: ServerResponse): void {
    if (server.listenerCount('checkContinue') > 1) {
      watch(message, response);
      return;
    }
    response.writeContinue();
    server.emit('request', message, response);
  }
}

/** Whether somebody reads the body, and has read all that came. */
function isAwaited(message: IncomingMessage): boolean {
  return !message.complete && message.readableFlowing !== null && message.readableLength === 0;
}

function cut(message: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) return void message.destroy();
  response.writeHead(408, { 'content-length': 0, connection: 'close' });
  response.end(() => message.destroy());
}
