import { countOperationsHandler } from '../../CountOperations/handler.ts';
import { createOperationHandler } from '../../CreateOperation/handler.ts';
import { deleteOperationHandler } from '../../DeleteOperation/handler.ts';
import { getOperationHandler } from '../../GetOperation/handler.ts';
import { listOperationsHandler } from '../../ListOperations/handler.ts';
import type { ChangeLog } from '../../shared/domain/notifications/change-log.ts';
import type { SubscriptionRepository } from '../../shared/domain/notifications/subscription-repository.ts';
import type { WebhookClient } from '../../shared/domain/notifications/webhook.ts';
import type { OperationRepository } from '../../shared/domain/operation-repository.ts';
import type { Simulator } from '../../shared/domain/simulator/simulator.ts';
import type { FunctionHandler, PipelineDependencies } from '../../shared/graph-http/pipeline.ts';
import { type RouteName, routesOf } from '../../shared/graph-http/routes.ts';
import { updateOperationHandler } from '../../UpdateOperation/handler.ts';
import { batchHandler } from '../service/Batch/handler.ts';
import { metadataHandler } from '../service/Metadata/handler.ts';
import { openApiHandler } from '../service/OpenApi/handler.ts';
import { type RouteHandlers, wildcardRouteHandler } from '../service/WildcardRoute/handler.ts';
import { getTargetHandler } from '../simulator/GetTarget/handler.ts';
import { withPollingAdvice } from '../simulator/polling-advice.ts';
import { createSubscriptionHandler } from '../subscriptions/CreateSubscription/handler.ts';
import { deleteSubscriptionHandler } from '../subscriptions/DeleteSubscription/handler.ts';
import { getSubscriptionHandler } from '../subscriptions/GetSubscription/handler.ts';
import { listSubscriptionsHandler } from '../subscriptions/ListSubscriptions/handler.ts';
import { reauthorizeSubscriptionHandler } from '../subscriptions/ReauthorizeSubscription/handler.ts';
import { updateSubscriptionHandler } from '../subscriptions/UpdateSubscription/handler.ts';

/** Everything that the functions of the API need. */
export interface GraphDependencies extends PipelineDependencies {
  readonly repository: OperationRepository;
  /** Null: operations stay as they are created. */
  readonly simulator: Simulator | null;
  /** Null: changes are not recorded, and nobody can subscribe to them. */
  readonly notifications: SubscriptionDependencies | null;
  /** Signs the places that next links carry. */
  readonly pagingKey: Uint8Array;
}

/** What the functions of subscriptions need beside what all functions need. */
export interface SubscriptionDependencies {
  readonly subscriptions: SubscriptionRepository;
  readonly log: ChangeLog;
  readonly webhooks: WebhookClient;
}

/** The handlers of the whole API by the names of their routes; those that settings turn off are absent. */
export function createGraphHandlers(dependencies: GraphDependencies): RouteHandlers {
  const handlers: RouteHandlers = {
    ...operationHandlers(dependencies),
    ...subscriptionHandlers(dependencies),
    Metadata: metadataHandler(dependencies),
    OpenApi: openApiHandler(dependencies),
  };
  const callable = routesOf('operations', 'subscriptions', 'simulator');
  const dispatch = wildcardRouteHandler({ ...dependencies, handlers: pick(handlers, callable) });
  return { ...handlers, Batch: batchHandler({ ...dependencies, dispatch }) };
}

function operationHandlers(dependencies: GraphDependencies): RouteHandlers {
  const { simulator } = dependencies;
  return {
    ListOperations: listOperationsHandler(dependencies),
    CreateOperation: createOperationHandler(dependencies),
    CountOperations: countOperationsHandler(dependencies),
    GetOperation: simulator ? simulatedGet(dependencies, simulator) : getOperationHandler(dependencies),
    UpdateOperation: updateOperationHandler(dependencies),
    DeleteOperation: deleteOperationHandler(dependencies),
    ...(simulator && { GetTarget: getTargetHandler({ ...dependencies, simulator }) }),
  };
}

/** The simulator brings an operation up to date before it is read, and advises clients that poll too often. */
function simulatedGet(dependencies: GraphDependencies, simulator: Simulator): FunctionHandler {
  const get: OperationRepository['get'] = async (chatId, id) => {
    await simulator.refresh(chatId, id);
    return dependencies.repository.get(chatId, id);
  };
  return withPollingAdvice(getOperationHandler({ ...dependencies, repository: { get } }), dependencies);
}

function subscriptionHandlers({ notifications, ...others }: GraphDependencies): RouteHandlers {
  if (!notifications) return {};
  const dependencies = { ...others, ...notifications };
  return {
    ListSubscriptions: listSubscriptionsHandler(dependencies),
    CreateSubscription: createSubscriptionHandler(dependencies),
    GetSubscription: getSubscriptionHandler(dependencies),
    UpdateSubscription: updateSubscriptionHandler(dependencies),
    DeleteSubscription: deleteSubscriptionHandler(dependencies),
    ReauthorizeSubscription: reauthorizeSubscriptionHandler(dependencies),
  };
}

function pick(handlers: RouteHandlers, names: readonly RouteName[]): RouteHandlers {
  return Object.fromEntries(Object.entries(handlers).filter(([name]) => names.includes(name as RouteName)));
}
