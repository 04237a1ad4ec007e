import type { HttpRequest, HttpResponse } from '@lazurite/http';
import type { RouteMatch } from '../../routing/route-table.ts';
import type { RpcInvocationRequest } from '../core/rpc-types.ts';
import { traceContextFor } from '../trace-context.ts';
import type { HttpFront, HttpFunction } from './http-scope.ts';
import { toHttpResponse } from './to-http-response.ts';
import { toRpcHttp } from './to-rpc-http.ts';

/** Why an HTTP function runs, in the words of Azure's host. */
export const HTTP_REASON = 'This function was programmatically called via the host APIs.';
const NO_METADATA = Object.freeze({});
const FAILED: HttpResponse = { status: 500 };

/** One request to one function, its body read whole. A function that fails is 500 with an empty body. */
export async function invokeOverHttp(
  front: HttpFront,
  { target: { fn, triggerName }, values }: RouteMatch<HttpFunction>,
  request: HttpRequest,
): Promise<HttpResponse> {
  const body = await request.body();
  const http = toRpcHttp(request, { origin: originOf(request.headers.host, front), params: values, body });
  const { randomness } = front.parts;
  const invocationId = randomness.uuid();
  const rpcRequest: RpcInvocationRequest = {
    invocationId,
    functionId: fn.metadata.functionId,
    inputData: [{ name: triggerName, data: { http } }],
    triggerMetadata: NO_METADATA,
    traceContext: traceContextFor(invocationId, randomness, callerTrace(request.headers)),
  };
  try {
    return toHttpResponse(fn, await front.invoker.invoke(fn, rpcRequest, { reason: HTTP_REASON }));
  } catch (error) {
    front.parts.log.debug({ err: error, functionName: fn.metadata.name, invocationId }, 'An invocation failed');
    return FAILED;
  }
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
