import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/** The value of a Host header. */
export interface RequestHost {
  /** Lower case, as in a URL: an IPv6 address is in brackets and in its shortest form. */
  readonly name: string;
  /** Undefined: the default port of the scheme. */
  readonly port: number | undefined;
}

/** What a request says about whom it is for. */
export interface RequestAddress {
  /** Undefined: HTTP/1.0 without a Host header, which browsers do not send. */
  readonly host: RequestHost | undefined;
  /** Path and query, as sent. */
  readonly target: string;
}

const HOST = /^(?<name>\[[\da-f:.]+\]|[\w.-]+)(?::(?<port>\d{1,5}))?$/i;
const MAX_HOST_LENGTH = 261; // a name of 255 characters, a colon and five digits
const MAX_PORT = 65_535;

/**
 * Reads the Host header and the request target, once for all that follows.
 *
 * @returns undefined for a request that is 400: with a Host header that is not a host, with more than one (RFC 9112,
 * section 3.2), or with a target that means nothing to a server
 */
export function readRequestAddress(
  message: IncomingMessage,
  parse: (text: string) => RequestHost | undefined = parseHost,
): RequestAddress | undefined {
  if (hasTwoHosts(message.rawHeaders)) return undefined;
  const text = message.headers.host;
  const host = text === undefined ? undefined : parse(text);
  if (text !== undefined && host === undefined) return undefined;
  const target = toOriginForm(message.url ?? '/', text);
  return target === undefined ? undefined : { host, target };
}

/**
 * Parses the value of a Host header. What it accepts is also the authority of a URL, and of that host alone: there is no
 * user, no path, no other spelling of an address (`127.1`).
 *
 * @returns undefined for any other text
 */
export function parseHost(text: string): RequestHost | undefined {
  if (text.length > MAX_HOST_LENGTH) return undefined;
  const { name: written = '', port: digits } = HOST.exec(text)?.groups ?? {};
  const name = canonicalName(written.toLowerCase());
  const port = digits === undefined ? undefined : Number(digits);
  if (name === undefined || port === 0 || (port !== undefined && port > MAX_PORT)) return undefined;
  return { name, port };
}

function canonicalName(name: string): string | undefined {
  if (name === '' || name.includes('..') || name.startsWith('.')) return undefined;
  if (name.startsWith('[') && !isIPv6(name.slice(1, -1))) return undefined;
  if (!URL.canParse(`http://${name}`)) return undefined;
  const { hostname } = new URL(`http://${name}`);
  return hostname === name || name.startsWith('[') ? hostname : undefined;
}

/** node:http keeps the first of several Host headers and drops the others. */
function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count > 1;
}

const ABSOLUTE_FORM = /^https?:\/\/(?<authority>[^/?#]*)(?<rest>[^#]*)/i;

/**
 * Path and query of a request target. Clients that take a server for a proxy send scheme and host before them (RFC 9112,
 * section 3.2.2). As in Kestrel, these must be the host that the request is for.
 */
function toOriginForm(target: string, host: string | undefined): string | undefined {
  if (target.startsWith('/')) return target;
  const { authority = '', rest = '' } = ABSOLUTE_FORM.exec(target)?.groups ?? {};
  if (authority === '' || authority.toLowerCase() !== host?.toLowerCase()) return undefined;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
