import type { StoredOperation } from '../domain/operation-repository.ts';
import {
  OPERATION_STATUSES,
  OPERATION_TYPES,
  type OperationError,
  type TeamsAsyncOperation,
} from '../domain/teams-async-operation.ts';
import { toEntityTag } from './entity-tags.ts';
import type { EnumView } from './evolvable-enums.ts';
import { showMember } from './evolvable-enums.ts';

/** The names Teams' own service gives its types, which is what Graph's page about this call shows. */
const OPERATION_TYPE_NAME = '#Microsoft.Teams.GraphSvc.teamsAsyncOperation';
const ERROR_TYPE_NAME = 'microsoft.graph.operationError';

/** How a request wants to see an operation. */
export interface EntityView {
  readonly enums: EnumView;
  /** Null: all properties. */
  readonly select: readonly string[] | null;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** One operation, as the answer to a request for it. */
export function toEntity(operation: TeamsAsyncOperation, view: EntityView, context: string): object {
  return { '@odata.context': context, '@odata.type': OPERATION_TYPE_NAME, ...toProperties(operation, view) };
}

/** One operation among others: with its etag, which has no header to be in. */
export function toListed({ operation, etag }: StoredOperation, view: EntityView): object {
  return {
    '@odata.type': OPERATION_TYPE_NAME,
    '@odata.etag': toEntityTag(etag),
    ...toProperties(operation, view),
  };
}

function toProperties(operation: TeamsAsyncOperation, { enums, select }: EntityView): JsonObject {
  const properties = toAllProperties(operation, enums);
  if (!select) return properties;
  return Object.fromEntries(Object.entries(properties).filter(([name]) => select.includes(name)));
}

/** Properties in Graph's order, nulls shown, dynamic ones before `error`. */
function toAllProperties(operation: TeamsAsyncOperation, enums: EnumView): JsonObject {
  const { dynamicProperties, error, ...declared } = operation;
  // Spread defines properties, it does not assign them: a dynamic `__proto__` stays an ordinary one.
  return {
    id: declared.id,
    operationType: showMember(declared.operationType, OPERATION_TYPES, enums),
    createdDateTime: declared.createdDateTime,
    status: showMember(declared.status, OPERATION_STATUSES, enums),
    lastActionDateTime: declared.lastActionDateTime,
    attemptsCount: declared.attemptsCount,
    targetResourceId: declared.targetResourceId,
    targetResourceLocation: declared.targetResourceLocation,
    ...dynamicProperties,
    error: error && toErrorEntity(error),
  };
}

function toErrorEntity({ code, message }: OperationError): object {
  return { '@odata.type': ERROR_TYPE_NAME, code, message };
}
