import { ForbiddenError } from '../../../shared/domain/errors.ts';
import type { ChangeLog } from '../../../shared/domain/notifications/change-log.ts';
import type { Subscription } from '../../../shared/domain/notifications/subscription.ts';
import type { SubscriptionRepository } from '../../../shared/domain/notifications/subscription-repository.ts';
import {
  checkLifetime,
  checkWatcher,
  MAX_SUBSCRIPTIONS,
} from '../../../shared/domain/notifications/subscription-rules.ts';
import type { WebhookClient } from '../../../shared/domain/notifications/webhook.ts';
import type { FunctionHandler } from '../../../shared/graph-http/frame.ts';
import { readJson } from '../../../shared/graph-http/request/json-body.ts';
import { parseSubscribedResource } from '../../../shared/graph-http/request/subscribed-resource.ts';
import { toSubscriptionLocation } from '../../../shared/graph-http/request/subscription-url.ts';
import { type GraphAnswer, odataAnswer } from '../../../shared/graph-http/response/response.ts';
import { toSubscriptionEntity } from '../../../shared/graph-http/response/subscription-entity.ts';
import {
  type SubscriptionEndpointPorts,
  type SubscriptionRequest,
  subscriptionEndpoint,
} from '../../../shared/graph-http/subscription-endpoint.ts';
import { parseNewSubscription } from '../../../shared/validation/subscription-body.ts';
import { shakeHands } from '../handshake.ts';

export interface CreateSubscriptionPorts extends SubscriptionEndpointPorts {
  readonly subscriptions: Pick<SubscriptionRepository, 'create' | 'count'>;
  readonly log: Pick<ChangeLog, 'end'>;
  readonly webhooks: WebhookClient;
}

/** `POST /subscriptions`: asks the endpoints whether they want notifications, stores the subscription, answers 201 with it. */
export function createSubscriptionHandler(ports: CreateSubscriptionPorts): FunctionHandler {
  return subscriptionEndpoint({ resource: 'subscriptions', options: [] }, (request) => create(request, ports), ports);
}

async function create(request: SubscriptionRequest, ports: CreateSubscriptionPorts): Promise<GraphAnswer> {
  const { http, caller, owner, url } = request;
  const given = parseNewSubscription(await readJson(http));
  const watched = parseSubscribedResource(given.resource);
  checkWatcher(caller, watched);
  checkLifetime(given, ports.now());
  if ((await ports.subscriptions.count(owner)) >= MAX_SUBSCRIPTIONS)
    throw new ForbiddenError(`The limit of ${MAX_SUBSCRIPTIONS} subscriptions has been reached. Delete some first.`);
  const { notificationUrl, lifecycleNotificationUrl } = given;
  await shakeHands([notificationUrl, ...(lifecycleNotificationUrl === null ? [] : [lifecycleNotificationUrl])], ports);
  // Found before the subscription is there: what happens from now on is told of.
  const place = await ports.log.end(watched);
  const subscription: Subscription = { id: ports.newId(), ...given, watched, owner };
  await ports.subscriptions.create(subscription, place);
  // The one answer that shows the secret, to who has just sent it.
  const body = { ...toSubscriptionEntity(subscription, url), clientState: subscription.clientState };
  return odataAnswer(201, body, { location: toSubscriptionLocation(url, subscription.id) });
}
