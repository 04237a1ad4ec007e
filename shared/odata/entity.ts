import type { StoredOperation } from '../domain/operation-repository.ts';
import type { OperationError } from '../domain/teams-async-operation.ts';
import type { GraphAnswer } from './answer.ts';
import { type OperationsUrl, toEntityContext, toLocation } from './operations-url.ts';

/** The names Teams' own service gives its types, which is what Graph's page about this call shows. */
const OPERATION_TYPE_NAME = '#Microsoft.Teams.GraphSvc.teamsAsyncOperation';
const ERROR_TYPE_NAME = 'microsoft.graph.operationError';

const ENTITY_HEADERS = {
  'content-type': 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
  'odata-version': '4.0',
};

/** 201 with the entity, and where it is from now on. */
export function toCreatedAnswer(stored: StoredOperation, url: OperationsUrl): GraphAnswer {
  return {
    status: 201,
    headers: {
      ...ENTITY_HEADERS,
      location: toLocation(url, stored.operation.id),
      etag: `W/"${stored.etag}"`,
    },
    body: toEntity(stored, toEntityContext(url)),
  };
}

/** Properties in Graph's order, nulls shown, dynamic ones before `error`. */
function toEntity({ operation }: StoredOperation, context: string): object {
  const { dynamicProperties, error, ...declared } = operation;
  // Spread defines properties, it does not assign them: a dynamic `__proto__` stays an ordinary one.
  return {
    '@odata.context': context,
    '@odata.type': OPERATION_TYPE_NAME,
    id: declared.id,
    operationType: declared.operationType,
    createdDateTime: declared.createdDateTime,
    status: declared.status,
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
