import { SubscriptionNotFoundError } from '../../../shared/domain/errors.ts';
import type { SubscriptionRepository } from '../../../shared/domain/notifications/subscription-repository.ts';
import { ownerOf } from '../../../shared/domain/notifications/subscription-rules.ts';
import {
  type FunctionHandler,
  type GraphRequest,
  graphPipeline,
  type PipelineDependencies,
} from '../../../shared/graph-http/pipeline.ts';
import { type GraphResponse, odataResponse } from '../../../shared/graph-http/response/response.ts';
import { toSubscriptionEntity } from '../../../shared/graph-http/response/subscription-entity.ts';

export interface GetSubscriptionDependencies extends PipelineDependencies {
  readonly subscriptions: Pick<SubscriptionRepository, 'get'>;
}

/** `GET /subscriptions/{subscriptionId}`: answers 200 with a subscription of the caller's own. */
export function getSubscriptionHandler(dependencies: GetSubscriptionDependencies): FunctionHandler {
  return graphPipeline('GetSubscription', (request) => get(request, dependencies), dependencies);
}

async function get(
  { url, caller }: GraphRequest<'subscription'>,
  { subscriptions }: GetSubscriptionDependencies,
): Promise<GraphResponse> {
  const id = url.subscriptionId ?? '';
  const stored = await subscriptions.get(ownerOf(caller), id);
  if (!stored) throw new SubscriptionNotFoundError(id);
  return odataResponse(200, toSubscriptionEntity(stored.subscription, url));
}
