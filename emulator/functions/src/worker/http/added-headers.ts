import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { HttpResponse } from '@lazurite/http';
import type { HstsSettings } from '../../config/host-settings.ts';
import type { WorkerInit } from '../../protocol/messages.ts';
import type { Cors } from './cors.ts';

type Headers = Readonly<Record<string, string>>;

/** Headers that the host adds to a response, names in lower case. */
export interface AddedHeaders {
  /** `customHeaders` and HSTS: only where the function did not set them itself. */
  defaultsFor(request: IncomingHttpHeaders): Headers;
  /** CORS: these replace the function's. */
  forcedFor(request: IncomingHttpHeaders): Headers;
}

/** The excluded hosts of ASP.NET Core's HstsOptions; host.json adds to them. */
const NEVER_HSTS = ['localhost', '127.0.0.1', '[::1]'];
const NONE: Headers = {};

/** Undefined when the settings add no header to any response. */
export function addedHeaders(init: WorkerInit, cors: Cors | undefined): AddedHeaders | undefined {
  const { customHeaders, hsts } = init.settings.http;
  const custom = lowerCaseNames(customHeaders);
  const strict = init.publicUrl.startsWith('https:') ? hstsHeader(hsts) : undefined;
  if (!cors && Object.keys(custom).length === 0 && !strict) return undefined;
  const excluded = new Set([...NEVER_HSTS, ...hsts.excludedHosts.map((host) => host.toLowerCase())]);
  return {
    defaultsFor: ({ host = '' }) => ({ ...custom, ...(excluded.has(hostnameOf(host)) ? NONE : strict) }),
    forcedFor: (request) => cors?.headersFor(request) ?? NONE,
  };
}

export function withAddedHeaders(
  added: AddedHeaders,
  request: IncomingHttpHeaders,
  response: HttpResponse,
): HttpResponse {
  const own = lowerCaseNames(toRecord(response.headers));
  return { ...response, headers: { ...added.defaultsFor(request), ...own, ...added.forcedFor(request) } };
}

function toRecord(headers: HttpResponse['headers'] = {}): OutgoingHttpHeaders {
  if (!(Symbol.iterator in headers)) return headers;
  const names = headers.filter((_item, index) => index % 2 === 0);
  return Object.fromEntries(names.map((name, index) => [name, headers[2 * index + 1]]));
}

function lowerCaseNames<T>(headers: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** As ASP.NET Core's HstsMiddleware writes it. */
function hstsHeader({ isEnabled, maxAgeMs, includeSubDomains, preload }: HstsSettings): Headers | undefined {
  if (!isEnabled) return undefined;
  const parts = [`max-age=${Math.trunc(maxAgeMs / 1000)}`];
  if (includeSubDomains) parts.push('includeSubDomains');
  if (preload) parts.push('preload');
  return { 'strict-transport-security': parts.join('; ') };
}

function hostnameOf(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}
