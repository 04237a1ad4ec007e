import { countOperationsHandler } from '../../CountOperations/handler.ts';
import { createOperationHandler } from '../../CreateOperation/handler.ts';
import { deleteOperationHandler } from '../../DeleteOperation/handler.ts';
import { getOperationHandler } from '../../GetOperation/handler.ts';
import { listOperationsHandler } from '../../ListOperations/handler.ts';
import type { OperationRepository } from '../../shared/domain/operation-repository.ts';
import type { Laboratory } from '../../shared/domain/simulator/simulator.ts';
import type { EndpointPorts } from '../../shared/graph-http/endpoint.ts';
import type { FunctionHandler } from '../../shared/graph-http/frame.ts';
import { parseChatUrl } from '../../shared/graph-http/request/chat-url.ts';
import type { ResourceKind } from '../../shared/graph-http/request/resource-url.ts';
import { isSubscriptionUrl } from '../../shared/graph-http/request/subscription-url.ts';
import { updateOperationHandler } from '../../UpdateOperation/handler.ts';
import { wildcardRouteHandler } from '../service/WildcardRoute/handler.ts';
import { getTargetHandler } from '../simulator/GetTarget/handler.ts';
import { withPollingAdvice } from '../simulator/polling-advice.ts';
import {
  createSubscriptionHandlers,
  dispatchSubscriptions,
  type SubscriptionHandlers,
  type SubscriptionPorts,
} from './subscription-handlers.ts';

/** Everything that any of the functions needs. */
export interface GraphPorts extends EndpointPorts {
  readonly repository: OperationRepository;
  /** Null: there is none. */
  readonly laboratory: Laboratory | null;
  /** Null: changes are not recorded, and nobody can subscribe to them. */
  readonly notifications: SubscriptionPorts | null;
  /** Signs the places that next links carry. */
  readonly pagingKey: Uint8Array;
}

/** The whole API as one table: what is addressed, the verb, what answers. */
export type GraphHandlers = Readonly<Record<ResourceKind, Readonly<Record<string, FunctionHandler>>>>;

export function createGraphHandlers(ports: GraphPorts) {
  const { laboratory } = ports;
  return {
    operations: { GET: listOperationsHandler(ports), POST: createOperationHandler(ports) },
    count: { GET: countOperationsHandler(ports) },
    operation: {
      GET: laboratory ? laboratoryGet(ports, laboratory) : getOperationHandler(ports),
      PATCH: updateOperationHandler(ports),
      DELETE: deleteOperationHandler(ports),
    },
  } satisfies GraphHandlers;
}

/** In the laboratory an operation is brought up to date before it is read, and impatience is noticed. */
function laboratoryGet(ports: GraphPorts, laboratory: Laboratory): FunctionHandler {
  const get: OperationRepository['get'] = async (chatId, id) => {
    await laboratory.refresh(chatId, id);
    return ports.repository.get(chatId, id);
  };
  return withPollingAdvice(getOperationHandler({ ...ports, repository: { get } }), ports);
}

/** Reads what the laboratory's operations created; null where there is no laboratory. */
export function createTargetHandler({ laboratory, ...ports }: GraphPorts): FunctionHandler | null {
  return laboratory && getTargetHandler({ ...ports, laboratory });
}

/** Null where nobody can subscribe. */
export function createSubscriptionTable({ notifications, ...ports }: GraphPorts): SubscriptionHandlers | null {
  return notifications && createSubscriptionHandlers({ ...ports, ...notifications });
}

/** Finds the handler of any request by its URL and verb, and answers one that leads nowhere. */
export function createDispatcher(ports: GraphPorts, handlers: GraphHandlers): FunctionHandler {
  const target = createTargetHandler(ports);
  const table = createSubscriptionTable(ports);
  const subscriptions = table && dispatchSubscriptions(table, ports);
  const operations = wildcardRouteHandler({ ...ports, handlers });
  return (request, context) => {
    if (subscriptions && !isPreflight(request) && isSubscriptionUrl(request.url))
      return subscriptions(request, context);
    const isTarget = target && request.method === 'GET' && parseChatUrl(request.url);
    return (isTarget ? target : operations)(request, context);
  };
}

/** A browser's question before a request, which is answered alike for all addresses. */
function isPreflight({ method, headers }: Parameters<FunctionHandler>[0]): boolean {
  return method === 'OPTIONS' && headers.get('origin') !== null;
}
