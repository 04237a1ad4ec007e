import { SubscriptionNotFoundError } from '../shared/domain/errors.ts';
import type { SubscriptionRepository } from '../shared/domain/notifications/subscription-repository.ts';
import { type GraphAnswer, odataAnswer } from '../shared/odata/answer.ts';
import type { FunctionHandler } from '../shared/odata/frame.ts';
import {
  type SubscriptionEndpointPorts,
  type SubscriptionRequest,
  subscriptionEndpoint,
} from '../shared/odata/subscription-endpoint.ts';
import { toSubscriptionEntity } from '../shared/odata/subscription-entity.ts';

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
