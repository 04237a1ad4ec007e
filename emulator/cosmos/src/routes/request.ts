import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { Account, Container } from '../account/account.ts';
import { CosmosError } from '../model/errors.ts';
import { assertItemSize, assertItemValues, isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { EpkRange } from '../model/partition-key/effective-partition-key.ts';
import {
  isPartitionKeyPrefix,
  type PartitionKeyValue,
  parsePartitionKeyHeader,
} from '../model/partition-key/partition-key.ts';
import { type ChangeFeedRequest, readChangeFeedRequest } from '../model/requests/change-feed-request.ts';
import { readThroughputHeaders, type Throughput } from '../model/throughput/throughput.ts';
import type { FeedPage, FeedScope } from '../operations/feed.ts';
import { namedPartitionKey } from '../operations/items/item-transaction.ts';
import type { Preconditions } from '../operations/preconditions.ts';

/** A request as the routes see it. The functions below decode what an operation needs of it. */
export interface RouteRequest {
  readonly method: string;
  readonly names: readonly string[];
  readonly headers: IncomingHttpHeaders;
  /** Whether the connection is TLS. */
  readonly secure: boolean;
  /** The whole body; empty when there is none. */
  readonly body: Buffer;
  /** Whether the client has closed the connection, so that nobody reads a response. */
  isClosed(): boolean;
}

/** The name at this index of the path; the shape of the route guarantees it. */
export function nameAt({ names }: RouteRequest, index: number): string {
  return names[index] ?? '';
}

export function header({ headers }: RouteRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** Clients write booleans as `true` and `True`. @throws CosmosError BadRequest for anything else but true and false */
export function flag(request: RouteRequest, name: string): boolean {
  const value = header(request, name)?.toLowerCase();
  if (value === undefined || value === 'false' || value === '') return false;
  if (value === 'true') return true;
  throw invalidHeader(name, value);
}

/** Whether the client wants responses to writes without the item. */
export function prefersMinimal(request: RouteRequest): boolean {
  return header(request, 'prefer') === 'return=minimal';
}

export function preconditionsOf({ headers }: RouteRequest): Preconditions {
  const ifMatch = headers['if-match'];
  const ifNoneMatch = headers['if-none-match'];
  if (ifMatch === undefined && ifNoneMatch === undefined) return NO_PRECONDITIONS;
  return { ...(ifMatch !== undefined && { ifMatch }), ...(ifNoneMatch !== undefined && { ifNoneMatch }) };
}

const NO_PRECONDITIONS: Preconditions = {};

/** `undefined` when the header is absent. @throws CosmosError BadRequest */
export function partitionKeyOf(request: RouteRequest): PartitionKeyValue | undefined {
  const text = header(request, 'x-ms-documentdb-partitionkey');
  return text === undefined ? undefined : parsePartitionKeyHeader(text);
}

/** The items of a page when the client names no number. Source: "Pagination in Azure Cosmos DB" (100 by default). */
const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;

/** @throws CosmosError BadRequest */
export function feedPageOf(request: RouteRequest): FeedPage {
  // The SDK for Java sends an empty one with the first page.
  const continuation = header(request, 'x-ms-continuation') || undefined;
  return { maxItemCount: maxItemCountOf(request), ...(continuation !== undefined && { continuation }) };
}

function maxItemCountOf(request: RouteRequest): number {
  const text = header(request, 'x-ms-max-item-count');
  if (text === undefined || text === '') return DEFAULT_PAGE;
  const count = Number(text);
  if (count === -1) return MAX_PAGE;
  if (!Number.isInteger(count) || count < 1 || count >= 2 ** 31) throw invalidHeader('x-ms-max-item-count', text);
  return Math.min(count, MAX_PAGE);
}

/** `undefined` when the client requests no throughput. @throws CosmosError BadRequest */
export function throughputOf(request: RouteRequest): Throughput | undefined {
  return readThroughputHeaders({
    offerThroughput: header(request, 'x-ms-offer-throughput'),
    autopilotSettings: header(request, 'x-ms-cosmos-offer-autopilot-settings'),
  });
}

/** The body as a JSON object. @throws CosmosError BadRequest */
export function objectBody(request: RouteRequest): JsonObject {
  const value = jsonBody(request);
  if (!isJsonObject(value)) throw new CosmosError('BadRequest', 'A JSON object is expected');
  return value;
}

/** The body as an item. @throws CosmosError BadRequest when it is not JSON or nested too deep; RequestEntityTooLarge above 2 MB */
export function itemBody(request: RouteRequest): JsonValue {
  assertItemSize(request.body.length);
  return jsonBody(request);
}

/** The body as JSON. @throws CosmosError BadRequest when it is not JSON in UTF-8, or has values that cannot be stored */
export function jsonBody({ body }: RouteRequest): JsonValue {
  const format = BINARY_FORMATS.get(body[0] ?? 0);
  if (format !== undefined)
    throw new CosmosError('NotImplemented', `The body is ${format}, which is not emulated; JSON text is expected`);
  // Decoding would replace what is no UTF-8 by one and the same character.
  if (!isUtf8(body)) throw new CosmosError('BadRequest', 'The input content is invalid because it is no UTF-8.');
  const value = parseJson(body.toString());
  assertItemValues(value);
  return value;
}

/**
 * By their first byte, which no JSON text begins with. The SDK for .NET sends its batches as HybridRow, and the bodies of items as
 * binary JSON where an application enables it. To read HybridRow would take a parser of its schemas and cells for one client.
 */
const BINARY_FORMATS: ReadonlyMap<number, string> = new Map([
  [0x80, 'binary JSON'],
  [0x81, 'HybridRow'],
]);

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue; // the type of what JSON.parse returns
  } catch {
    throw new CosmosError('BadRequest', 'The input content is invalid because it is no JSON.');
  }
}

