import { BadRequestError, ForbiddenError, SubscriptionExistsError } from '../../../shared/domain/errors.ts';
import type { ChangeLog } from '../../../shared/domain/notifications/change-log.ts';
import type { HandshakeLimit } from '../../../shared/domain/notifications/handshake-limit.ts';
import { type Subscription, scopeOf } from '../../../shared/domain/notifications/subscription.ts';
import type { SubscriptionRepository } from '../../../shared/domain/notifications/subscription-repository.ts';
import {
  checkWatcher,
  MAX_SUBSCRIPTIONS,
  ownerOf,
  toExpiration,
} from '../../../shared/domain/notifications/subscription-rules.ts';
import type { WebhookClient } from '../../../shared/domain/notifications/webhook.ts';
import {
  type FunctionHandler,
  type GraphRequest,
  graphPipeline,
  type PipelineDependencies,
} from '../../../shared/graph-http/pipeline.ts';
import { readJson } from '../../../shared/graph-http/request/message.ts';
import { parseSubscribedResource } from '../../../shared/graph-http/request/subscribed-resource.ts';
import { problemOfCertificate } from '../../../shared/graph-http/response/resource-data.ts';
import {
  type GraphResponse,
  odataResponse,
  toSubscriptionLocation,
} from '../../../shared/graph-http/response/response.ts';
import { toSubscriptionEntity } from '../../../shared/graph-http/response/subscription-entity.ts';
import { parseNewSubscription } from '../../../shared/validation/subscription-body.ts';
import { shakeHands } from '../handshake.ts';

export interface CreateSubscriptionDependencies extends PipelineDependencies {
  readonly subscriptions: Pick<SubscriptionRepository, 'create' | 'count' | 'delete' | 'findSame'>;
  readonly log: Pick<ChangeLog, 'end'>;
  readonly webhooks: WebhookClient;
  readonly handshakeLimit: HandshakeLimit;
  /** Whether notifications can carry the operations themselves. */
  readonly resourceData: boolean;
}

/** `POST /subscriptions`: asks the endpoints whether they want notifications, stores the subscription, answers 201 with it. */
export function createSubscriptionHandler(dependencies: CreateSubscriptionDependencies): FunctionHandler {
  return graphPipeline('CreateSubscription', (request) => create(request, dependencies), dependencies);
}

async function create(
  request: GraphRequest<'subscriptions'>,
  dependencies: CreateSubscriptionDependencies,
): Promise<GraphResponse> {
  const { http, caller, url } = request;
  const owner = ownerOf(caller);
  const given = parseNewSubscription(await readJson(http));
  checkResourceData(given, dependencies);
  const watched = parseSubscribedResource(given.resource);
  checkWatcher(caller, watched);
  const expirationDateTime = toExpiration(given, dependencies.now());
  if ((await dependencies.subscriptions.count(owner)) >= MAX_SUBSCRIPTIONS) throw limitReached();
  const id = dependencies.newId();
  const subscription: Subscription = { ...given, id, expirationDateTime, watched, owner };
  await requireNoOther(subscription, dependencies);
  const { notificationUrl, lifecycleNotificationUrl } = given;
  const urls = [notificationUrl, ...(lifecycleNotificationUrl === null ? [] : [lifecycleNotificationUrl])];
  await shakeHands({ urls, owner }, dependencies);
  // The end of the log is read before the subscription exists: every later change is delivered.
  const place = await dependencies.log.end(watched);
  await store(subscription, place, dependencies);
  // The one answer that shows the secret, to who has just sent it.
  const body = { ...toSubscriptionEntity(subscription, url), clientState: subscription.clientState };
  return odataResponse(201, body, { location: toSubscriptionLocation(url, subscription.id) });
}

function checkResourceData(
  { resourceData }: Pick<Subscription, 'resourceData'>,
  { resourceData: isSupported, now }: CreateSubscriptionDependencies,
): void {
  if (!resourceData) return;
  if (!isSupported)
    throw new BadRequestError('includeResourceData is not supported here: no issuer gives validation tokens.');
  const problem = problemOfCertificate(resourceData.certificate, now());
  if (problem !== null) throw new BadRequestError(problem);
}

async function requireNoOther(
  subscription: Subscription,
  { subscriptions }: Pick<CreateSubscriptionDependencies, 'subscriptions'>,
): Promise<void> {
  const other = await subscriptions.findSame(subscription);
  if (other !== null) throw new SubscriptionExistsError(other);
}

/**
 * Looks and counts again once the subscription is there, for others may have been made since: those of one owner lie in many partitions,
 * and no transaction reaches over them. Whoever sees another of the same, or more than the limit, takes its own
 * back, so that no second one and no more than the limit are ever acknowledged.
 */
async function store(
  subscription: Subscription,
  place: string,
  { subscriptions }: Pick<CreateSubscriptionDependencies, 'subscriptions'>,
): Promise<void> {
  const { id, owner, watched } = subscription;
  await subscriptions.create(subscription, place);
  try {
    await requireNoOther(subscription, { subscriptions });
    if ((await subscriptions.count(owner)) > MAX_SUBSCRIPTIONS) throw limitReached();
  } catch (error) {
    // Also when it could not be counted: the caller learns that it failed, and makes another.
    await subscriptions.delete({ scope: scopeOf(watched), id });
    throw error;
  }
}

function limitReached(): ForbiddenError {
  return new ForbiddenError(`The limit of ${MAX_SUBSCRIPTIONS} subscriptions has been reached. Delete some first.`);
}
