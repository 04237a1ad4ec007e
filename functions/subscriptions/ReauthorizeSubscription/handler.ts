import { SubscriptionNotFoundError } from '../../../shared/domain/errors.ts';
import type { SubscriptionRepository } from '../../../shared/domain/notifications/subscription-repository.ts';
import { checkWatcher, ownerOf } from '../../../shared/domain/notifications/subscription-rules.ts';
import {
  type FunctionHandler,
  type GraphRequest,
  graphPipeline,
  type PipelineDependencies,
} from '../../../shared/graph-http/pipeline.ts';
import { emptyResponse, type GraphResponse } from '../../../shared/graph-http/response/response.ts';

export interface ReauthorizeSubscriptionDependencies extends PipelineDependencies {
  readonly subscriptions: Pick<SubscriptionRepository, 'get'>;
}

/**
 * `POST /subscriptions/{subscriptionId}/reauthorize`: proves that the caller may still watch what it watches, which is
 * all that this asks for: it does not renew. Responds with 204.
 */
export function reauthorizeSubscriptionHandler(dependencies: ReauthorizeSubscriptionDependencies): FunctionHandler {
  return graphPipeline('ReauthorizeSubscription', (request) => reauthorize(request, dependencies), dependencies);
}

async function reauthorize(
  { url, caller }: GraphRequest<'reauthorize'>,
  { subscriptions }: ReauthorizeSubscriptionDependencies,
): Promise<GraphResponse> {
  const id = url.subscriptionId ?? '';
  const stored = await subscriptions.get(ownerOf(caller), id);
  if (!stored) throw new SubscriptionNotFoundError(id);
  checkWatcher(caller, stored.subscription.watched);
  return emptyResponse(204);
}
