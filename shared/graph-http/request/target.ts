import { isIPv4, isIPv6 } from 'node:net';

/** What a host hands over of a request's target. */
export interface RequestTarget {
  /** Glued together by the host, from the `Host` header (or one that a proxy forwards) and the path. */
  readonly url: string;
  readonly headers: Pick<Headers, 'get'>;
  /** The values of the route template, which the host matched with the path alone. */
  readonly params: Readonly<Record<string, string | undefined>>;
}

/**
 * Why a request cannot be answered for what it asks; null: its URL can be believed. What is addressed is said by the path
 * that the host matched, and a header never changes it: `Host: x/beta/chats/b/operations/1#` would make a URL of another chat.
 *
 * @param template of the route, from the host's root: `beta/chats/{chatsId}/operations`
 */
export function problemOfTarget({ url, headers, params }: RequestTarget, template: string): string | null {
  const host = headers.get('host');
  if (host !== null && !isHost(host)) return 'The Host header must be a host name with an optional port.';
  return isOfRoute(new URL(url), template, params) ? null : 'The URL of the request must have the path that was sent.';
}

const HOST = /^(?:\[(?<literal>[0-9a-f:.]+)\]|(?<name>[a-z0-9._-]+))(?::(?<port>\d{1,5}))?$/i;
/** RFC 1035, section 2.3.4; the underscore is what names of containers have. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;
const MAX_NAME_LENGTH = 253;
const MAX_PORT = 65_535;

/** RFC 9110, section 7.2: a name or an address, and perhaps a port. Nothing is mended, and nothing is decoded. */
export function isHost(host: string): boolean {
  const { literal, name = '', port } = HOST.exec(host)?.groups ?? {};
  if (port !== undefined && (Number(port) === 0 || Number(port) > MAX_PORT)) return false;
  return literal === undefined ? isName(name) : isIPv6(literal);
}

function isName(name: string): boolean {
  const labels = name.replace(/\.$/, '').split('.');
  if (name.length > MAX_NAME_LENGTH || !labels.every((label) => LABEL.test(label))) return false;
  // URLs take a name that ends in a number for an address.
  return !/^(?:\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? '') || isIPv4(name);
}

function isOfRoute({ pathname, hash }: URL, template: string, params: RequestTarget['params']): boolean {
  if (hash !== '') return false;
  const given = segmentsOf(pathname);
  const expected = template.split('/').flatMap((segment) => valuesOf(segment, params));
  if (given.length !== expected.length) return false;
  return expected.every(({ value, isLiteral }, index) => {
    const segment = decodeAll(given[index] ?? '');
    return isLiteral ? segment.toLowerCase() === value.toLowerCase() : segment === decodeAll(value);
  });
}

interface ExpectedSegment {
  readonly value: string;
  readonly isLiteral: boolean;
}

/** A catch-all stands for any number of segments, an optional parameter for none or one. */
function valuesOf(segment: string, params: RequestTarget['params']): readonly ExpectedSegment[] {
  const { star, name, optional } = /^\{(?<star>\*?)(?<name>\w+)(?<optional>\??)\}$/.exec(segment)?.groups ?? {};
  if (name === undefined) return [{ value: segment, isLiteral: true }];
  const value = params[name];
  if (star) return segmentsOf(value ?? '').map((part) => ({ value: part, isLiteral: false }));
  if (optional && !value) return [];
  return [{ value: value ?? '', isLiteral: false }];
}

function segmentsOf(path: string): readonly string[] {
  return path.replace(/^\/+/, '').replace(/\/+$/, '').split('/');
}

/** More than any host decodes. */
const MAX_ROUNDS = 8;

/** Hosts differ in how much of a value they decode (Azure's: all but `%2F`), so both sides are decoded to their end, by bytes. */
function decodeAll(encoded: string): string {
  let text = Buffer.from(encoded).toString('latin1');
  for (let round = 0; round < MAX_ROUNDS && text.includes('%'); round += 1)
    text = text.replaceAll(/%([0-9a-f]{2})/gi, (_triplet, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return text;
}
