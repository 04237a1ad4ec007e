import { MethodNotAllowedError } from '../../shared/domain/errors.ts';
import type { ChangeLog } from '../../shared/domain/notifications/change-log.ts';
import type { SubscriptionRepository } from '../../shared/domain/notifications/subscription-repository.ts';
import type { WebhookClient } from '../../shared/domain/notifications/webhook.ts';
import { type FunctionHandler, graphFrame } from '../../shared/graph-http/frame.ts';
import {
  parseSubscriptionUrl,
  type SubscriptionResourceKind,
} from '../../shared/graph-http/request/subscription-url.ts';
import { SUBSCRIPTION_VERBS, type SubscriptionEndpointPorts } from '../../shared/graph-http/subscription-endpoint.ts';
import { createSubscriptionHandler } from '../subscriptions/CreateSubscription/handler.ts';
import { deleteSubscriptionHandler } from '../subscriptions/DeleteSubscription/handler.ts';
import { getSubscriptionHandler } from '../subscriptions/GetSubscription/handler.ts';
import { listSubscriptionsHandler } from '../subscriptions/ListSubscriptions/handler.ts';
import { reauthorizeSubscriptionHandler } from '../subscriptions/ReauthorizeSubscription/handler.ts';
import { updateSubscriptionHandler } from '../subscriptions/UpdateSubscription/handler.ts';

/** What the functions of subscriptions need beside what all functions need. */
export interface SubscriptionPorts {
  readonly subscriptions: SubscriptionRepository;
  readonly log: ChangeLog;
  readonly webhooks: WebhookClient;
}

export type SubscriptionHandlers = ReturnType<typeof createSubscriptionHandlers>;

export function createSubscriptionHandlers(
  ports: SubscriptionEndpointPorts & SubscriptionPorts & { readonly pagingKey: Uint8Array },
) {
  return {
    subscriptions: { GET: listSubscriptionsHandler(ports), POST: createSubscriptionHandler(ports) },
    subscription: {
      GET: getSubscriptionHandler(ports),
      PATCH: updateSubscriptionHandler(ports),
      DELETE: deleteSubscriptionHandler(ports),
    },
    reauthorize: { POST: reauthorizeSubscriptionHandler(ports) },
  } satisfies Readonly<Record<SubscriptionResourceKind, Readonly<Record<string, FunctionHandler>>>>;
}

/** Finds the handler of a request for subscriptions by its URL and verb, and refuses one that leads nowhere. */
export function dispatchSubscriptions(
  handlers: SubscriptionHandlers,
  ports: SubscriptionEndpointPorts,
): FunctionHandler {
  const refuse = graphFrame(async ({ url }) => {
    throw new MethodNotAllowedError(SUBSCRIPTION_VERBS[parseSubscriptionUrl(url).kind]);
  }, ports);
  return (request, context) => (findHandler(handlers, request) ?? refuse)(request, context);
}

function findHandler(
  handlers: SubscriptionHandlers,
  { url, method }: { readonly url: string; readonly method: string },
): FunctionHandler | undefined {
  try {
    const verbs: Readonly<Record<string, FunctionHandler>> = handlers[parseSubscriptionUrl(url).kind];
    return Object.hasOwn(verbs, method) ? verbs[method] : undefined;
  } catch {
    return undefined; // the reason is found, and told, by who refuses the request
  }
}
