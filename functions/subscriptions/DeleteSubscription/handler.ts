import { SubscriptionNotFoundError } from '../../../shared/domain/errors.ts';
import { scopeOf } from '../../../shared/domain/notifications/subscription.ts';
import type { SubscriptionRepository } from '../../../shared/domain/notifications/subscription-repository.ts';
import { ownerOf } from '../../../shared/domain/notifications/subscription-rules.ts';
import {
  type FunctionHandler,
  type GraphRequest,
  graphPipeline,
  type PipelineDependencies,
} from '../../../shared/graph-http/pipeline.ts';
import { emptyResponse, type GraphResponse } from '../../../shared/graph-http/response/response.ts';

export interface DeleteSubscriptionDependencies extends PipelineDependencies {
  readonly subscriptions: Pick<SubscriptionRepository, 'get' | 'delete'>;
}

/** `DELETE /subscriptions/{subscriptionId}`: answers 204; what was still to be delivered is dropped. */
export function deleteSubscriptionHandler(dependencies: DeleteSubscriptionDependencies): FunctionHandler {
  return graphPipeline('DeleteSubscription', (request) => remove(request, dependencies), dependencies);
}

async function remove(
  { url, caller }: GraphRequest<'subscription'>,
  { subscriptions }: DeleteSubscriptionDependencies,
): Promise<GraphResponse> {
  const id = url.subscriptionId ?? '';
  const stored = await subscriptions.get(ownerOf(caller), id);
  if (!stored) throw new SubscriptionNotFoundError(id);
  await subscriptions.delete({ scope: scopeOf(stored.subscription.watched), id });
  return emptyResponse(204);
}
