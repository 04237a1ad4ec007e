import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Cors } from '../../http/cors.ts';
import type { KeyStore } from '../../http/key-store.ts';
import { type Throttle, TOO_MANY_REQUESTS_HEADERS } from '../../http/throttle.ts';
import type { RouteMatch, RouteTable } from '../../routing/route-table.ts';
import { refusalOf } from './access.ts';
import type { AddedHeaders } from './added-headers.ts';
import { hasClientGone } from './client-gone.ts';
import type { Exchange, HttpFunction } from './http-scope.ts';
import { invokeStreamed, type StreamingFront } from './invoke-streamed.ts';
import { isOwnPath, splitTarget } from './request-target.ts';

interface StreamingParts {
  readonly functions: RouteTable<HttpFunction>;
  readonly cors: Cors;
  readonly keys: KeyStore | undefined;
  readonly throttle: Throttle | undefined;
  readonly added: AddedHeaders | undefined;
  /** Answers everything but requests that reach a function. */
  readonly listener: RequestListener;
}

/** Functions get their requests as they come; everything else is answered as in any app. */
export function streamingListener(front: StreamingFront, parts: StreamingParts): RequestListener {
  return (message, response) => {
    const match = findFunction(parts, message);
    if (!match || declaresTooMuch(message, front.init.maxBodyBytes)) return parts.listener(message, response);
    if (parts.added) addHeaders(parts.added, message, response);
    const run = () => invokeStreamed(front, match, { message, response });
    if (parts.throttle) void throttled(parts.throttle, { message, response }, run);
    else run();
  };
}

async function throttled(throttle: Throttle, { message, response }: Exchange, run: () => void): Promise<void> {
  const release = await throttle.enter();
  if (release && hasClientGone(message)) {
    release();
    return;
  }
  if (release) {
    response.once('close', release);
    run();
    return;
  }
  response.writeHead(429, { ...TOO_MANY_REQUESTS_HEADERS, 'content-length': 0, connection: 'close' });
  response.end();
}

/** Undefined as well when the request must not reach it. */
function findFunction(
  { functions, cors, keys }: StreamingParts,
  message: IncomingMessage,
): RouteMatch<HttpFunction> | undefined {
  const { method = 'GET', headers } = message;
  if (cors.preflight(method, headers)) return undefined;
  const { path, query } = splitTarget(message.url);
  if (isOwnPath(path)) return undefined;
  const match = functions.match(method, path);
  return match && refusalOf(match.target, { headers, query }, keys) === undefined ? match : undefined;
}

/** Such a request takes the way of those whose body is read whole, and is refused there with 413. */
function declaresTooMuch({ headers }: IncomingMessage, maxBytes: number): boolean {
  return Number(headers['content-length'] ?? 0) > maxBytes;
}

/** Set beforehand: what the function sets afterwards replaces them. */
function addHeaders(added: AddedHeaders, { headers }: IncomingMessage, response: ServerResponse): void {
  for (const [name, value] of Object.entries({ ...added.defaultsFor(headers), ...added.forcedFor(headers) })) {
    response.setHeader(name, value);
  }
}
