import { SubscriptionNotFoundError } from '../../../shared/domain/errors.ts';
import type { SubscriptionRepository } from '../../../shared/domain/notifications/subscription-repository.ts';
import { checkWatcher } from '../../../shared/domain/notifications/subscription-rules.ts';
import type { FunctionHandler } from '../../../shared/graph-http/frame.ts';
import { emptyAnswer, type GraphAnswer } from '../../../shared/graph-http/response/response.ts';
import {
  type SubscriptionEndpointPorts,
  type SubscriptionRequest,
  subscriptionEndpoint,
} from '../../../shared/graph-http/subscription-endpoint.ts';

export interface ReauthorizeSubscriptionPorts extends SubscriptionEndpointPorts {
  readonly subscriptions: Pick<SubscriptionRepository, 'get'>;
}

/**
 * `POST /subscriptions/{subscriptionId}/reauthorize`: proves that the caller may still watch what it watches, which is
 * all that this asks for: it does not renew. Answers 204.
 */
export function reauthorizeSubscriptionHandler(ports: ReauthorizeSubscriptionPorts): FunctionHandler {
  return subscriptionEndpoint(
    { resource: 'reauthorize', options: [] },
    (request) => reauthorize(request, ports),
    ports,
  );
}

async function reauthorize(
  { url, owner, caller }: SubscriptionRequest,
  { subscriptions }: ReauthorizeSubscriptionPorts,
): Promise<GraphAnswer> {
  const id = url.subscriptionId ?? '';
  const stored = await subscriptions.get(owner, id);
  if (!stored) throw new SubscriptionNotFoundError(id);
  checkWatcher(caller, stored.subscription.watched);
  return emptyAnswer(204);
}
