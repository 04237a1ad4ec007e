import type { IncomingHttpHeaders } from 'node:http';
import { CosmosError } from '../model/errors.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import { type PartitionKeyValue, parsePartitionKeyHeader } from '../model/partition-key.ts';
import { readThroughputHeaders, type Throughput } from '../model/throughput.ts';
import type { FeedPage } from '../operations/feed-page.ts';
import { parseBody } from '../operations/items/item.ts';
import type { Preconditions } from '../operations/preconditions.ts';

/** A request as the routes see it: the path's names and the headers, read on demand. */
export interface RouteRequest {
  readonly method: string;
  readonly names: readonly string[];
  readonly headers: IncomingHttpHeaders;
  /** Whether the connection is TLS. */
  readonly secure: boolean;
  /** The whole body; empty when there is none. */
  readonly body: Buffer;
}

/** The name at this place of the path; the route's shape says that it is there. */
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

/** Whether the client wants no items back that it has just written. */
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

/** What a page holds when the client names no size, or -1. Source: "Pagination in Azure Cosmos DB" (100 by default). */
const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;

/** @throws CosmosError BadRequest */
export function feedPageOf(request: RouteRequest): FeedPage {
  const continuation = header(request, 'x-ms-continuation');
  return { maxItemCount: maxItemCountOf(request), ...(continuation !== undefined && { continuation }) };
}

function maxItemCountOf(request: RouteRequest): number {
  const text = header(request, 'x-ms-max-item-count');
  if (text === undefined) return DEFAULT_PAGE;
  const count = Number(text);
  if (count === -1) return MAX_PAGE;
  if (!Number.isInteger(count) || count < 1 || count >= 2 ** 31) throw invalidHeader('x-ms-max-item-count', text);
  return Math.min(count, MAX_PAGE);
}

/** `undefined` when the client asks for no throughput of its own. @throws CosmosError BadRequest */
export function throughputOf(request: RouteRequest): Throughput | undefined {
  return readThroughputHeaders({
    offerThroughput: header(request, 'x-ms-offer-throughput'),
    autopilotSettings: header(request, 'x-ms-cosmos-offer-autopilot-settings'),
  });
}

/** The body as a JSON object. @throws CosmosError BadRequest */
export function objectBody({ body }: RouteRequest): JsonObject {
  const value = parseBody(body.toString());
  if (!isJsonObject(value)) throw new CosmosError('BadRequest', 'A JSON object is expected');
  return value;
}

export function invalidHeader(name: string, value: string): CosmosError {
  return new CosmosError('BadRequest', `The value '${value.slice(0, 100)}' of the header ${name} is invalid`);
}
