import { ConcurrentUpdateError, SubscriptionNotFoundError } from '../../../shared/domain/errors.ts';
import type { HandshakeLimit } from '../../../shared/domain/notifications/handshake-limit.ts';
import type { Subscription } from '../../../shared/domain/notifications/subscription.ts';
import type { SubscriptionRepository } from '../../../shared/domain/notifications/subscription-repository.ts';
import { checkWatcher, ownerOf, toExpiration } from '../../../shared/domain/notifications/subscription-rules.ts';
import type { WebhookClient } from '../../../shared/domain/notifications/webhook.ts';
import {
  type FunctionHandler,
  type GraphRequest,
  graphPipeline,
  type PipelineDependencies,
} from '../../../shared/graph-http/pipeline.ts';
import { readJson } from '../../../shared/graph-http/request/message.ts';
import { type GraphResponse, odataResponse } from '../../../shared/graph-http/response/response.ts';
import { toSubscriptionEntity } from '../../../shared/graph-http/response/subscription-entity.ts';
import { parseSubscriptionChanges, type SubscriptionChanges } from '../../../shared/validation/subscription-body.ts';
import { shakeHands } from '../handshake.ts';

export interface UpdateSubscriptionDependencies extends PipelineDependencies {
  readonly subscriptions: Pick<SubscriptionRepository, 'get' | 'replace'>;
  readonly webhooks: WebhookClient;
  readonly handshakeLimit: HandshakeLimit;
}

/** How often an update is made anew because another one came in between. */
const MAX_ATTEMPTS = 5;

/** `PATCH /subscriptions/{subscriptionId}`: renews a subscription, or sends its notifications elsewhere; answers 200 with it. */
export function updateSubscriptionHandler(dependencies: UpdateSubscriptionDependencies): FunctionHandler {
  return graphPipeline('UpdateSubscription', (request) => update(request, dependencies), dependencies);
}

async function update(
  request: GraphRequest<'subscription'>,
  dependencies: UpdateSubscriptionDependencies,
): Promise<GraphResponse> {
  const owner = ownerOf(request.caller); // a caller without an id owns nothing, whatever the body says
  const given = parseSubscriptionChanges(await readJson(request.http));
  // Before anything is sent to an endpoint: a caller without the subscription learns no more than that.
  const changes = checkChanges(await read(request, dependencies), { request, given, now: dependencies.now() });
  if (changes.notificationUrl !== undefined) await shakeHands({ urls: [changes.notificationUrl], owner }, dependencies);
  return odataResponse(200, toSubscriptionEntity(await write(request, changes, dependencies), request.url));
}

interface Asked {
  readonly request: GraphRequest<'subscription'>;
  readonly given: SubscriptionChanges;
  readonly now: number;
}

/** The changes as they are made: a subscription may live longer than was asked for. */
function checkChanges(
  { subscription }: { subscription: Subscription },
  { request, given, now }: Asked,
): SubscriptionChanges {
  checkWatcher(request.caller, subscription.watched);
  if (given.expirationDateTime === undefined) return given;
  return { ...given, expirationDateTime: toExpiration({ ...subscription, ...given }, now) };
}

async function read({ caller, url }: GraphRequest<'subscription'>, { subscriptions }: UpdateSubscriptionDependencies) {
  const id = url.subscriptionId ?? '';
  const stored = await subscriptions.get(ownerOf(caller), id);
  if (!stored) throw new SubscriptionNotFoundError(id);
  return stored;
}

async function write(
  request: GraphRequest<'subscription'>,
  changes: SubscriptionChanges,
  dependencies: UpdateSubscriptionDependencies,
): Promise<Subscription> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const { subscription, etag } = await read(request, dependencies);
    const changed = { ...subscription, ...changes };
    if (await dependencies.subscriptions.replace(changed, etag)) return changed;
  }
  throw new ConcurrentUpdateError('subscription');
}
