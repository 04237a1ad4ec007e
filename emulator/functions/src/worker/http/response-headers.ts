import type { RpcHttpCookie, RpcHttpData } from '../../protocol/rpc-types.ts';

/** The server computes these headers itself and ignores those of the function. */
const SERVER_HEADERS = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive']);
const INVALID_NAME = /[^!#$%&'*+\-.^_`|~\w]/;
/** Kestrel rejects control characters and everything outside ASCII. */
const INVALID_VALUE = /[^\t\x20-\x7e]/;

/** The protobuf enum `RpcHttpCookie.SameSite`, by number; `none` means "not given". */
const SAME_SITE = ['none', 'lax', 'strict', 'explicitNone'] as const;
const COOKIE_NAME = /^[!#$%&'*+\-.^_`|~\w]+$/;

export interface ResponseHeaders {
  readonly headers: Record<string, string | string[]>;
  /** Not among `headers`, because its final value depends on the body. */
  readonly contentType: string | undefined;
}

/** @throws when a name or value cannot be sent */
export function responseHeaders(http: RpcHttpData): ResponseHeaders {
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
