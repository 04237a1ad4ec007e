import type { Account } from '../account/account.ts';
import { CosmosError } from '../model/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { conflictsFeed } from '../operations/containers/list-conflicts.ts';
import { containersFeed } from '../operations/containers/list-containers.ts';
import { databasesFeed } from '../operations/databases/list-databases.ts';
import type { ResourceFeed } from '../operations/feed.ts';
import type { IndexMetricsVersion } from '../operations/query/index-metrics.ts';
import { queryDocuments } from '../operations/query/query-documents.ts';
import { queryResources } from '../operations/query/query-resources.ts';
import { type QueryBody, readQueryPlan } from '../operations/query/query-scope.ts';
import type { OperationResult } from '../operations/result.ts';
import { offersFeed } from '../operations/throughput/offers.ts';
import type { QueryParameter } from '../query/compile-query.ts';
import { planError } from '../query/syntax/query-error.ts';
import {
  assertSession,
  containerOf,
  feedPageOf,
  feedScopeOf,
  flag,
  header,
  nameAt,
  objectBody,
  type RouteRequest,
} from './request.ts';

export async function postQuery(account: Account, request: RouteRequest): Promise<OperationResult> {
  const container = containerOf(account, request);
  assertSession(account, container, request);
  const scope = feedScopeOf(container, request);
  const crossesPartitions = flag(request, 'x-ms-documentdb-query-enablecrosspartition');
  const { isClosed } = request;
  const page = { ...feedPageOf(request), body: queryBodyOf(request), scope, crossesPartitions, isClosed };
  const indexMetrics = indexMetricsOf(request);
  const input = { ...page, ...(indexMetrics && { indexMetrics }) };
  const { queryMetrics, ...result } = await queryDocuments(account, container, input);
  return {
    ...result,
    ...(queryMetrics && flag(request, 'x-ms-documentdb-populatequerymetrics') && { queryMetrics }),
  };
}

function indexMetricsOf(request: RouteRequest): IndexMetricsVersion | undefined {
  if (flag(request, 'x-ms-cosmos-populateindexmetrics-v2')) return 2;
  return flag(request, 'x-ms-cosmos-populateindexmetrics') ? 1 : undefined;
}

export function postQueryPlan(account: Account, request: RouteRequest): Promise<OperationResult> {
  const features = header(request, 'x-ms-cosmos-supported-query-features');
  const supportedFeatures = features && new Set(features.split(',').map((feature) => feature.trim()));
  const body = queryBodyOf(request);
  return readQueryPlan(account, containerOf(account, request), {
    body,
    isClosed: request.isClosed,
    ...(supportedFeatures && { supportedFeatures }),
  });
}

export function postDatabaseQuery(account: Account, request: RouteRequest): Promise<OperationResult> {
  return queryFeed(account, databasesFeed(account), request);
}

export function postContainerQuery(account: Account, request: RouteRequest): Promise<OperationResult> {
  return queryFeed(account, containersFeed(account, nameAt(request, 0)), request);
}

export function postOfferQuery(account: Account, request: RouteRequest): Promise<OperationResult> {
  return queryFeed(account, offersFeed(account), request);
}

export function postConflictQuery(account: Account, request: RouteRequest): Promise<OperationResult> {
  return queryFeed(account, conflictsFeed(containerOf(account, request)), request);
}

function queryFeed(account: Account, feed: ResourceFeed, request: RouteRequest): Promise<OperationResult> {
  return queryResources(account, feed, {
    ...feedPageOf(request),
    body: queryBodyOf(request),
    isClosed: request.isClosed,
  });
}

export function queryBodyOf(request: RouteRequest): QueryBody {
  return readQueryBody(objectBody(request));
}

/** A query of the greatest length cannot name more. */
const MAX_PARAMETERS = 20_000;

/**
 * Reads `{ "query": "...", "parameters": [{ "name": "@x", "value": 1 }] }`.
 *
 * @throws CosmosError BadRequest when it is of another form or names a parameter twice
 */
function readQueryBody({ query, parameters }: JsonObject): QueryBody {
  if (typeof query !== 'string') throw invalidPayload('query is a string');
  if (parameters === undefined || parameters === null) return { text: query, parameters: [] };
  if (!Array.isArray(parameters)) throw invalidPayload('parameters is an array');
  if (parameters.length > MAX_PARAMETERS) throw invalidPayload(`there are at most ${MAX_PARAMETERS} parameters`);
  const read = parameters.map(readParameter);
  const names = new Set<string>();
  for (const { name } of read) {
    // Source: spring-data-cosmosdb, issue 557.
    if (names.has(name)) throw planError(`Invalid query. Specified duplicate parameter name '${name}'.`);
    names.add(name);
  }
  return { text: query, parameters: read };
}

function readParameter(parameter: JsonValue): QueryParameter {
  if (!isJsonObject(parameter)) throw invalidPayload('a parameter is an object');
  const { name, value } = parameter;
  if (typeof name !== 'string' || !/^@./.test(name)) throw invalidPayload('the name of a parameter begins with @');
  return { name, ...(value !== undefined && { value }) };
}

/** The first sentence is the service's own. */
function invalidPayload(expected: string): CosmosError {
  return new CosmosError(
    'BadRequest',
    `The request payload is invalid. Ensure to provide a valid request payload: ${expected}.`,
  );
}
