import type { IncomingHttpHeaders } from 'node:http';
import type { Account } from '../account/account.ts';
import { CosmosError } from '../model/errors.ts';
import type { OperationResult } from '../operations/result.ts';
import { flag, header, type RouteRequest } from './request.ts';
import { type HeaderRule, REQUEST_HEADERS } from './request-headers.ts';

/** The parts of a request path: resource types and names alternate. */
export interface ResourcePath {
  /** The types with `*` for each name: `dbs/*\/colls/*\/docs`; empty for the account. */
  readonly shape: string;
  /** The names, decoded. */
  readonly names: readonly string[];
  /** The last type, which signatures name; empty for the account. */
  readonly resourceType: string;
  /** The types that clients sign, where they differ from `resourceType`. */
  readonly signedAs?: readonly string[];
  /** The link that a signature covers: of the resource itself, or of the parent of a feed. */
  readonly resourceLink: string;
}

/** A database, a container and an item, each with its type, and one more of both. */
const MAX_SEGMENTS = 8;

/**
 * An operation on a container. The SDK for JavaScript signs it as the container itself (Container), others as the type
 * `partitionKey` with the container's link (azure-sdk-for-java, ResourceType).
 */
const OPERATION = /\/operations\/partitionkeydelete\/?$/;
const PARTITION_KEY_DELETE = {
  shape: 'dbs/*/colls/*/operations/partitionkeydelete',
  resourceType: 'operations',
  signedAs: ['colls', 'partitionkey'],
};

/** @throws CosmosError BadRequest when a segment is not percent-encoded UTF-8 or there are too many */
export function parseTarget(path: string): ResourcePath {
  const operation = OPERATION.exec(path);
  if (operation) return { ...parseTarget(path.slice(0, operation.index)), ...PARTITION_KEY_DELETE };
  const names: string[] = [];
  let shape = '';
  let resourceType = '';
  const segments: string[] = [];
  for (const encoded of path.split('/')) {
    if (encoded === '') continue;
    const segment = encoded.includes('%') ? decode(encoded) : encoded;
    if (segments.length % 2 === 1) {
      names.push(segment);
      shape += '/*';
    } else {
      resourceType = segment.toLowerCase();
      shape += shape === '' ? resourceType : `/${resourceType}`;
    }
    if (segments.push(segment) > MAX_SEGMENTS)
      throw new CosmosError('BadRequest', 'The request path has too many segments');
  }
  return { shape, names, resourceType, resourceLink: linkOf(segments, segments.length % 2 === 1) };
}

/** An offer is signed by its id alone, in lower case (the SDK, auth). */
function linkOf(segments: readonly string[], isFeed: boolean): string {
  if (isFeed) return segments.slice(0, -1).join('/');
  return segments[0] === 'offers' ? (segments[1] ?? '').toLowerCase() : segments.join('/');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new CosmosError('BadRequest', 'The request path is not percent-encoded UTF-8');
  }
}

/** What a request does: its HTTP method, and for POST and GET what its headers add. */
export type Verb =
  | 'get'
  | 'get change feed'
  | 'post create'
  | 'post upsert'
  | 'post query'
  | 'post query plan'
  | 'post batch'
  | 'put'
  | 'patch'
  | 'delete';

/** Decodes the request and runs the operation. */
export type RouteHandler = (account: Account, request: RouteRequest) => OperationResult | Promise<OperationResult>;

/** A row of the route table; the last column marks operations that spend the throughput of the container. */
export type RouteRow = readonly [Verb, path: string, RouteHandler, throughput?: 'throughput'];

export interface Route {
  readonly decodeAndRun: RouteHandler;
  readonly usesThroughput: boolean;
}

/** Finds the route of a request. */
export class Router {
  readonly #routes = new Map<string, Route>();
  readonly #shapes = new Set<string>();

  constructor(rows: readonly RouteRow[]) {
    for (const [verb, path, decodeAndRun, throughput] of rows) {
      const shape = path.slice(1);
      this.#shapes.add(shape);
      this.#routes.set(`${verb} ${shape}`, { decodeAndRun, usesThroughput: throughput !== undefined });
    }
  }

