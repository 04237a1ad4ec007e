import type { SubscriptionRepository } from '../../../shared/domain/notifications/subscription-repository.ts';
import { ownerOf } from '../../../shared/domain/notifications/subscription-rules.ts';
import {
  type FunctionHandler,
  type GraphRequest,
  graphPipeline,
  type PipelineDependencies,
} from '../../../shared/graph-http/pipeline.ts';
import { type GraphResponse, odataResponse, toNextLink } from '../../../shared/graph-http/response/response.ts';
import { toListedSubscription } from '../../../shared/graph-http/response/subscription-entity.ts';
import { DEFAULT_PAGE_SIZE, parseListOptions } from '../../../shared/odata/query-options/list-options.ts';
import { readSkipToken, type TokenScope, toSkipToken } from '../../../shared/odata/query-options/skip-token.ts';

export interface ListSubscriptionsDependencies extends PipelineDependencies {
  readonly subscriptions: Pick<SubscriptionRepository, 'list'>;
  /** Signs the places that next links carry. */
  readonly pagingKey: Uint8Array;
}

/** `GET /subscriptions`: answers 200 with a page of the caller's own subscriptions, and where the next one is. */
export function listSubscriptionsHandler(dependencies: ListSubscriptionsDependencies): FunctionHandler {
  return graphPipeline('ListSubscriptions', (request) => list(request, dependencies), dependencies);
}

async function list(
  request: GraphRequest<'subscriptions'>,
  dependencies: ListSubscriptionsDependencies,
): Promise<GraphResponse> {
  const { http, url, caller, options } = request;
  const owner = ownerOf(caller);
  const scope: TokenScope = { key: dependencies.pagingKey, binding: ['subscriptions', owner] };
  const [after = null] = options.skiptoken === undefined ? [] : readSkipToken(options.skiptoken, scope);
  const { top } = parseListOptions({ ...(options.top !== undefined && { top: options.top }) }, 'asStored');
  const limit = top ?? DEFAULT_PAGE_SIZE;
  const { subscriptions, next } =
    limit === 0
      ? { subscriptions: [], next: null }
      : await dependencies.subscriptions.list(owner, { after: after === null ? null : String(after), limit });
  return odataResponse(200, {
    '@odata.context': `${url.serviceRoot}/$metadata#subscriptions`,
    ...(next !== null && { '@odata.nextLink': toNextLink(http.url, toSkipToken([next], scope)) }),
    value: subscriptions.map(toListedSubscription),
  });
}
