import type { IncomingHttpHeaders, IncomingMessage, RequestListener } from 'node:http';
import { isIP, isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import { ENDPOINT_RULES, type Endpoint } from './endpoint-rules.ts';
import { AllowedHostError } from './errors.ts';
import type { HttpRequest, HttpResponse } from './message.ts';

export interface EdgeOptions {
  /** The address that the server was asked to listen on. */
  readonly address: string;
  /** Further names by which the server is reached: `lazurite`, `*.devtunnels.example`, or `*` for all. */
  readonly allowedHosts?: readonly string[];
  /** Whether CORS allows the origin, in lower case. Absent: none. */
  readonly allowsOrigin?: (origin: string) => boolean;
}

/** The response to a request that goes no further. */
export interface EdgeRejection extends HttpResponse {
  readonly body?: string;
}

/** What is done with a request of a web page: see `EndpointRule`. */
export type Verdict = 'accept' | 'require-key' | 'reject';

/**
 * Decides which requests reach a server of this machine. Web pages can send requests to it: from their own origin, which
 * browsers name in `Origin` or describe in `Sec-Fetch-Site`; or under a name of theirs that they have made to resolve to
 * this machine (DNS rebinding), which is in `Host`. Other clients send no `Origin` and are not concerned.
 *
 * @throws AllowedHostError
 */
export class Edge {
  readonly #isOwnName: (name: string) => boolean;
  readonly #allowsOrigin: (origin: string) => boolean;
  #lastHost: { readonly text: string; readonly host: RequestHost | undefined } = { text: '', host: undefined };

  constructor({ address, allowedHosts = [], allowsOrigin = () => false }: EdgeOptions) {
    const isAllowed = allowedHosts.map(toNameTest);
    const isOwn = ownNamesOf(address);
    this.#isOwnName = (name) => isOwn(name) || isAllowed.some((test) => test(name));
    this.#allowsOrigin = allowsOrigin;
  }

  /** Returns path and query of a request, or its rejection: 400 when it is malformed, 403 under a foreign name. */
  targetOf(message: IncomingMessage): string | EdgeRejection {
    const address = readRequestAddress(message, this.#parse);
    if (!address) return MALFORMED;
    const { host, target } = address;
    if (host === undefined || this.#isOwnName(host.name)) return target;
    return forbidden(`The host '${host.name}' is not a name of this server; --allowed-hosts adds names`);
  }

  /** What the endpoint does with a request, whose Host is known to be a name of the server. */
  verdictOn(endpoint: Endpoint, headers: IncomingHttpHeaders): Verdict {
    const page = pageOf(headers, this.#parse);
    if (page === 'none') return 'accept';
    const { ownPages, foreignPages } = ENDPOINT_RULES[endpoint];
    if (page === 'own') return ownPages === 'accepted' ? 'accept' : 'reject';
    if (foreignPages === 'accepted') return 'accept';
    if (foreignPages === 'with a key') return 'require-key';
    if (foreignPages === 'rejected' || !this.#allowsOrigin(headers.origin?.toLowerCase() ?? '')) return 'reject';
    return foreignPages === 'by CORS' ? 'accept' : 'require-key';
  }

  /** The rejection of a request to an endpoint that knows no function keys; undefined for a request that may go on. */
  rejectionOf(endpoint: Endpoint, { headers }: Pick<HttpRequest, 'headers'>): EdgeRejection | undefined {
    return this.verdictOn(endpoint, headers) === 'accept' ? undefined : FOREIGN_PAGE;
  }

  /** For a server that takes the messages of node:http as they are: `listener` gets what may go on. */
  guard(endpoint: Endpoint, listener: RequestListener): RequestListener {
    return (message, response) => {
      const target = this.targetOf(message);
      const rejection = typeof target === 'string' ? this.rejectionOf(endpoint, message) : target;
      if (rejection === undefined && typeof target === 'string') {
        message.url = target;
        return listener(message, response);
      }
      message.resume();
      const { status, body = '' } = rejection ?? MALFORMED;
      response.writeHead(status, { ...TEXT, 'content-length': Buffer.byteLength(body), connection: 'close' }).end(body);
    };
  }

  /** Nearly all requests have the same Host, and parsing one costs as much as routing the request. */
  readonly #parse = (text: string): RequestHost | undefined => {
    if (text !== this.#lastHost.text) this.#lastHost = { text, host: parseHost(text) };
    return this.#lastHost.host;
  };
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8' };
const MALFORMED: EdgeRejection = {
  status: 400,
  headers: TEXT,
  body: 'The request must have one valid Host header, and a target on that host\n',
};
/** The response to a page that may not use an endpoint. */
export const FOREIGN_PAGE: EdgeRejection = forbidden('Web pages of other origins may not send this request');

function forbidden(message: string): EdgeRejection {
  return { status: 403, headers: TEXT, body: `${message}\n` };
}

/** `none`: not sent by the script, form or image of a page. `foreign`: also by one without an origin (`null`). */
function pageOf(
  { origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders,
  parse: (text: string) => RequestHost | undefined,
): 'none' | 'own' | 'foreign' {
  if (origin !== undefined) return isOriginOf(origin, host, parse) ? 'own' : 'foreign';
  if (site === undefined) return 'none';
  return site === 'same-origin' || site === 'none' ? 'own' : 'foreign';
}

/** The scheme does not count: TLS may end in front of the server. */
function isOriginOf(
  origin: string,
  host: string | undefined,
  parse: (text: string) => RequestHost | undefined,
): boolean {
  const { scheme = '', authority = '' } = /^(?<scheme>https?):\/\/(?<authority>[^/?#]+)$/i.exec(origin)?.groups ?? {};
  const asked = host === undefined ? undefined : parse(host);
  const page = asked && parseHost(authority);
  if (!asked || !page || asked.name !== page.name) return false;
  const standardPort = scheme.toLowerCase() === 'https' ? 443 : 80;
  return (page.port ?? standardPort) === (asked.port ?? standardPort);
}

/** Docker gives the machine this name in containers, and nobody can register one below `internal`. */
const DOCKER_HOST = 'host.docker.internal';
const LOOPBACK = /^(?:127(?:\.\d+){3}|\[::1\]|(?:[\w-]+\.)*localhost)$/;
const ALL_ADDRESSES = ['0.0.0.0', '[::]'];

/**
 * The names that a server has without a setting: those of the loopback interface, and the address that was asked for. One
 * that listens on all addresses is reached by any of them, and by the name of the machine. No page can make an address
 * its own name.
 */
function ownNamesOf(address: string): (name: string) => boolean {
  const bracketed = address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
  const listening = parseHost(bracketed)?.name;
  const isLocal = (name: string) => LOOPBACK.test(name) || name === listening || name === DOCKER_HOST;
  if (listening === undefined || !ALL_ADDRESSES.includes(listening)) return isLocal;
  const machine = hostname().toLowerCase();
  return (name) => isLocal(name) || name === machine || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

/** @throws AllowedHostError */
function toNameTest(pattern: string): (name: string) => boolean {
  if (pattern === '*') return () => true;
  const isBelow = pattern.startsWith('*.');
  const host = parseHost(isBelow ? pattern.slice(2) : pattern);
  if (!host || host.port !== undefined) throw new AllowedHostError(pattern);
  return isBelow ? (name) => name.endsWith(`.${host.name}`) : (name) => name === host.name;
}

/** The value of a Host header. */
interface RequestHost {
  /** Lower case, as in a URL: an IPv6 address is in brackets and in its shortest form. */
  readonly name: string;
  /** Undefined: the default port of the scheme. */
  readonly port: number | undefined;
}

/** What a request says about whom it is for. */
interface RequestAddress {
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
function readRequestAddress(
  message: IncomingMessage,
  parse: (text: string) => RequestHost | undefined,
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
