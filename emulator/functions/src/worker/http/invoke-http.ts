import type { OutgoingHttpHeaders } from 'node:http';
import { type HttpRequest, type HttpResponse, RequestAbortedError } from '@lazurite/http';
import { BindingNotEmulatedError } from '../../errors.ts';
import type { WorkerInit } from '../../protocol/messages.ts';
import type { RpcHttpData, RpcInvocationRequest } from '../../protocol/rpc-types.ts';
import { bindingDataOf, toMetadata } from '../bindings/binding-data.ts';
import { type CallerTrace, createInvocationRequest } from '../invocation/invocation.ts';
import { toHttpResponse } from './http-response.ts';
import type { HttpFunction, PipelineDependencies } from './pipeline-dependencies.ts';
import { hasClientGone } from './request-intake.ts';
import type { RouteMatch } from './routing/route-table.ts';

/** The reason that Azure's host gives for the invocation of an HTTP function. */
export const HTTP_REASON = 'This function was programmatically called via the host APIs.';
const NO_METADATA = Object.freeze({});
const EMPTY = Buffer.alloc(0);
const NOTHING: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Reads the whole body and invokes the function. A function that fails is 500 with an empty body, unless this host cannot
 * run it at all.
 *
 * @throws RequestAbortedError when the client has gone
 */
export async function invokeOverHttp(
  pipeline: PipelineDependencies,
  match: RouteMatch<HttpFunction>,
  request: HttpRequest,
): Promise<HttpResponse> {
  const { fn } = match.target;
  const rpcRequest = await toRpcRequest(pipeline, match, request);
  if (hasClientGone(request.raw)) throw new RequestAbortedError();
  try {
    const response = await pipeline.invoker.invoke(fn, rpcRequest, { reason: HTTP_REASON, request: request.raw });
    return toHttpResponse(fn, response, request.headers.accept);
  } catch (error) {
    const { invocationId } = rpcRequest;
    pipeline.dependencies.log.debug(
      { err: error, functionName: fn.metadata.name, invocationId },
      'An invocation failed',
    );
    return failedResponse(error);
  }
}

export interface FailedResponse extends HttpResponse {
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

const TEXT: OutgoingHttpHeaders = { 'content-type': 'text/plain; charset=utf-8' };

/** A caller is not shown what went wrong in a function. What this machine lacks is no secret, and saves a look at the console. */
export function failedResponse(error: unknown): FailedResponse {
  if (!(error instanceof BindingNotEmulatedError)) return { status: 500 };
  return { status: 500, headers: TEXT, body: `${error.message}\n` };
}

async function toRpcRequest(
  pipeline: PipelineDependencies,
  { target: { fn, triggerName }, values }: RouteMatch<HttpFunction>,
  request: HttpRequest,
): Promise<RpcInvocationRequest> {
  const body = await readSizedBody(pipeline, request, fn.metadata.name);
  const origin = originOf(request.headers.host, pipeline.init);
  const rpcRequest = createInvocationRequest(
    {
      fn,
      triggerName,
      input: { http: toRpcHttp(request, { origin, params: values, body }) },
      metadata: NO_METADATA,
      caller: callerTrace(request.headers),
    },
    pipeline.dependencies.randomness,
  );
  // The v4 model hides the metadata of an HTTP trigger; apps of the v3 model read it as context.bindingData.
  if (fn.model === 'code') return rpcRequest;
  return { ...rpcRequest, triggerMetadata: toMetadata(bindingDataOf(rpcRequest)) };
}

/** Azure's host passes on a body only when its length was declared (`GrpcMessageConversionExtensions.cs`). */
async function readSizedBody(
  { app }: PipelineDependencies,
  request: HttpRequest,
  functionName: string,
): Promise<Buffer> {
  const body = await request.body();
  if (body.length === 0 || request.headers['content-length'] !== undefined) return body;
  const message = `The chunked body of a request to '${functionName}' was dropped, as in Azure. Send a Content-Length, or turn on app.setup({ enableHttpStream: true })`;
  app.log.write({ level: 'warning', category: 'system', message });
  return EMPTY;
}

/**
 * A request as the host hands it to a worker: header and query values that occur more than once are joined with a comma
 * (azure-functions-host `GrpcMessageConversionExtensions.cs`).
 *
 * @param origin for example `http://localhost:7071`
 * @param body empty when the request has none
 */
function toRpcHttp(
  request: HttpRequest,
  { origin, params, body }: { readonly origin: string; readonly params: Record<string, string>; readonly body: Buffer },
): RpcHttpData {
  return {
    method: request.method,
    url: request.query ? `${origin}${request.path}?${request.query}` : origin + request.path,
    headers: flattenHeaders(request.headers),
    query: request.query ? flattenQuery(request.query) : NOTHING,
    params,
    ...(body.length > 0 && { body: { bytes: body } }),
  };
}

/** node:http joins repeated headers, except `set-cookie`, which is an array. */
export function flattenHeaders(headers: HttpRequest['headers']): Record<string, string> {
  if (headers['set-cookie'] === undefined) return headers as Record<string, string>;
  return { ...(headers as Record<string, string>), 'set-cookie': headers['set-cookie'].join(',') };
}

export function flattenQuery(query: string): Record<string, string> {
  const flat: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) {
    const earlier = flat[name];
    flat[name] = earlier === undefined ? value : `${earlier},${value}`;
  }
  return flat;
}

/** The origin that the client used, so that the function sees the requested URL. */
export function originOf(host: string | undefined, { publicUrl }: Pick<WorkerInit, 'publicUrl'>): string {
  if (host === undefined) return publicUrl;
  return publicUrl.startsWith('https:') ? `https://${host}` : `http://${host}`;
}

/** The W3C trace headers of a request, where it has them. */
export function callerTrace(headers: HttpRequest['headers']): CallerTrace {
  const { traceparent, tracestate } = headers;
  return {
    ...(typeof traceparent === 'string' && { traceparent }),
    ...(typeof tracestate === 'string' && { tracestate }),
  };
}
