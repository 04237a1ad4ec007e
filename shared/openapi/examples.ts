/** Bodies that the service accepts, for whoever reads the document or sends requests from it. */

export const NEW_OPERATION_EXAMPLE = {
  operationType: 'createChat',
  status: 'inProgress',
  lastActionDateTime: '2021-05-27T21:23:45.1899277Z',
  attemptsCount: 1,
  targetResourceId: '19:c253a29b5f694b55a6baad8e83510af7@thread.v2',
  targetResourceLocation: "/chats('19:c253a29b5f694b55a6baad8e83510af7@thread.v2')",
};

export const CHANGES_EXAMPLE = { status: 'succeeded', attemptsCount: 2 };

const COLLECTION = '/chats/19:c253a29b5f694b55a6baad8e83510af7@thread.v2/operations';

export const BATCH_EXAMPLE = {
  requests: [
    {
      id: '1',
      method: 'POST',
      url: COLLECTION,
      headers: { 'Content-Type': 'application/json' },
      body: NEW_OPERATION_EXAMPLE,
    },
    { id: '2', method: 'GET', url: `${COLLECTION}?$top=5`, dependsOn: ['1'] },
  ],
};
