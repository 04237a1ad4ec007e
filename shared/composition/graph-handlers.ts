import { countOperationsHandler } from '../../CountOperations/handler.ts';
import { createOperationHandler } from '../../CreateOperation/handler.ts';
import { deleteOperationHandler } from '../../DeleteOperation/handler.ts';
import { getOperationHandler } from '../../GetOperation/handler.ts';
import { listOperationsHandler } from '../../ListOperations/handler.ts';
import { updateOperationHandler } from '../../UpdateOperation/handler.ts';
import type { OperationRepository } from '../domain/operation-repository.ts';
import type { EndpointPorts } from '../odata/endpoint.ts';
import type { FunctionHandler } from '../odata/frame.ts';
import type { ResourceKind } from '../odata/resource-url.ts';

/** Everything that any of the functions needs. */
export interface GraphPorts extends EndpointPorts {
  readonly repository: OperationRepository;
  /** Signs the places that next links carry. */
  readonly pagingKey: Uint8Array;
}

/** The whole API as one table: what is addressed, the verb, what answers. */
export type GraphHandlers = Readonly<Record<ResourceKind, Readonly<Record<string, FunctionHandler>>>>;

export function createGraphHandlers(ports: GraphPorts) {
  return {
    operations: { GET: listOperationsHandler(ports), POST: createOperationHandler(ports) },
    count: { GET: countOperationsHandler(ports) },
    operation: {
      GET: getOperationHandler(ports),
      PATCH: updateOperationHandler(ports),
      DELETE: deleteOperationHandler(ports),
    },
  } satisfies GraphHandlers;
}
