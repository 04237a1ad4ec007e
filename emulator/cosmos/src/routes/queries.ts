import type { Account } from '../account/account.ts';
import { conflictsFeed } from '../operations/containers/list-conflicts.ts';
import { containersFeed } from '../operations/containers/list-containers.ts';
import { databasesFeed } from '../operations/databases/list-databases.ts';
import { type QueryBody, readQueryBody } from '../operations/query/query-body.ts';
import { queryDocuments } from '../operations/query/query-documents.ts';
import { readQueryPlan } from '../operations/query/query-plan.ts';
import { queryResources, type ResourceFeed } from '../operations/query/query-resources.ts';
import type { OperationResult } from '../operations/result.ts';
import { offersFeed } from '../operations/throughput/offers.ts';
import { containerOf } from './containers.ts';
import { feedScopeOf } from './feed-request.ts';
import { feedPageOf, flag, header, nameAt, objectBody, type RouteRequest } from './request.ts';
import { assertSession } from './session.ts';

export async function postQuery(account: Account, request: RouteRequest): Promise<OperationResult> {
  const container = containerOf(account, request);
  assertSession(account, container, request);
  const scope = feedScopeOf(container, request);
  const input = { ...feedPageOf(request), body: queryBodyOf(request), scope };
  const { queryMetrics, indexUtilization, ...result } = await queryDocuments(account, container, input);
  return {
    ...result,
    ...(queryMetrics && flag(request, 'x-ms-documentdb-populatequerymetrics') && { queryMetrics }),
    ...(indexUtilization && flag(request, 'x-ms-cosmos-populateindexmetrics-v2') && { indexUtilization }),
  };
}

export function postQueryPlan(account: Account, request: RouteRequest): OperationResult {
  const features = header(request, 'x-ms-cosmos-supported-query-features');
  const supportedFeatures = features && new Set(features.split(',').map((feature) => feature.trim()));
  const body = queryBodyOf(request);
  return readQueryPlan(account, containerOf(account, request), {
    body,
    ...(supportedFeatures && { supportedFeatures }),
  });
}

export function postDatabaseQuery(account: Account, request: RouteRequest): OperationResult {
  return queryFeed(account, databasesFeed(account), request);
}

export function postContainerQuery(account: Account, request: RouteRequest): OperationResult {
  return queryFeed(account, containersFeed(account, nameAt(request, 0)), request);
}

export function postOfferQuery(account: Account, request: RouteRequest): OperationResult {
  return queryFeed(account, offersFeed(account), request);
}

export function postConflictQuery(account: Account, request: RouteRequest): OperationResult {
  return queryFeed(account, conflictsFeed(containerOf(account, request)), request);
}

function queryFeed(account: Account, feed: ResourceFeed, request: RouteRequest): OperationResult {
  return queryResources(account, feed, { ...feedPageOf(request), body: queryBodyOf(request) });
}

function queryBodyOf(request: RouteRequest): QueryBody {
  return readQueryBody(objectBody(request));
}
