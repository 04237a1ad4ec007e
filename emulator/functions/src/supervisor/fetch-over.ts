import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';

/** Opens a request to the one server that is meant, wherever that is. */
export type Dial = (options: RequestOptions) => ClientRequest;

export interface Fetched {
  readonly input: string | URL | Request;
  readonly init?: RequestInit | undefined;
}

/** What a request without a host name is taken to be for. */
const BASE = 'http://localhost:7071';
const WITHOUT_BODY = new Set([101, 204, 205, 304]);

/**
 * `fetch` over a connection of its own. A body given as a stream is sent as it comes; any other with its length, which
 * functions without streaming need.
 */
export async function fetchOver(dial: Dial, { input, init }: Fetched): Promise<Response> {
  const streams = init?.body instanceof ReadableStream;
  // Node's fetch needs `duplex` for a streamed body; the standard's types do not list it.
  const request = new Request(input instanceof Request ? input : new URL(input, BASE), {
    ...init,
    ...(streams && { duplex: 'half' }),
  });
  const body = request.body && !streams ? Buffer.from(await request.arrayBuffer()) : request.body;
  return new Promise((resolve, reject) => {
    const outgoing = dial(toOptions(request, body));
    outgoing.on('response', (message) => resolve(toResponse(message)));
    outgoing.on('error', reject);
    if (body === null || body instanceof Uint8Array) outgoing.end(body ?? undefined);
    else pipeline(Readable.fromWeb(body as NodeReadableStream), outgoing).catch(reject); // the same class under two names
  });
}

function toOptions(request: Request, body: Buffer | ReadableStream | null): RequestOptions {
  const { pathname, search, host } = new URL(request.url);
  const headers = { host, ...Object.fromEntries(request.headers) };
  const length = Buffer.isBuffer(body) ? { 'content-length': body.length } : {};
  const { method, signal } = request;
  return { method, signal, path: pathname + search, headers: { ...headers, ...length }, agent: false };
}

function toResponse(message: IncomingMessage): Response {
  const status = message.statusCode ?? 500;
  const headers = new Headers();
  for (let index = 0; index + 1 < message.rawHeaders.length; index += 2) {
    headers.append(message.rawHeaders[index] ?? '', message.rawHeaders[index + 1] ?? '');
  }
  if (WITHOUT_BODY.has(status)) message.resume();
  // Readable.toWeb gives node:stream/web's class, which is the global one.
  const body = WITHOUT_BODY.has(status) ? null : (Readable.toWeb(message) as ReadableStream);
  return new Response(body, { status, statusText: message.statusMessage ?? '', headers });
}
