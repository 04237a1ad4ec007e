import type { IncomingHttpHeaders } from 'node:http';
import type { HttpResponse } from '@lazurite/http';
import { ConfigError } from '../../errors.ts';
import type { CorsSettings } from '../../protocol/messages.ts';

export interface Cors {
  /** The response to a preflight request; undefined for any other request. */
  preflight(method: string, headers: IncomingHttpHeaders): HttpResponse | undefined;
  /** Whether pages of the origin, in any case, may read responses. */
  allows(origin: string): boolean;
  /** The headers to add to the response to any other request. */
  headersFor(headers: IncomingHttpHeaders): Readonly<Record<string, string>>;
}

const NONE: Readonly<Record<string, string>> = {};

/**
 * CORS as azure-functions-core-tools sets it up (`Startup.cs`): the listed origins, any header, any method. Undefined
 * without origins.
 *
 * @throws ConfigError for `*` together with credentials, which ASP.NET Core rejects and browsers do not honour
 */
export function createCors({ origins, credentials }: CorsSettings): Cors | undefined {
  if (origins.length === 0) return undefined;
  const allowed = new Set(origins.map((origin) => origin.trim().replace(/\/$/, '').toLowerCase()));
  const any = allowed.has('*');
  if (any && credentials) {
    throw new ConfigError("CORS cannot allow credentials for every origin: name the origins instead of '*'");
  }
  const credentialsHeader = credentials ? { 'access-control-allow-credentials': 'true' } : NONE;

  function headersFor({ origin }: IncomingHttpHeaders): Readonly<Record<string, string>> {
    if (any) return origin === undefined ? NONE : { 'access-control-allow-origin': '*' };
    if (origin === undefined || !allowed.has(origin.toLowerCase())) return { vary: 'Origin' };
    return { 'access-control-allow-origin': origin, vary: 'Origin', ...credentialsHeader };
  }

  function preflight(method: string, headers: IncomingHttpHeaders): HttpResponse | undefined {
    const requested = headers['access-control-request-method'];
    if (method !== 'OPTIONS' || headers.origin === undefined || !requested) return undefined;
    const common = headersFor(headers);
    if (!('access-control-allow-origin' in common)) return { status: 204, headers: common };
    const names = headers['access-control-request-headers'];
    return {
      status: 204,
      headers: {
        ...common,
        'access-control-allow-methods': requested,
        ...(names !== undefined && { 'access-control-allow-headers': String(names) }),
      },
    };
  }

  return { preflight, headersFor, allows: (origin) => origin !== '' && (any || allowed.has(origin.toLowerCase())) };
}
