import { BadRequestError, SubscriptionNotFoundError } from '../../../shared/domain/errors.ts';
import {
  LIFECYCLE_EVENTS,
  type LifecycleEvent,
  type SubscriptionKey,
  scopeOf,
} from '../../../shared/domain/notifications/subscription.ts';
import type { SubscriptionRepository } from '../../../shared/domain/notifications/subscription-repository.ts';
import { ownerOf } from '../../../shared/domain/notifications/subscription-rules.ts';
import {
  type FunctionHandler,
  type GraphRequest,
  graphPipeline,
  type PipelineDependencies,
} from '../../../shared/graph-http/pipeline.ts';
import { readJson } from '../../../shared/graph-http/request/message.ts';
import { emptyResponse, type GraphResponse } from '../../../shared/graph-http/response/response.ts';

export interface SimulateLifecycleDependencies extends PipelineDependencies {
  readonly subscriptions: Pick<SubscriptionRepository, 'get'>;
  /** False: the subscription is gone. */
  simulateLifecycle(key: SubscriptionKey, event: LifecycleEvent): Promise<boolean>;
}

/**
 * `POST /subscriptions/{id}/simulateLifecycle` in the simulator: sends the lifecycle notification that the body names, and
 * does what it says. Responds with 204 once it has been sent, or is to be tried again.
 */
export function simulateLifecycleHandler(dependencies: SimulateLifecycleDependencies): FunctionHandler {
  return graphPipeline('SimulateLifecycle', (request) => simulate(request, dependencies), dependencies);
}

async function simulate(
  { http, url, caller }: GraphRequest<'simulateLifecycle'>,
  { subscriptions, simulateLifecycle }: SimulateLifecycleDependencies,
): Promise<GraphResponse> {
  const event = readEvent(await readJson(http));
  const id = url.subscriptionId ?? '';
  const stored = await subscriptions.get(ownerOf(caller), id);
  if (!stored) throw new SubscriptionNotFoundError(id);
  const { watched, lifecycleNotificationUrl } = stored.subscription;
  if (lifecycleNotificationUrl === null)
    throw new BadRequestError('The subscription has no lifecycleNotificationUrl to send the event to.');
  if (!(await simulateLifecycle({ scope: scopeOf(watched), id }, event))) throw new SubscriptionNotFoundError(id);
  return emptyResponse(204);
}

function readEvent(body: unknown): LifecycleEvent {
  const { lifecycleEvent: given } = Object(body) as { readonly lifecycleEvent?: unknown }; // checked below
  const event = LIFECYCLE_EVENTS.find((name) => name === given);
  if (event === undefined)
    throw new BadRequestError(
      `The value of the property 'lifecycleEvent' must be one of ${LIFECYCLE_EVENTS.join(', ')}.`,
    );
  return event;
}
