import type { HttpResponse } from '@lazurite/http';
import type { RpcHttpData, RpcInvocationResponse, RpcTypedData } from '../../protocol/rpc-types.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import { negotiatedBody, rawBody } from './response-body.ts';
import { responseHeaders } from './response-headers.ts';

const NO_CONTENT: HttpResponse = { status: 204 };
const OK: HttpResponse = { status: 200 };

/**
 * Converts the outcome of an HTTP function. An HTTP output that the function did not set is 204; a function without such
 * an output is 200 (azure-functions-host `HttpBinding.cs`, `FunctionInvocationMiddleware.cs`).
 *
 * @param accept the request's header, for responses that ask for content negotiation
 * @throws when the status, a header or a cookie cannot be sent; the caller responds with 500
 */
export function toHttpResponse(
  fn: RegisteredFunction,
  response: RpcInvocationResponse,
  accept: string | undefined,
): HttpResponse {
  const output = httpOutputOf(fn);
  if (output === undefined) return OK;
  const data = response.returnValue ?? response.outputData?.find(({ name }) => name === output)?.data;
  if (!data) return NO_CONTENT;
  return data.http ? fromRpcHttp(data.http, accept) : fromBareValue(data);
}

/** The name of the HTTP output: `$return`, or in the v3 model the app's choice, usually `res`. */
function httpOutputOf({ metadata: { bindings } }: RegisteredFunction): string | undefined {
  for (const name in bindings) if (bindings[name]?.type.toLowerCase() === 'http') return name;
  return undefined;
}

function fromRpcHttp(http: RpcHttpData, accept: string | undefined): HttpResponse {
  const { headers, contentType: declared } = responseHeaders(http);
  const status = parseStatus(http.statusCode);
  const content = http.enableContentNegotiation
    ? negotiatedBody(http.body, { declared, accept })
    : rawBody(http.body, declared);
  if (!content) return { status: status === 200 ? 204 : status, headers };
  if (content.contentType !== undefined) headers['content-type'] = content.contentType;
  return { status, headers, body: content.body };
}

/** A v3 function may return a plain value where a response is expected. */
function fromBareValue(data: RpcTypedData): HttpResponse {
  const { body, contentType } = rawBody(data, undefined);
  return { status: 200, headers: contentType === undefined ? {} : { 'content-type': contentType }, body };
}

function parseStatus(statusCode: string | null | undefined): number {
  if (!statusCode) return 200;
  const status = Number(statusCode);
  if (!Number.isInteger(status)) return 200; // HttpBinding.cs ignores what is not a number
  if (status >= 100 && status <= 999) return status;
  throw new RangeError(`The HTTP status ${statusCode} is not a whole number from 100 to 999`);
}
