import type { Account } from '../account/account.ts';
import { type QueryBody, readQueryBody } from '../operations/query/query-body.ts';
import { queryDocuments } from '../operations/query/query-documents.ts';
import { readQueryPlan } from '../operations/query/query-plan.ts';
import type { OperationResult } from '../operations/result.ts';
import { containerOf } from './containers.ts';
import { feedScopeOf } from './feed-request.ts';
import { feedPageOf, header, objectBody, type RouteRequest } from './request.ts';
import { assertSession } from './session.ts';

export function postQuery(account: Account, request: RouteRequest): Promise<OperationResult> {
  const container = containerOf(account, request);
  assertSession(account, container, request);
  const scope = feedScopeOf(container, request);
  return queryDocuments(account, container, { ...feedPageOf(request), body: queryBodyOf(request), scope });
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

export function queryBodyOf(request: RouteRequest): QueryBody {
  return readQueryBody(objectBody(request));
}
