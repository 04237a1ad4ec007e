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

export const NEW_SUBSCRIPTION_EXAMPLE = {
  resource: "chats('19:c253a29b5f694b55a6baad8e83510af7@thread.v2')/operations",
  changeType: 'created,updated,deleted',
  notificationUrl: 'https://receiver.example/notifications',
  lifecycleNotificationUrl: 'https://receiver.example/lifecycle',
  expirationDateTime: '2026-01-03T00:00:00Z',
  clientState: 'a secret of yours',
};

export const RENEWAL_EXAMPLE = { expirationDateTime: '2026-01-05T00:00:00Z' };

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