export function invalidHeader(name: string, value: string): CosmosError {
  return new CosmosError('BadRequest', `The value '${value.slice(0, 100)}' of the header ${name} is invalid`);
}

/** The container that the path names. @throws CosmosError NotFound, or BadRequest when the client expects another one of this name */
export function containerOf({ catalog }: Account, request: RouteRequest): Container {
  const container = catalog.container(nameAt(request, 0), nameAt(request, 1));
  const intended = header(request, 'x-ms-cosmos-intended-collection-rid');
  if (intended === undefined || intended === '' || intended === container.rid) return container;
  throw new CosmosError('BadRequest', 'The intended collection rid is not that of the collection.', {
    substatus: 1024,
  });
}

/** The items that a feed covers. @throws CosmosError BadRequest; Gone, 1002, for a physical partition that is not there */
export function feedScopeOf(container: Container, request: RouteRequest): FeedScope {
  const partitionKey = partitionKeyOf(request);
  const range = rangeOf(container, request);
  const epks = epkRangeOf(request);
  return { ...(partitionKey && { partitionKey }), ...(range !== undefined && { range }), ...(epks && { epks }) };
}

/** @throws CosmosError BadRequest */
export function changeFeedRequestOf(request: RouteRequest): ChangeFeedRequest {
  return readChangeFeedRequest({
    aIm: header(request, 'a-im') ?? '',
    ifNoneMatch: header(request, 'if-none-match'),
    ifModifiedSince: header(request, 'if-modified-since'),
    wireFormatVersion: header(request, 'x-ms-cosmos-changefeed-wire-format-version'),
  });
}

/** The physical partition that the request names; undefined when it names none. @throws CosmosError Gone, 1002 */
export function rangeOf(container: Container, request: RouteRequest): number | undefined {
  const text = header(request, 'x-ms-documentdb-partitionkeyrangeid');
  if (text === undefined || text === '') return undefined;
  // Some clients put the container's rid in front: `{rid},{id}`.
  const id = text.slice(text.indexOf(',') + 1);
  if (!/^\d{1,9}$/.test(id)) throw invalidHeader('x-ms-documentdb-partitionkeyrangeid', text);
  if (container.ranges[Number(id)]) return Number(id);
  throw new CosmosError('Gone', `The partition key range ${id} does not exist`, { substatus: 1002 });
}

const START = 'x-ms-start-epk';
const END = 'x-ms-end-epk';
/** Three components of a hierarchical key are 96 digits; `FF` may follow. */
const EPK = /^[\dA-Fa-f]{0,98}$/;

/** The part of a physical partition that the request names; undefined when it names none. @throws CosmosError BadRequest */
function epkRangeOf(request: RouteRequest): EpkRange | undefined {
  const min = header(request, START);
  const max = header(request, END);
  if (min === undefined && max === undefined) return undefined;
  if (min === undefined || max === undefined) throw new CosmosError('BadRequest', `${START} and ${END} go together`);
  if (!EPK.test(min)) throw invalidHeader(START, min);
  if (!EPK.test(max) || min.toUpperCase() >= max.toUpperCase()) throw invalidHeader(END, max);
  return { min: min.toUpperCase(), max: max.toUpperCase() };
}

