import { SubscriptionNotFoundError } from '../../../shared/domain/errors.ts';
import type { SubscriptionRepository } from '../../../shared/domain/notifications/subscription-repository.ts';
import type { FunctionHandler } from '../../../shared/graph-http/frame.ts';
import { type GraphAnswer, odataAnswer } from '../../../shared/graph-http/response/response.ts';
import { toSubscriptionEntity } from '../../../shared/graph-http/response/subscription-entity.ts';
import {
  type SubscriptionEndpointPorts,
  type SubscriptionRequest,
  subscriptionEndpoint,
} from '../../../shared/graph-http/subscription-endpoint.ts';

export interface GetSubscriptionPorts extends SubscriptionEndpointPorts {
  readonly subscriptions: Pick<SubscriptionRepository, 'get'>;
}

/** `GET /subscriptions/{subscriptionId}`: answers 200 with a subscription of the caller's own. */
export function getSubscriptionHandler(ports: GetSubscriptionPorts): FunctionHandler {
  return subscriptionEndpoint({ resource: 'subscription', options: [] }, (request) => get(request, ports), ports);
}

async function get({ url, owner }: SubscriptionRequest, { subscriptions }: GetSubscriptionPorts): Promise<GraphAnswer> {
  const id = url.subscriptionId ?? '';
  const stored = await subscriptions.get(owner, id);
  if (!stored) throw new SubscriptionNotFoundError(id);
  return odataAnswer(200, toSubscriptionEntity(stored.subscription, url));
}
