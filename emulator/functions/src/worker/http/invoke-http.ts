import { type HttpRequest, type HttpResponse, RequestAbortedError } from '@lazurite/http';
import { bindingDataOf } from '../../bindings/bound-invocation.ts';
import type { RpcInvocationRequest } from '../../protocol/rpc-types.ts';
import type { RouteMatch } from '../../routing/route-table.ts';
import { toMetadata } from '../../triggers/metadata.ts';
import { traceContextFor } from '../trace-context.ts';
import { hasClientGone } from './client-gone.ts';
import type { HttpFront, HttpFunction } from './http-scope.ts';
import { toHttpResponse } from './to-http-response.ts';
import { toRpcHttp } from './to-rpc-http.ts';

/** Why an HTTP function runs, in the words of Azure's host. */
export const HTTP_REASON = 'This function was programmatically called via the host APIs.';
const NO_METADATA = Object.freeze({});
const NOTHING = Buffer.alloc(0);
const FAILED: HttpResponse = { status: 500 };

/** One request to one function, its body read whole. A function that fails is 500 with an empty body. @throws RequestAbortedError */
export async function invokeOverHttp(
  front: HttpFront,
  match: RouteMatch<HttpFunction>,
  request: HttpRequest,
): Promise<HttpResponse> {
  const { fn } = match.target;
  const rpcRequest = await toRpcRequest(front, match, request);
  if (hasClientGone(request.raw)) throw new RequestAbortedError();
  try {
    const response = await front.invoker.invoke(fn, rpcRequest, { reason: HTTP_REASON, request: request.raw });
    return toHttpResponse(fn, response, request.headers.accept);
  } catch (error) {
    const { invocationId } = rpcRequest;
    front.parts.log.debug({ err: error, functionName: fn.metadata.name, invocationId }, 'An invocation failed');
    return FAILED;
  }
}

async function toRpcRequest(
  front: HttpFront,
  { target: { fn, triggerName }, values }: RouteMatch<HttpFunction>,
  request: HttpRequest,
): Promise<RpcInvocationRequest> {
  const body = await readSizedBody(front, request, fn.metadata.name);
  const http = toRpcHttp(request, { origin: originOf(request.headers.host, front), params: values, body });
  const { randomness } = front.parts;
  const invocationId = randomness.uuid();
  const rpcRequest = {
    invocationId,
    functionId: fn.metadata.functionId,
    inputData: [{ name: triggerName, data: { http } }],
    triggerMetadata: NO_METADATA,
    traceContext: traceContextFor(invocationId, randomness, callerTrace(request.headers)),
  };
  // The v4 model hides what an HTTP trigger's metadata holds; apps of v3 read it as context.bindingData.
  if (fn.model === 'code') return rpcRequest;
  return { ...rpcRequest, triggerMetadata: toMetadata(bindingDataOf(rpcRequest)) };
}

/** Azure's host hands on a body only where its length was declared (`GrpcMessageConversionExtensions.cs`). */
async function readSizedBody({ app }: HttpFront, request: HttpRequest, functionName: string): Promise<Buffer> {
  const body = await request.body();
  if (body.length === 0 || request.headers['content-length'] !== undefined) return body;
  const message = `The chunked body of a request to '${functionName}' was dropped, as in Azure. Send a Content-Length, or turn on app.setup({ enableHttpStream: true })`;
  app.log.write({ level: 'warning', category: 'system', message });
  return NOTHING;
}

/** The address that the client used, so that the function sees the URL that was asked for. */
export function originOf(host: string | undefined, { init }: Pick<HttpFront, 'init'>): string {
  if (host === undefined) return init.publicUrl;
  return init.publicUrl.startsWith('https:') ? `https://${host}` : `http://${host}`;
}

/** The W3C trace headers of a request, where it has them. */
export function callerTrace(headers: HttpRequest['headers']): { traceparent?: string; tracestate?: string } {
  const { traceparent, tracestate } = headers;
  return {
    ...(typeof traceparent === 'string' && { traceparent }),
    ...(typeof tracestate === 'string' && { tracestate }),
  };
}
