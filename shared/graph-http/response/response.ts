import { toContentType } from '../request/request-headers.ts';

/** What a function answers, before the headers that all answers share. */
export interface GraphResponse {
  readonly status: number;
  /** With the content type, where there is a body. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON; text as it is. Absent: no body. */
  readonly body?: unknown;
}

const ODATA_HEADERS = {
  'content-type': toContentType({ metadata: 'minimal', streaming: true, ieee754Compatible: false }),
  'odata-version': '4.0',
};

type Headers = Readonly<Record<string, string>>;

/** @param headers another content type among them wins */
export function odataResponse(status: number, body: object, headers: Headers = {}): GraphResponse {
  return { status, headers: { ...ODATA_HEADERS, ...headers }, body };
}

export function textResponse(body: string): GraphResponse {
  return { status: 200, headers: { 'content-type': 'text/plain', 'odata-version': '4.0' }, body };
}

/** 204, or 304: without a body there is no content type. */
export function emptyResponse(status: 204 | 304, headers: Headers = {}): GraphResponse {
  return { status, headers };
}

/**
 * What Graph lets scripts of any origin read; only where a browser said that it asks for one. Tokens are sent by hand
 * and never by cookies, so any origin may.
 */
export function corsHeaders(origin: string | null): Readonly<Record<string, string>> {
  if (origin === null) return {};
  return { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED };
}

/** The list that Graph sends, as recorded by Microsoft's Dev Proxy. */
const EXPOSED =
  'ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, ReadWriteConsistencyToken, SdkVersion, WWW-Authenticate, x-ms-client-gcc-tenant, Retry-After';

/** A browser's question before the request: which methods and headers it may send. */
export function preflightHeaders(requestedHeaders: string | null): Readonly<Record<string, string>> {
  return {
    'access-control-allow-methods': 'GET, POST, PATCH, DELETE, OPTIONS',
    ...(requestedHeaders !== null && { 'access-control-allow-headers': requestedHeaders }),
    'access-control-max-age': '3600',
  };
}

/** The header that tells which preferences were honoured; none when the list is empty. */
export function preferenceApplied(applied: readonly string[]): Readonly<Record<string, string>> {
  return applied.length === 0 ? {} : { 'preference-applied': applied.join(', ') };
}

/** The response with one more preference that was honoured. */
export function withPreferenceApplied(response: GraphResponse, preference: string): GraphResponse {
  const applied = [response.headers['preference-applied'], preference].filter((name) => name !== undefined);
  return { ...response, headers: { ...response.headers, ...preferenceApplied(applied) } };
}