  /** @throws CosmosError NotImplemented for what the service has and this server lacks, else BadRequest or MethodNotAllowed */
  route({ shape, resourceType }: ResourcePath, verb: Verb, { headers }: RouteRequest): Route {
    assertHeadersServed(headers);
    const route = this.#routes.get(`${verb} ${shape}`);
    if (route) return route;
    throw this.#rejectionOf(verb, shape, resourceType);
  }

  #rejectionOf(verb: Verb, shape: string, resourceType: string): CosmosError {
    const absent = ABSENT_TYPES[resourceType];
    if (absent) return new CosmosError('NotImplemented', `${absent} are not emulated`);
    if (!this.#shapes.has(shape))
      return new CosmosError('BadRequest', `The request path names no known resource: /${shape.slice(0, 200)}`);
    const name = VERB_NAMES[verb];
    if (name) return new CosmosError('NotImplemented', `${name}: not emulated for /${shape}`);
    return new CosmosError('MethodNotAllowed', `${verb.split(' ')[0]?.toUpperCase()} is not allowed on /${shape}`);
  }
}

/** Whether a request with this verb changes nothing. */
export function isRead(verb: Verb): boolean {
  return READS.has(verb);
}

const READS: ReadonlySet<Verb> = new Set(['get', 'get change feed', 'post query', 'post query plan']);

/**
 * The verb of a request. The order matters: a request for a query plan has the headers of a query too.
 *
 * @throws CosmosError MethodNotAllowed, or BadRequest for a header that is no boolean
 */
export function verbOf(request: RouteRequest): Verb {
  const { method } = request;
  if (method === 'GET') return header(request, 'a-im') === undefined ? 'get' : 'get change feed';
  if (method === 'POST') return postVerbOf(request);
  if (method === 'PUT' || method === 'PATCH' || method === 'DELETE') return method.toLowerCase() as Verb; // one of the three
  throw new CosmosError('MethodNotAllowed', `The method ${method} is not allowed`);
}

function postVerbOf(request: RouteRequest): Verb {
  if (flag(request, 'x-ms-cosmos-is-query-plan-request')) return 'post query plan';
  if (flag(request, 'x-ms-documentdb-isquery') || isQueryContent(request)) return 'post query';
  if (flag(request, 'x-ms-cosmos-is-batch-request')) return 'post batch';
  if (flag(request, 'x-ms-documentdb-is-upsert')) return 'post upsert';
  return 'post create';
}

function isQueryContent(request: RouteRequest): boolean {
  return request.headers['content-type']?.startsWith('application/query+json') ?? false;
}

/** Resource types of the service that are not emulated, with their names for error messages. */
export const ABSENT_TYPES: Readonly<Record<string, string>> = {
  attachments: 'Attachments',
  media: 'Attachments',
  operations: 'Operations on containers other than partitionkeydelete',
};

/** The names of verbs for error messages. */
const VERB_NAMES: Partial<Record<Verb, string>> = {
  'get change feed': 'The change feed',
  'post upsert': 'Upsert',
  'post query': 'Queries',
  'post query plan': 'Query plans',
  'post batch': 'Batch and bulk',
  patch: 'Patch',
};

/** The rules that a request can break. Most requests have none of these headers. */
const CHECKED = REQUEST_HEADERS.filter(({ treatment, values }) => treatment === 'rejected' || values);

/** @throws CosmosError NotImplemented naming a rejected header, BadRequest naming a header with an invalid value */
export function assertHeadersServed(headers: IncomingHttpHeaders): void {
  for (const rule of CHECKED) {
    const value = headers[rule.name];
    if (value !== undefined && value !== '') assertServed(rule, String(value));
  }
}

function assertServed({ name, treatment, note, values }: HeaderRule, value: string): void {
  if (treatment === 'rejected')
    throw new CosmosError('NotImplemented', `The request header ${name} is not served: not emulated are ${note}`);
  if (values?.includes(value.toLowerCase())) return;
  throw new CosmosError(
    'BadRequest',
    `The value '${value.slice(0, 100)}' of the request header ${name} is invalid, expected ${values?.join(', ')}`,
  );
}