/** The container of a request and, if it is one, its physical partition; undefined when there is no such container. */
export function tryTargetOf(
  account: Account,
  request: RouteRequest,
): { readonly container: Container; readonly range?: number } | undefined {
  const container = attempt(() => containerOf(account, request));
  if (!container) return undefined;
  const range = attempt(() => onlyRangeOf(container, request));
  return range === undefined ? { container } : { container, range };
}

/** The container of a request to items, and the physical partitions that it reads or writes. @throws CosmosError */
export function partitionsOf(
  account: Account,
  request: RouteRequest,
): { readonly container: Container; readonly ranges: readonly number[] } {
  const container = containerOf(account, request);
  const range = onlyRangeOf(container, request);
  return { container, ranges: range === undefined ? [...container.ranges.keys()] : [range] };
}

/**
 * The one physical partition that the headers of the request name; undefined when it concerns all of them.
 *
 * @throws CosmosError BadRequest or Gone for headers that name none
 */
export function onlyRangeOf(container: Container, request: RouteRequest): number | undefined {
  const range = rangeOf(container, request);
  if (range !== undefined) return range;
  const key = partitionKeyOf(request);
  if (!key || isPartitionKeyPrefix(key, container.definition.partitionKey)) return undefined;
  return container.locate(namedPartitionKey(container, key)).range;
}

function attempt<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof CosmosError) return undefined;
    throw error;
  }
}

/** @throws CosmosError NotFound, 1002, when the client has seen a later state of what it reads than this server has */
export function assertSession(account: Account, container: Container, request: RouteRequest): void {
  const token = header(request, 'x-ms-session-token');
  if (token === undefined || token === '' || account.history.wasRolledBack) return;
  const seen = parseSessionToken(token);
  const read = onlyRangeOf(container, request);
  for (const [range, name] of container.lsnCounters.entries())
    if (read === undefined || read === range) assertSessionAvailable(seen, range, account.store.counters.current(name));
}

/**
 * The token of one physical partition: `{range id}:{version}#{LSN}`. The version is -1 and there are no region parts, as
 * the emulator and single-region accounts send it; the SDK rejects to merge tokens whose form changes.
 */
export function formatSessionToken(range: number, lsn: number): string {
  return `${range}:-1#${lsn}`;
}

/**
 * The LSNs that a client has seen, per physical partition, from the header `x-ms-session-token`: one or more tokens
 * joined by commas. Other versions and region parts are accepted, as tokens of the service have them.
 *
 * @throws CosmosError BadRequest when the text is anything else
 */
function parseSessionToken(text: string): ReadonlyMap<number, number> {
  const seen = new Map<number, number>();
  for (const part of text.split(',')) {
    const match = /^(\d{1,9}):(?:-?\d{1,15}#)?(-?\d{1,15})(?:#\d{1,9}=-?\d{1,15})*$/.exec(part.trim());
    if (!match) throw new CosmosError('BadRequest', `The session token '${text.slice(0, 200)}' is invalid.`);
    seen.set(Number(match[1]), Number(match[2]));
  }
  return seen;
}

/** @throws CosmosError NotFound, substatus 1002, when the client has seen a later state than this partition has */
function assertSessionAvailable(seen: ReadonlyMap<number, number>, range: number, lsn: number): void {
  if ((seen.get(range) ?? 0) <= lsn) return;
  throw new CosmosError('NotFound', 'The read session is not available for the input session token.', {
    substatus: 1002,
  });
}

/** Whether the client asks for what scripts log. */
export function logsOf(request: RouteRequest): boolean {
  return flag(request, 'x-ms-documentdb-script-enable-logging');
}

/** The triggers that a request names, by id; undefined: none. */
export function triggersOf(
  request: RouteRequest,
): { readonly pre: readonly string[]; readonly post: readonly string[] } | undefined {
  const pre = namesIn(header(request, 'x-ms-documentdb-pre-trigger-include'));
  const post = namesIn(header(request, 'x-ms-documentdb-post-trigger-include'));
  return pre.length + post.length > 0 ? { pre, post } : undefined;
}

function namesIn(list: string | undefined): readonly string[] {
  return list === undefined
    ? []
    : list
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '');
}
