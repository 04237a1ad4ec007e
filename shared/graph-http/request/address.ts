import { isIPv4, isIPv6 } from 'node:net';
import { declaredProperty } from '../../domain/declared-property.ts';
import { BadRequestError, type ErrorDetail, UnknownSegmentError, ValidationError } from '../../domain/errors.ts';
import { TEAM_PREFIX, toOwnerKey } from '../../domain/teams/operations-owner.ts';
import { shown } from '../../odata/query-option-error.ts';
import { acceptAction, type CommonAddress, type PathSegments, readTeam, type TeamAddress } from './team-address.ts';

/** Of v1.0 there is what Graph's own v1.0 has: teams and their operations. */
export type ApiVersion = 'beta' | 'v1.0';

/** What a URL below the service root addresses. */
export type ResourceKind =
  | OperationAddress['kind']
  | SubscriptionAddress['kind']
  | ChatAddress['kind']
  | TeamAddress['kind'];

export type Address = UncheckedOperationAddress | SubscriptionAddress | ChatAddress | TeamAddress;

/** The operations of a chat or a team, their number, one of them, or a property of one. */
export interface OperationAddress extends CommonAddress {
  readonly kind: 'operations' | 'count' | 'operation' | 'property';
  readonly set: 'chats' | 'teams';
  /** Of the chat or the team: decoded, and such that it can be one. */
  readonly parentId: string;
  /** What the operations are kept under: `toOwnerKey()`. */
  readonly chatId: string;
  /** Decoded; null unless it is one operation. */
  readonly operationId: string | null;
  /** Null unless it is a property of an operation. */
  readonly property: PropertyAddress | null;
  /** Whose chat the URL says it is: `me`, `users('…')`, or empty. */
  readonly owner: string;
}

export interface PropertyAddress {
  /** From the operation down; declared properties only. */
  readonly path: readonly string[];
  /** `$value`: the value alone is wanted, as text. */
  readonly isRaw: boolean;
}

/** Before the id of the chat or the team has been looked at. */
export type UncheckedOperationAddress = Omit<OperationAddress, 'chatId' | 'parentId'> & {
  /** Null: not percent-encoded UTF-8. */
  readonly parentId: string | null;
};

/** All subscriptions of the caller, one of them, or the action on one. */
export interface SubscriptionAddress extends CommonAddress {
  readonly kind: 'subscriptions' | 'subscription' | 'reauthorize' | 'simulateLifecycle';
  /** Decoded; null: all. */
  readonly subscriptionId: string | null;
}

export interface ChatAddress extends CommonAddress {
  readonly kind: 'chats' | 'chat';
  /** Decoded; empty: all. */
  readonly chatId: string;
}

/** The address of a resource, by its kind. */
export type AddressOf<Kind extends ResourceKind> = Kind extends OperationAddress['kind']
  ? OperationAddress
  : Kind extends SubscriptionAddress['kind']
    ? SubscriptionAddress
    : Kind extends TeamAddress['kind']
      ? TeamAddress
      : ChatAddress;

/** Cosmos DB's limit on a partition key value, in UTF-8 bytes. */
const MAX_KEY_BYTES = 2048;

/**
 * Reads the raw URL rather than the route's parameters: whether `%2F` is still encoded in those depends on the host, and
 * keys come in two forms, `/chats/19:x` and `/chats('19:x')`. The origin is the URL's own; no forwarded header is trusted.
 *
 * @throws UnknownSegmentError there is no such resource
 * @throws BadRequestError there is no such version
 * @example parseAddress("https://graph.example/beta/chats('19:x')/operations/7") // { kind: 'operation', operationId: '7', … }
 */
export function parseAddress(url: string): Address {
  const { origin, pathname, search } = new URL(url);
  const path = new PathReader(pathname, search);
  const version = path.next() ?? '';
  const known = toVersion(version);
  if (known === null) throw new BadRequestError(`Invalid version: ${shown(version)}`);
  const common = { serviceRoot: `${origin}/${version}`, search };
  const address = readResource(path, common);
  const missing = known === 'v1.0' ? betaSegment(address) : null;
  if (missing !== null) throw new UnknownSegmentError(missing);
  return address;
}

/** In any case of letters; null: there is no such version. */
function toVersion(segment: string): ApiVersion | null {
  const version = segment.toLowerCase();
  return version === 'beta' || version === 'v1.0' ? version : null;
}

/** The version of the API that a URL begins with; null: there is no such version. */
export function versionOf(url: string): ApiVersion | null {
  return toVersion(new URL(url).pathname.split('/')[1] ?? '');
}

/** What v1.0 does not have here, as an error names it: of Graph's own v1.0, chats have no operations. Null: it has this. */
function betaSegment(address: Address): string | null {
  if ('set' in address) return address.set === 'chats' ? 'operations' : null;
  return 'subscriptionId' in address ? 'subscriptions' : null;
}

type Common = Omit<CommonAddress, 'segment'>;

