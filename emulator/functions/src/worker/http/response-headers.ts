import type { RpcHttpData } from '../../protocol/rpc-types.ts';
import { serializeCookie } from './cookie.ts';

/** What the server computes by itself, whatever the function says. */
const OWN_HEADERS = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive']);
const INVALID_NAME = /[^!#$%&'*+\-.^_`|~\w]/;
/** Kestrel refuses control characters and everything outside ASCII. */
const INVALID_VALUE = /[^\t\x20-\x7e]/;

export interface ResponseHeaders {
  readonly headers: Record<string, string | string[]>;
  /** Not among `headers`: whether and how it is sent depends on the body. */
  readonly contentType: string | undefined;
}

/** @throws when a name or value cannot be sent */
export function responseHeaders(http: RpcHttpData): ResponseHeaders {
  const headers: Record<string, string | string[]> = {};
  let contentType: string | undefined;
  for (const name in http.headers) {
    const value = http.headers[name];
    const lowerName = name.toLowerCase();
    if (value === undefined || OWN_HEADERS.has(lowerName)) continue;
    if (INVALID_NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} is not a valid header name`);
    if (INVALID_VALUE.test(value)) throw new TypeError(`The value of the header ${name} has characters outside ASCII`);
    if (lowerName === 'content-type') contentType = value;
    else headers[name] = value;
  }
  if (http.cookies && http.cookies.length > 0) headers['set-cookie'] = http.cookies.map(serializeCookie);
  return { headers, contentType };
}
