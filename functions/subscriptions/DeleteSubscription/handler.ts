import { SubscriptionNotFoundError } from '../../../shared/domain/errors.ts';
import { scopeOf } from '../../../shared/domain/notifications/subscription.ts';
import type { SubscriptionRepository } from '../../../shared/domain/notifications/subscription-repository.ts';
import type { FunctionHandler } from '../../../shared/graph-http/frame.ts';
import { emptyAnswer, type GraphAnswer } from '../../../shared/graph-http/response/response.ts';
import {
  type SubscriptionEndpointPorts,
  type SubscriptionRequest,
  subscriptionEndpoint,
} from '../../../shared/graph-http/subscription-endpoint.ts';

export interface DeleteSubscriptionPorts extends SubscriptionEndpointPorts {
  readonly subscriptions: Pick<SubscriptionRepository, 'get' | 'delete'>;
}

/** `DELETE /subscriptions/{subscriptionId}`: answers 204; what was still to be delivered is dropped. */
export function deleteSubscriptionHandler(ports: DeleteSubscriptionPorts): FunctionHandler {
  return subscriptionEndpoint({ resource: 'subscription', options: [] }, (request) => remove(request, ports), ports);
}

async function remove(
  { url, owner }: SubscriptionRequest,
  { subscriptions }: DeleteSubscriptionPorts,
): Promise<GraphAnswer> {
  const id = url.subscriptionId ?? '';
  const stored = await subscriptions.get(owner, id);
  if (!stored) throw new SubscriptionNotFoundError(id);
  await subscriptions.delete({ scope: scopeOf(stored.subscription.watched), id });
  return emptyAnswer(204);
}
