import type { TeamsAsyncOperation } from '../../shared/domain/teams-async-operation.ts';

export function newOperation(changes: Partial<TeamsAsyncOperation> = {}): TeamsAsyncOperation {
  return {
    id: '8b34886a-886a-8b34-6a88-348b6a88348b',
    operationType: 'createChat',
    createdDateTime: '2021-05-27T21:23:41.9085453Z',
    status: 'inProgress',
    lastActionDateTime: '2021-05-27T21:23:45.1899277Z',
    attemptsCount: 1,
    targetResourceId: null,
    targetResourceLocation: null,
    error: null,
    dynamicProperties: {},
    ...changes,
  };
}
