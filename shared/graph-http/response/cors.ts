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
