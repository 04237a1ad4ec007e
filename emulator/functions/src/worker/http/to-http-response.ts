import type { HttpResponse } from '@lazurite/http';
import type { RegisteredFunction } from '../core/function-registry.ts';
import type { RpcHttpData, RpcInvocationResponse, RpcTypedData } from '../core/rpc-types.ts';
import { serializeCookie } from './cookie.ts';

const NO_CONTENT: HttpResponse = { status: 204 };
/** What the server computes by itself, whatever the function says. */
const OWN_HEADERS = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive']);

/**
 * What an HTTP function's outcome looks like on the wire. No response at all is 204
 * (azure-functions-host `HttpBinding.cs`, `RawScriptResult.cs`).
 *
 * @throws when the status is no HTTP status or a header is not valid; the caller answers 500
 */
export function toHttpResponse(fn: RegisteredFunction, response: RpcInvocationResponse): HttpResponse {
  const data = response.returnValue ?? namedHttpOutput(fn, response);
  if (!data) return NO_CONTENT;
  return data.http ? fromRpcHttp(data.http) : fromBareValue(data);
}

/** Apps of the v3 model name their output, `res` by custom. */
function namedHttpOutput(fn: RegisteredFunction, response: RpcInvocationResponse): RpcTypedData | undefined {
  return response.outputData?.find(({ name }) => fn.metadata.bindings[name]?.type.toLowerCase() === 'http')?.data;
}

function fromRpcHttp(http: RpcHttpData): HttpResponse {
  const body = bodyOf(http.body);
  const headers: Record<string, string | string[]> = {};
  for (const name in http.headers) {
    const value = http.headers[name];
    if (value !== undefined && !OWN_HEADERS.has(name.toLowerCase())) headers[name] = value;
  }
  if (typeof body === 'string' && !hasContentType(headers)) headers['content-type'] = 'text/plain; charset=utf-8';
  if (http.cookies && http.cookies.length > 0) headers['set-cookie'] = http.cookies.map(serializeCookie);
  return { status: parseStatus(http.statusCode), headers, ...(body !== undefined && { body }) };
}

/** A v3 function may return a plain value where a response is expected. */
function fromBareValue(data: RpcTypedData): HttpResponse {
  const body = bodyOf(data);
  if (body === undefined) return NO_CONTENT;
  if (typeof body !== 'string') return { status: 200, body };
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

function bodyOf(data: RpcTypedData | null | undefined): string | Uint8Array | undefined {
  if (!data) return undefined;
  const bytes = data.bytes ?? data.stream;
  if (bytes) return bytes;
  const scalar = data.string ?? data.json ?? data.int ?? data.double;
  return scalar === null || scalar === undefined ? undefined : String(scalar);
}

function hasContentType(headers: Readonly<Record<string, unknown>>): boolean {
  for (const name in headers) if (name.toLowerCase() === 'content-type') return true;
  return false;
}

function parseStatus(statusCode: string | null | undefined): number {
  if (!statusCode) return 200;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 999) {
    throw new RangeError(`The HTTP status ${JSON.stringify(statusCode)} is not a whole number from 100 to 999`);
  }
  return status;
}
