import type { HttpResponse } from '@lazurite/http';
import type { RpcHttpCookie, RpcHttpData, RpcInvocationResponse, RpcTypedData } from '../../protocol/rpc-types.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';

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

/** The server computes these headers itself and ignores those of the function. */
const SERVER_HEADERS = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive']);
const INVALID_NAME = /[^!#$%&'*+\-.^_`|~\w]/;
/** Kestrel rejects control characters and everything outside ASCII. */
const INVALID_VALUE = /[^\t\x20-\x7e]/;

/** The protobuf enum `RpcHttpCookie.SameSite`, by number; `none` means "not given". */
const SAME_SITE = ['none', 'lax', 'strict', 'explicitNone'] as const;
const COOKIE_NAME = /^[!#$%&'*+\-.^_`|~\w]+$/;

interface ResponseHeaders {
  readonly headers: Record<string, string | string[]>;
  /** Not among `headers`, because its final value depends on the body. */
  readonly contentType: string | undefined;
}

/** @throws when a name or value cannot be sent */
function responseHeaders(http: RpcHttpData): ResponseHeaders {
  const headers: Record<string, string | string[]> = {};
  let contentType: string | undefined;
  for (const name in http.headers) {
    const value = http.headers[name];
    const lowerName = name.toLowerCase();
    if (value === undefined || SERVER_HEADERS.has(lowerName)) continue;
    if (INVALID_NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} is not a valid header name`);
    if (INVALID_VALUE.test(value)) throw new TypeError(`The value of the header ${name} has characters outside ASCII`);
    if (lowerName === 'content-type') contentType = value;
    else headers[name] = value;
  }
  if (http.cookies && http.cookies.length > 0) headers['set-cookie'] = http.cookies.map(serializeCookie);
  return { headers, contentType };
}

/**
 * A Set-Cookie line as ASP.NET Core writes it (`SetCookieHeaderValue`): its order, lower-case names, path `/` by default.
 *
 * @throws for a name that is not valid
 */
function serializeCookie(cookie: RpcHttpCookie): string {
  const name = cookie.name ?? '';
  if (!COOKIE_NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} is not a valid cookie name`);
  const parts = [`${name}=${escapeValue(cookie.value ?? '')}`];
  const expires = cookie.expires?.value?.seconds;
  if (expires !== undefined) parts.push(`expires=${new Date(Number(expires) * 1000).toUTCString()}`);
  const maxAge = cookie.maxAge?.value;
  if (maxAge !== undefined && maxAge !== null) parts.push(`max-age=${Math.trunc(maxAge)}`);
  if (cookie.domain?.value) parts.push(`domain=${cookie.domain.value}`);
  parts.push(`path=${cookie.path?.value ?? '/'}`);
  if (cookie.secure?.value) parts.push('secure');
  const sameSite = sameSiteOf(cookie);
  if (sameSite) parts.push(`samesite=${sameSite}`);
  if (cookie.httpOnly?.value) parts.push('httponly');
  return parts.join('; ');
}

/** `Uri.EscapeDataString`: unlike encodeURIComponent it escapes these too. */
function escapeValue(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sameSiteOf({ sameSite }: RpcHttpCookie): string | undefined {
  const word = typeof sameSite === 'number' ? SAME_SITE[sameSite] : sameSite;
  if (word === 'explicitNone') return 'none';
  return word === 'lax' || word === 'strict' ? word : undefined;
}

/** A body as it is sent, with the content type that Azure's host gives it. */
interface ResponseBody {
  readonly body: string | Uint8Array;
  /** Undefined: the response has no content type. */
  readonly contentType: string | undefined;
}

const TEXT = 'text/plain';
const JSON_TEXT = 'application/json; charset=utf-8';

/**
 * A body without content negotiation: bytes as they are, everything else as UTF-8 text, objects as indented JSON
 * (azure-functions-host `RawScriptResult.cs`, which calls `ToString()` on what Newtonsoft.Json parsed).
 *
 * @param declared the content type that the function set
 */
function rawBody(data: RpcTypedData | null | undefined, declared: string | undefined): ResponseBody {
  const bytes = data?.bytes ?? data?.stream;
  if (bytes) return { body: bytes, contentType: declared };
  return { body: textOf(data), contentType: withCharset(declared ?? TEXT) };
}

/**
 * A body in the form that the client prefers, for `enableContentNegotiation`; undefined when there is none, which is 204.
 *
 * @param accept the request's header
 */
function negotiatedBody(
  data: RpcTypedData | null | undefined,
  { declared, accept }: { readonly declared: string | undefined; readonly accept: string | undefined },
): ResponseBody | undefined {
  const bytes = data?.bytes ?? data?.stream;
  if (bytes) return { body: bytes, contentType: declared };
  const value = contentOf(data);
  if (value === null || value === undefined) return undefined;
  const isText = typeof value === 'string' && !(declared ? isJson(declared) : prefersJson(accept));
  if (isText) return { body: value, contentType: withCharset(declared ?? TEXT) };
  return { body: JSON.stringify(value), contentType: declared ? withCharset(declared) : JSON_TEXT };
}

function contentOf(data: RpcTypedData | null | undefined): unknown {
  if (data?.json !== undefined && data.json !== null) return JSON.parse(data.json);
  return data?.string ?? data?.int ?? data?.double;
}

function textOf(data: RpcTypedData | null | undefined): string {
  const value = contentOf(data);
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'True' : 'False'; // as .NET writes them
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
}

/** ASP.NET Core's TextOutputFormatter names the encoding that it writes. */
function withCharset(contentType: string): string {
  return /;\s*charset\s*=/i.test(contentType) ? contentType : `${contentType}; charset=utf-8`;
}

function isJson(contentType: string): boolean {
  return /^(?:application|text)\/(?:[\w.-]+\+)?json\b/i.test(contentType);
}

/** Whether the client lists JSON before every type that fits text. */
function prefersJson(accept = '*/*'): boolean {
  for (const range of accept.split(',')) {
    const type = range.split(';')[0]?.trim().toLowerCase();
    if (type === 'application/json' || type === 'text/json') return true;
    if (type === 'text/plain' || type === 'text/*' || type === '*/*') return false;
  }
  return false;
}
