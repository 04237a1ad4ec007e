/** One function's place below the service root; the template as `app.http()` takes it. */
export interface RouteModel {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly route: string;
}

const OPERATIONS = 'chats/{chatsId}/operations';
const OPERATION = `${OPERATIONS}/{operationId}`;

/** The operations of a chat: what `$batch` can call. */
export const OPERATION_ROUTES = {
  ListOperations: { method: 'GET', route: OPERATIONS },
  CreateOperation: { method: 'POST', route: OPERATIONS },
  CountOperations: { method: 'GET', route: `${OPERATIONS}/$count` },
  GetOperation: { method: 'GET', route: OPERATION },
  UpdateOperation: { method: 'PATCH', route: OPERATION },
  DeleteOperation: { method: 'DELETE', route: OPERATION },
} as const satisfies Readonly<Record<string, RouteModel>>;

const SUBSCRIPTIONS = 'subscriptions';
const SUBSCRIPTION = `${SUBSCRIPTIONS}/{subscriptionId}`;

/** Subscriptions to changes of operations; there only where changes are recorded. */
export const SUBSCRIPTION_ROUTES = {
  ListSubscriptions: { method: 'GET', route: SUBSCRIPTIONS },
  CreateSubscription: { method: 'POST', route: SUBSCRIPTIONS },
  GetSubscription: { method: 'GET', route: SUBSCRIPTION },
  UpdateSubscription: { method: 'PATCH', route: SUBSCRIPTION },
  DeleteSubscription: { method: 'DELETE', route: SUBSCRIPTION },
  ReauthorizeSubscription: { method: 'POST', route: `${SUBSCRIPTION}/reauthorize` },
} as const satisfies Readonly<Record<string, RouteModel>>;

/** What describes the service, or carries calls of it. */
export const SERVICE_ROUTES = {
  Batch: { method: 'POST', route: '$batch' },
  Metadata: { method: 'GET', route: '$metadata' },
  OpenApi: { method: 'GET', route: 'openapi.json' },
} as const satisfies Readonly<Record<string, RouteModel>>;

/** Every function that is part of the API, by name. */
export const ROUTES = { ...OPERATION_ROUTES, ...SUBSCRIPTION_ROUTES, ...SERVICE_ROUTES };
export type RouteName = keyof typeof ROUTES;
export type OperationRouteName = keyof typeof OPERATION_ROUTES;
