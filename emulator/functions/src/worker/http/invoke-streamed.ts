import { IncomingMessage, type ServerResponse } from 'node:http';
import { BodyTooLargeError, type HttpRequest } from '@lazurite/http';
import type { Clock } from '@lazurite/runtime';
import type { RpcTypedData } from '../../protocol/rpc-types.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import { bindingsOf } from '../core/function-trigger.ts';
import { createInvocationRequest } from '../invocation/invocation.ts';
import {
  callerTrace,
  type FailedResponse,
  failedResponse,
  flattenHeaders,
  flattenQuery,
  HTTP_REASON,
  originOf,
} from './invoke-http.ts';
import type { Exchange, HttpFunction, PipelineDependencies } from './pipeline-dependencies.ts';
import { hasUndeclaredLength } from './request-intake.ts';
import type { RouteMatch } from './routing/route-table.ts';
import { StreamedResponse, type StreamProxy } from './stream-proxy.ts';

/** How long the rest of a rejected upload is dropped, so that the client can read the response. */
const DISCARD_MS = 5_000;

export interface StreamingPipeline extends PipelineDependencies {
  readonly streamProxy: StreamProxy;
}

/**
 * Invokes a function of an app that streams: the library reads the request and writes the response itself. When it
 * writes none, this function does: 204 when the function returned nothing, 500 when it failed. A response ends only after
 * the function's outputs are stored.
 */
export function invokeStreamed(
  { invoker, init, dependencies, streamProxy }: StreamingPipeline,
  { target: { fn, triggerName }, values }: RouteMatch<HttpFunction>,
  { request, response }: { readonly request: HttpRequest; readonly response: ServerResponse },
): void {
  const { randomness, log, clock } = dependencies;
  const { raw: message } = request;
  const exchange = { message, response };
  const streamed = new StreamedResponse(response, hasOutputs(fn) ? clock : undefined);
  const headers = flattenHeaders(message.headers);
  const metadata = toTriggerMetadata({ headers, query: flattenQuery(request.query), params: values });
  const rpcRequest = createInvocationRequest(
    { fn, triggerName, input: { http: {} }, metadata, caller: callerTrace(message.headers) },
    randomness,
  );
  const { invocationId } = rpcRequest;
  addForwardedHeaders(exchange, originOf(message.headers.host, init));
  limitUpload(exchange, {
    maxBytes: init.maxBodyBytes,
    clock,
    onExceeded: () => {
      streamed.release();
      rejectUpload(response);
    },
  });
  streamProxy.forward(message, streamed, invocationId);
  invoker
    .invoke(fn, rpcRequest, {
      reason: HTTP_REASON,
      mapResult: (result) => withPacedBody(result, response),
      request: message,
      response: hasOutputs(fn) ? streamed : response, // what is held back counts as sent
    })
    .then(
      () => {
        streamed.complete();
        finish(exchange, { status: 204 });
      },
      (error: unknown) => {
        log.debug({ err: error, functionName: fn.metadata.name, invocationId }, 'A streamed invocation failed');
        finish(exchange, failedResponse(error));
      },
    )
    .finally(() => streamed.release());
}

/** Outputs besides the response itself. */
function hasOutputs(fn: RegisteredFunction): boolean {
  return bindingsOf(fn).some(({ type, direction }) => direction === 'out' && type.toLowerCase() !== 'http');
}

type FlatRecord = Readonly<Record<string, string>>;

/** Headers, query and route values as the function sees them (azure-functions-host issue 9840). */
function toTriggerMetadata({
  headers,
  query,
  params,
}: {
  readonly headers: FlatRecord;
  readonly query: FlatRecord;
  readonly params: FlatRecord;
}): Record<string, RpcTypedData> {
  const metadata: Record<string, RpcTypedData> = {};
  for (const name in params) metadata[name] = { string: params[name] ?? '' };
  metadata.Query = { json: JSON.stringify(query) };
  metadata.Headers = { json: JSON.stringify(headers) };
  return metadata;
}

