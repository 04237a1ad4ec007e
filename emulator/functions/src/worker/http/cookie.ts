import type { RpcHttpCookie } from '../core/rpc-types.ts';

/** The protobuf enum `RpcHttpCookie.SameSite`, by number; `none` there means "not given". */
const SAME_SITE = ['none', 'lax', 'strict', 'explicitNone'] as const;

/** A Set-Cookie line as ASP.NET Core writes it (`SetCookieHeaderValue`): its order, lower-case names, path `/` by default. */
export function serializeCookie(cookie: RpcHttpCookie): string {
  const parts = [`${encodeURIComponent(cookie.name ?? '')}=${encodeURIComponent(cookie.value ?? '')}`];
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

function sameSiteOf({ sameSite }: RpcHttpCookie): string | undefined {
  const word = typeof sameSite === 'number' ? SAME_SITE[sameSite] : sameSite;
  if (word === 'explicitNone') return 'none';
  return word === 'lax' || word === 'strict' ? word : undefined;
}