function readResource(path: PathReader, common: Common): Address {
  if (path.startsWith('subscriptions')) return readSubscription(path, common);
  if (!path.startsWith('teams') && !path.startsWith('groups')) return readChat(path, common);
  const found = readTeam(path, common);
  return 'kind' in found ? found : readOperations(path, found);
}

function readSubscription(path: PathReader, common: Common): SubscriptionAddress {
  const { segment } = path;
  const subscriptionId = path.key('subscriptions', { optional: true });
  const kind = readSubscriptionKind(path, subscriptionId);
  path.end();
  return { ...common, kind, subscriptionId, segment };
}

function readSubscriptionKind(path: PathReader, subscriptionId: string | null): SubscriptionAddress['kind'] {
  if (subscriptionId === null) return 'subscriptions';
  // OData keeps names that begin with $ for itself.
  if (subscriptionId.startsWith('$')) throw new UnknownSegmentError(subscriptionId);
  // An action, by its short name or its full one.
  if (acceptAction(path, 'simulateLifecycle')) return 'simulateLifecycle';
  return acceptAction(path, 'reauthorize') ? 'reauthorize' : 'subscription';
}

function readChat(path: PathReader, common: Common): UncheckedOperationAddress | ChatAddress {
  const owner = readOwner(path);
  if (owner !== '' && path.startsWith('joinedteams'))
    return readOperations(path, { ...common, owner, set: 'teams', parentId: path.key('joinedteams') });
  if (owner === '' && path.isJust('chats')) return { ...common, kind: 'chats', chatId: '', segment: path.segment };
  const chatId = path.key('chats');
  if (path.isAtEnd() && owner === '' && chatId) return { ...common, kind: 'chat', chatId, segment: path.segment };
  return readOperations(path, { ...common, owner, set: 'chats', parentId: chatId });
}

type Parent = Omit<UncheckedOperationAddress, 'kind' | 'operationId' | 'property' | 'segment'>;

/** What is left of the address of operations behind the chat or the team. */
function readOperations(path: PathReader, parent: Parent): UncheckedOperationAddress {
  const { segment } = path;
  const operationId = readOperationId(path);
  const property = operationId === null || operationId === '$count' ? null : readProperty(path);
  path.end();
  const found = { ...parent, segment, property };
  if (operationId === '$count') return { ...found, kind: 'count', operationId: null };
  if (property) return { ...found, kind: 'property', operationId };
  return { ...found, kind: operationId === null ? 'operations' : 'operation', operationId };
}

/** Null: the path ends before one. */
function readProperty(path: PathReader): PropertyAddress | null {
  const names: string[] = [];
  while (!path.isAtEnd() && path.segment !== '$value') {
    if (!declaredProperty([...names, path.segment])) throw path.unknown();
    names.push(path.segment);
    path.next();
  }
  if (names.length === 0) return null;
  const isComplex = names.length === 1 && names[0] === 'error';
  if (isComplex && path.segment === '$value') throw path.unknown();
  return { path: names, isRaw: path.accept('$value') };
}

function readOwner(path: PathReader): string {
  if (path.accept('me')) return 'me';
  if (!path.startsWith('users')) return '';
  return `users('${quoteKey(path.key('users') ?? '')}')`;
}

function readOperationId(path: PathReader): string | null {
  if (!path.startsWith('operations')) throw path.unknown();
  const id = path.key('operations', { optional: true });
  // OData keeps names that begin with $ for itself; no operation has one.
  if (id?.startsWith('$') && id !== '$count') throw new UnknownSegmentError(id);
  return id;
}

/** @throws ValidationError the id of the chat or the team is empty, too long, or wrongly encoded */
export function checkParentId(address: UncheckedOperationAddress): OperationAddress {
  const { parentId, set } = address;
  if (parentId === null) throw invalid(set, 'is not percent-encoded UTF-8');
  if (parentId.trim() === '') throw invalid(set, 'is empty');
  if (set === 'chats' && parentId.startsWith(TEAM_PREFIX)) throw invalid(set, `begins with ${TEAM_PREFIX}`);
  const chatId = set === 'chats' ? parentId : toOwnerKey({ set, id: parentId });
  if (Buffer.byteLength(chatId) > MAX_KEY_BYTES) throw invalid(set, `exceeds ${MAX_KEY_BYTES} bytes`);
  return { ...address, parentId, chatId };
}

function invalid(set: OperationAddress['set'], problem: string): ValidationError {
  const [name, target] = set === 'chats' ? ['chat', 'chatsId'] : ['team', 'teamId'];
  const detail: ErrorDetail = { code: 'BadRequest', message: `The ${name} id ${problem}.`, target };
  return new ValidationError([detail]);
}

/**
 * The service root of a document that lies directly below it.
 *
 * @example toServiceRoot('https://graph.example/beta/$batch?x=1') // 'https://graph.example/beta'
 */
export function toServiceRoot(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/[^/]*\/?$/, '');
}

/** As it stands between quotes in a path. */
export function quoteKey(key: string): string {
  return encodeURIComponent(doubleQuotes(key));
}

/** A quote inside a key is doubled, as OData's keys are. */
export function doubleQuotes(key: string): string {
  return key.replaceAll("'", "''");
}