/** Sends the response at once. The connection closes after the client has read it. */
function rejectUpload(response: ServerResponse): void {
  if (response.headersSent) return;
  response.writeHead(413, { 'content-length': 0, connection: 'close' });
  response.end();
}

function addForwardedHeaders({ message }: Exchange, origin: string): void {
  const [protocol, host] = origin.split('://');
  message.headers['x-forwarded-host'] = host ?? '';
  message.headers['x-forwarded-proto'] = protocol ?? 'http';
}

interface UploadLimit {
  readonly maxBytes: number;
  readonly clock: Clock;
  /** Called once, when the upload exceeds the limit and has a reader, to respond to the request. */
  readonly onExceeded: () => void;
}

/**
 * Ends an upload of undeclared length that exceeds the limit: its reader gets BodyTooLargeError, never an end that looks
 * regular. An upload that nobody reads yet is rejected when its reader comes: the library creates no request of a stream
 * that has been destroyed, and the function would not run.
 */
function limitUpload({ message, response }: Exchange, { maxBytes, clock, onExceeded }: UploadLimit): void {
  if (!hasUndeclaredLength(message)) return;
  const push = IncomingMessage.prototype.push.bind(message); // not the one that a request that waits has
  let received = 0;
  let isExceeded = false;
  // Overriding `push` leaves the stream paused until it is read; a 'data' listener would start it.
  message.push = (chunk: Buffer | null, encoding) => {
    received += chunk?.length ?? 0;
    if (received <= maxBytes) return push(chunk, encoding);
    if (isExceeded) return true; // the rest is dropped
    isExceeded = true;
    if (hasReader(message)) {
      reject();
      return true;
    }
    whenReaderComes(message, reject);
    return false; // node:http stops reading until the body is read
  };
  function reject(): void {
    onExceeded();
    const cut = clock.setTimer(DISCARD_MS, end);
    response.once('close', end);
    function end(): void {
      cut.cancel();
      message.destroy(new BodyTooLargeError(maxBytes));
    }
  }
}

/** The events by which a stream is read: `for await` listens to the first, a pipe to the second. */
const READER_EVENTS: readonly (string | symbol)[] = ['readable', 'data'];

function hasReader(message: IncomingMessage): boolean {
  return READER_EVENTS.some((event) => message.listenerCount(event) > 0);
}

function whenReaderComes(message: IncomingMessage, action: () => void): void {
  message.on('newListener', function check(event: string | symbol) {
    if (!READER_EVENTS.includes(event)) return;
    message.off('newListener', check);
    process.nextTick(action); // the reader adds its listener for errors in the same step
  });
}

/** The library ignores back-pressure, so a body that is a stream is read no faster than the client takes it. */
function withPacedBody(result: unknown, response: ServerResponse): unknown {
  if (typeof result !== 'object' || result === null || !('body' in result)) return result;
  const { body } = result;
  if (typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body)) return result;
  const paced = paceBody(body as AsyncIterable<Uint8Array>, response);
  if (!('enableContentNegotiation' in result) || !('cookies' in result) || !('status' in result))
    return { ...result, body: paced };
  // An HttpResponse of the library: its properties are getters, which a spread would lose.
  const { status, cookies, headers } = result as { status: unknown; cookies: unknown; headers?: unknown };
  return { status, cookies, headers, body: paced };
}

async function* paceBody(body: AsyncIterable<Uint8Array>, response: ServerResponse): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    yield chunk;
    if (response.destroyed) return;
    if (response.writableNeedDrain) await drained(response);
  }
}

/** Resolves on `drain` or `close`, and removes both listeners, because a body has many chunks. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    function settle(): void {
      response.off('drain', settle).off('close', settle);
      resolve();
    }
    response.on('drain', settle).on('close', settle);
  });
}

/** Responds where the library has not. */
function finish({ message, response }: Exchange, { status, headers, body = '' }: FailedResponse): void {
  if (response.writableEnded) return;
  if (response.headersSent) return void response.destroy();
  if (!message.complete) message.resume();
  const length = status === 204 ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...length }).end(body);
}
