import { countOperationsHandler } from '../../CountOperations/handler.ts';
import { createOperationHandler } from '../../CreateOperation/handler.ts';
import { deleteOperationHandler } from '../../DeleteOperation/handler.ts';
import { getOperationHandler } from '../../GetOperation/handler.ts';
import { listOperationsHandler } from '../../ListOperations/handler.ts';
import type { GraphDependencies, TryItServices } from '../../shared/composition/create-app.ts';
import type { Simulator } from '../../shared/domain/simulator/simulator.ts';
import type { FunctionHandler } from '../../shared/graph-http/pipeline.ts';
import { updateOperationHandler } from '../../UpdateOperation/handler.ts';
import { getPropertyHandler } from '../operations/GetProperty/handler.ts';
import { getTargetHandler } from '../simulator/GetTarget/handler.ts';
import { simulateLifecycleHandler } from '../simulator/SimulateLifecycle/handler.ts';
import { createSubscriptionHandler } from '../subscriptions/CreateSubscription/handler.ts';
import { deleteSubscriptionHandler } from '../subscriptions/DeleteSubscription/handler.ts';
import { getSubscriptionHandler } from '../subscriptions/GetSubscription/handler.ts';
import { listSubscriptionsHandler } from '../subscriptions/ListSubscriptions/handler.ts';
import { reauthorizeSubscriptionHandler } from '../subscriptions/ReauthorizeSubscription/handler.ts';
import { updateSubscriptionHandler } from '../subscriptions/UpdateSubscription/handler.ts';
import {
  archiveChannelHandler,
  archiveTeamHandler,
  unarchiveChannelHandler,
  unarchiveTeamHandler,
} from '../teams/archive.ts';
import { cloneTeamHandler } from '../teams/CloneTeam/handler.ts';
import { createChatHandler } from '../teams/CreateChat/handler.ts';
import { addTeamToGroupHandler, createTeamHandler } from '../teams/create-team.ts';
import { getChannelHandler, getGroupTeamHandler, getTeamHandler, listChannelsHandler } from '../teams/read-teams.ts';
import { batchHandler } from './Batch/handler.ts';
import { healthHandler } from './Health/handler.ts';
import { metadataHandler } from './Metadata/handler.ts';
import { openApiHandler } from './OpenApi/handler.ts';
import { serviceDocumentHandler } from './ServiceDocument/handler.ts';
import { tryItHandler, withTryItAtRoot } from './TryIt/handler.ts';
import { type RouteHandlers, wildcardRouteHandler } from './WildcardRoute/handler.ts';

/** The handlers of what `$batch` can call, by the names of their routes; those that settings turn off are absent. */
export function createResourceHandlers(dependencies: GraphDependencies): RouteHandlers {
  const { simulator, notifications } = dependencies;
  return {
    ListOperations: listOperationsHandler(dependencies),
    CreateOperation: createOperationHandler(dependencies),
    CountOperations: countOperationsHandler(dependencies),
    GetOperation: getOperationHandler(dependencies),
    GetProperty: getPropertyHandler(dependencies),
    UpdateOperation: updateOperationHandler(dependencies),
    DeleteOperation: deleteOperationHandler(dependencies),
    ...(simulator && createTeamHandlers({ ...dependencies, simulator })),
    ...(notifications && createSubscriptionHandlers({ ...dependencies, ...notifications })),
    ...(simulator &&
      notifications && { SimulateLifecycle: simulateLifecycleHandler({ ...dependencies, ...notifications }) }),
  };
}

function createTeamHandlers(dependencies: GraphDependencies & { readonly simulator: Simulator }): RouteHandlers {
  return {
    GetTarget: getTargetHandler(dependencies),
    CreateChat: createChatHandler(dependencies),
    CreateTeam: createTeamHandler(dependencies),
    GetTeam: getTeamHandler(dependencies),
    GetGroupTeam: getGroupTeamHandler(dependencies),
    AddTeamToGroup: addTeamToGroupHandler(dependencies),
    CloneTeam: cloneTeamHandler(dependencies),
    ArchiveTeam: archiveTeamHandler(dependencies),
    UnarchiveTeam: unarchiveTeamHandler(dependencies),
    ListChannels: listChannelsHandler(dependencies),
    GetChannel: getChannelHandler(dependencies),
    ArchiveChannel: archiveChannelHandler(dependencies),
    UnarchiveChannel: unarchiveChannelHandler(dependencies),
  };
}

type WithSubscriptions = GraphDependencies & NonNullable<GraphDependencies['notifications']>;

function createSubscriptionHandlers(dependencies: WithSubscriptions): RouteHandlers {
  return {
    ListSubscriptions: listSubscriptionsHandler(dependencies),
    CreateSubscription: createSubscriptionHandler(dependencies),
    GetSubscription: getSubscriptionHandler(dependencies),
    UpdateSubscription: updateSubscriptionHandler(dependencies),
    DeleteSubscription: deleteSubscriptionHandler(dependencies),
    ReauthorizeSubscription: reauthorizeSubscriptionHandler(dependencies),
  };
}

/** Carries out the requests of batches by the handlers that respond to them alone. */
export function createBatchHandler(dependencies: GraphDependencies): FunctionHandler {
  const dispatch = wildcardRouteHandler({ ...dependencies, handlers: createResourceHandlers(dependencies) });
  return batchHandler({ ...dependencies, dispatch });
}

/** The catch-all: it can call every function that asks for no function key. */
export function createCatchAllHandler(
  dependencies: GraphDependencies,
  tryIt: TryItServices | null = null,
): FunctionHandler {
  const handlers = {
    ...createResourceHandlers(dependencies),
    Batch: createBatchHandler(dependencies),
    ServiceDocument: serviceDocumentHandler(dependencies),
    Metadata: metadataHandler(dependencies),
    OpenApi: openApiHandler(dependencies),
    Health: healthHandler(dependencies),
    ...(tryIt && { TryIt: tryItHandler({ ...dependencies, ...tryIt }) }),
  };
  const catchAll = wildcardRouteHandler({ ...dependencies, handlers });
  return tryIt ? withTryItAtRoot(catchAll) : catchAll;
}
