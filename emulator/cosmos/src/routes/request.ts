import type { IncomingHttpHeaders } from 'node:http';
import { CosmosError } from '../model/errors.ts';
import { assertItemNesting, assertItemSize, isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { type PartitionKeyValue, parsePartitionKeyHeader } from '../model/partition-key/partition-key.ts';
import { readThroughputHeaders, type Throughput } from '../model/throughput/throughput.ts';
import type { FeedPage } from '../operations/feed.ts';
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

/** The body as JSON. @throws CosmosError BadRequest when it is not JSON, or nested too deep */
export function jsonBody({ body }: RouteRequest): JsonValue {
  const value = parseJson(body.toString());
  assertItemNesting(value);
  return value;
}

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
