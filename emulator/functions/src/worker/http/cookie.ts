import type { RpcHttpCookie } from '../../protocol/rpc-types.ts';

/** The protobuf enum `RpcHttpCookie.SameSite`, by number; `none` there means "not given". */
const SAME_SITE = ['none', 'lax', 'strict', 'explicitNone'] as const;
const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/;

/**
 * A Set-Cookie line as ASP.NET Core writes it (`SetCookieHeaderValue`): its order, lower-case names, path `/` by default.
 *
 * @throws for a name that no cookie can have
 */
export function serializeCookie(cookie: RpcHttpCookie): string {
  const name = cookie.name ?? '';
  if (!TOKEN.test(name)) throw new TypeError(`${JSON.stringify(name)} is not a valid cookie name`);
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
