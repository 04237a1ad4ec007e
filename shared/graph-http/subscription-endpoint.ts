import type { HttpRequest } from '@azure/functions';
import { type Caller, READ_OPERATIONS, requirePermission } from '../domain/caller.ts';
import { MethodNotAllowedError, NotImplementedError } from '../domain/errors.ts';
import type { SubscriptionOwner } from '../domain/notifications/subscription.ts';
import { ownerOf } from '../domain/notifications/subscription-rules.ts';
import { type QueryOptionName, type QueryOptions, readQueryOptions } from '../odata/query-options/query-options.ts';
import type { EndpointPorts } from './endpoint.ts';
import { type FunctionHandler, graphFrame } from './frame.ts';
import { isRepeatable } from './request/request-headers.ts';
import { parseSubscriptionUrl, type SubscriptionResourceKind, type SubscriptionUrl } from './request/subscription-url.ts';
import type { GraphAnswer } from './response/response.ts';

export type SubscriptionEndpointPorts = Omit<EndpointPorts, 'evolvableEnums'>;

export interface SubscriptionEndpointRules {
  readonly resource: SubscriptionResourceKind;
  readonly options: readonly QueryOptionName[];
}

/** A request of a caller who may watch operations. */
export interface SubscriptionRequest {
  readonly http: HttpRequest;
  readonly caller: Caller;
  /** The caller, as what they own names them. */
  readonly owner: SubscriptionOwner;
  readonly url: SubscriptionUrl;
  readonly options: QueryOptions;
}

/** An operation on subscriptions. Whoever may read operations may be told of their changes, as in Graph. */
export function subscriptionEndpoint(
  rules: SubscriptionEndpointRules,
  run: (request: SubscriptionRequest) => Promise<GraphAnswer>,
  ports: SubscriptionEndpointPorts,
): FunctionHandler {
  return graphFrame(async (http) => run(await admit(http, rules, ports)), ports);
}

/** The order in which a request is refused: no such resource, not known, not allowed, not understood. */
async function admit(
  http: HttpRequest,
  rules: SubscriptionEndpointRules,
  { authenticator }: SubscriptionEndpointPorts,
): Promise<SubscriptionRequest> {
  const url = parseSubscriptionUrl(http.url);
  if (url.kind !== rules.resource) throw new MethodNotAllowedError(SUBSCRIPTION_VERBS[url.kind]);
  const caller = await authenticator.authenticate(http.headers.get('authorization'));
  requirePermission(caller, READ_OPERATIONS);
  if (http.method !== 'GET' && isRepeatable(http.headers))
    throw new NotImplementedError('Repeatable requests are not supported for this method.');
  const options = readQueryOptions(new URL(http.url).search, rules.options);
  return { http, caller, owner: ownerOf(caller), url, options };
}

/** What each resource can be asked. */
export const SUBSCRIPTION_VERBS: Readonly<Record<SubscriptionResourceKind, readonly string[]>> = {
  subscriptions: ['GET', 'POST'],
  subscription: ['GET', 'PATCH', 'DELETE'],
  reauthorize: ['POST'],
};