/** Walks over the segments of a path, decoding each once. */
export class PathReader implements PathSegments {
  readonly #segments: string[];
  readonly #search: string;
  #last = '';

  /** @param search where the values of keys may be: `/chats(@id)?@id='19:x'` */
  constructor(pathname: string, search = '') {
    this.#search = search;
    this.#segments = pathname.replace(/^\//, '').replace(/\/$/, '').split('/');
  }

  next(): string | undefined {
    const segment = this.#segments.shift();
    if (segment === undefined) return undefined;
    const decoded = decode(segment);
    this.#last = decoded ?? segment;
    return decoded ?? undefined;
  }

  accept(name: string): boolean {
    if (this.#peek().toLowerCase() !== name) return false;
    this.next();
    return true;
  }

  startsWith(name: string): boolean {
    const segment = this.#peek().toLowerCase();
    return segment === name || segment.startsWith(`${name}(`);
  }

  /**
   * The key of `name/key`, `name('key')` or `name(id='key')`, or of the last two with an alias in its place. Null when it is not percent-encoded UTF-8; of one that is optional, when it
   * is not there.
   */
  key(name: string, { optional = false } = {}): string | null {
    if (this.accept(name)) {
      if (this.#segments.length === 0 && optional) return null;
      const found = this.#segments.length > 0;
      const key = this.next() ?? null;
      if (!found || (key === null && optional)) throw this.unknown();
      return key;
    }
    const segment = this.#peek();
    const given = /^[a-z]+\((?:id=)?(?<key>.*)\)$/is.exec(segment)?.groups?.key ?? '';
    const key = /^'(?<text>(?:[^']|'')*)'$/s.exec(given.startsWith('@') ? this.#aliased(given) : given)?.groups?.text;
    if (!this.startsWith(name) || key === undefined) throw new UnknownSegmentError(segment || this.#last);
    this.next();
    return key.replaceAll("''", "'");
  }

  /** OData 4.01, part 2, section 5.3. Empty: the alias has no value. */
  #aliased(alias: string): string {
    return new URLSearchParams(this.#search).getAll(alias).at(-1) ?? '';
  }

  /** Whether one segment is left, and has this name. */
  isJust(name: string): boolean {
    return this.#segments.length === 1 && this.#peek().toLowerCase() === name;
  }

  isAtEnd(): boolean {
    return this.#segments.length === 0;
  }

  end(): void {
    if (!this.isAtEnd()) throw this.unknown();
  }

  /** The segment to name in an error: the next one, or at the end the last. */
  get segment(): string {
    return this.#peek() || this.#last;
  }

  unknown(): UnknownSegmentError {
    return new UnknownSegmentError(this.segment);
  }

  #peek(): string {
    const [segment = ''] = this.#segments;
    return decode(segment) ?? segment;
  }
}

/** Null: it is no percent-encoded UTF-8. */
function decode(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}

/** What a host hands over of a request's target. */
export interface RequestTarget {
  /** Glued together by the host, from the `Host` header (or one that a proxy forwards) and the path. */
  readonly url: string;
  readonly headers: Pick<Headers, 'get'>;
  /** The values of the route template, which the host matched with the path alone. */
  readonly params: Readonly<Record<string, string | undefined>>;
}

/** A segment of a route template: a literal, or a parameter. */
export type TemplateSegment =
  | { readonly literal: string }
  | { readonly parameter: string; readonly arity: 'one' | 'optional' | 'catchAll' };

/** @param template of the route, from the host's root: `beta/chats/{chatsId}/operations` */
export function parseTemplate(template: string): readonly TemplateSegment[] {
  return template.split('/').map((segment) => {
    const { star, name, optional } = /^\{(?<star>\*?)(?<name>\w+)(?<optional>\??)\}$/.exec(segment)?.groups ?? {};
    if (name === undefined) return { literal: segment };
    if (star) return { parameter: name, arity: 'catchAll' };
    return { parameter: name, arity: optional ? 'optional' : 'one' };
  });
}

/**
 * Why a request cannot be answered for what it asks; null: its URL can be believed. What is addressed is said by the path
 * that the host matched, and a header never changes it: `Host: x/beta/chats/b/operations/1#` would make a URL of another chat.
 */
export function problemOfTarget(
  { url, headers, params }: RequestTarget,
  template: readonly TemplateSegment[],
): string | null {
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

function isOfRoute(
  { pathname, hash }: URL,
  template: readonly TemplateSegment[],
  params: RequestTarget['params'],
): boolean {
  if (hash !== '') return false;
  const given = segmentsOf(pathname);
  const expected = template.flatMap((segment) => valuesOf(segment, params));
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
function valuesOf(segment: TemplateSegment, params: RequestTarget['params']): readonly ExpectedSegment[] {
  if ('literal' in segment) return [{ value: segment.literal, isLiteral: true }];
  const value = params[segment.parameter];
  if (segment.arity === 'catchAll') return segmentsOf(value ?? '').map((part) => ({ value: part, isLiteral: false }));
  if (segment.arity === 'optional' && !value) return [];
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
