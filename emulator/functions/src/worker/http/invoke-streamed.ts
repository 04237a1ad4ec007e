import type { ServerResponse } from 'node:http';
import type { RpcInvocationRequest, RpcTypedData } from '../../protocol/rpc-types.ts';
import { traceContextFor } from '../invocation/trace-context.ts';
import { callerTrace, HTTP_REASON, originOf } from './invoke-http.ts';
import { limitUpload } from './limit-upload.ts';
import type { Exchange, HttpFront, HttpFunction } from './pipeline-dependencies.ts';
import { splitTarget } from './request-target.ts';
import type { RouteMatch } from './routing/route-table.ts';
import { StreamedResponse, type StreamProxy } from './stream-proxy.ts';
import { flattenHeaders, flattenQuery } from './to-rpc-http.ts';

export interface StreamingFront extends HttpFront {
  readonly streamProxy: StreamProxy;
}

/**
 * One request to one function of an app that streams: the library reads the request and writes the response itself.
 * What it leaves unanswered is answered here: 204 when the function returned nothing, 500 when it failed.
 */
export function invokeStreamed(
  front: StreamingFront,
  { target: { fn, triggerName }, values }: RouteMatch<HttpFunction>,
  exchange: Exchange,
): void {
  const { message, response } = exchange;
  const { randomness, log } = front.parts;
  const invocationId = randomness.uuid();
  const streamed = new StreamedResponse(response);
  const headers = flattenHeaders(message.headers);
  const query = flattenQuery(splitTarget(message.url).query);
  const request: RpcInvocationRequest = {
    invocationId,
    functionId: fn.metadata.functionId,
    inputData: [{ name: triggerName, data: { http: {} } }],
    triggerMetadata: toTriggerMetadata({ headers, query, params: values }),
    traceContext: traceContextFor(invocationId, randomness, callerTrace(message.headers)),
  };
  addForwardedHeaders(exchange, front);
  limitUpload(exchange, {
    maxBytes: front.init.maxBodyBytes,
    clock: front.parts.clock,
    onExceeded: () => {
      streamed.release();
      refuseUpload(response);
    },
  });
  front.streamProxy.forward(message, streamed, invocationId);
  front.invoker
    .invoke(fn, request, {
      reason: HTTP_REASON,
      mapResult: (result) => withPacedBody(result, response),
      request: message,
      response,
    })
    .then(
      () => finish(exchange, 204),
      (error: unknown) => {
        log.debug({ err: error, functionName: fn.metadata.name, invocationId }, 'A streamed invocation failed');
        finish(exchange, 500);
      },
    )
    .finally(() => streamed.release());
}

type Flat = Readonly<Record<string, string>>;

/** The request as the function sees its headers and parameters (azure-functions-host issue 9840). */
function toTriggerMetadata({
  headers,
  query,
  params,
}: {
  readonly headers: Flat;
  readonly query: Flat;
  readonly params: Flat;
}): Record<string, RpcTypedData> {
  const metadata: Record<string, RpcTypedData> = {};
  for (const name in params) metadata[name] = { string: params[name] ?? '' };
  metadata.Query = { json: JSON.stringify(query) };
  metadata.Headers = { json: JSON.stringify(headers) };
  return metadata;
}

/** The answer goes out at once and ends the connection, which stays until the client has read it. */
function refuseUpload(response: ServerResponse): void {
  if (response.headersSent) return;
  response.writeHead(413, { 'content-length': 0, connection: 'close' });
  response.end();
}

function addForwardedHeaders({ message }: Exchange, front: HttpFront): void {
  const [protocol, host] = originOf(message.headers.host, front).split('://');
  message.headers['x-forwarded-host'] = host ?? '';
  message.headers['x-forwarded-proto'] = protocol ?? 'http';
}

/** The library writes without waiting; where the body is a stream, it is read no faster than the client takes it. */
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

/** Resolves when the client has taken what was written, or has gone. Leaves no listener: a body has many chunks. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    function settle(): void {
      response.off('drain', settle).off('close', settle);
      resolve();
    }
    response.on('drain', settle).on('close', settle);
  });
}

function finish({ message, response }: Exchange, status: number): void {
  if (response.writableEnded) return;
  if (response.headersSent) return void response.destroy();
  if (!message.complete) message.resume();
  response.statusCode = status;
  if (status !== 204) response.setHeader('content-length', 0);
  response.end();
}
