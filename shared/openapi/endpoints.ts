import type { ROUTES, RouteName } from '../graph-http/routes.ts';
import { BATCH_REQUEST_SCHEMA, BATCH_RESPONSE_SCHEMA } from './batch-schemas.ts';
import {
  BATCH_EXAMPLE,
  CHANGES_EXAMPLE,
  NEW_OPERATION_EXAMPLE,
  newSubscriptionExample,
  renewalExample,
} from './examples.ts';
import {
  NEW_OPERATION_SCHEMA,
  NEW_SUBSCRIPTION_SCHEMA,
  OPERATION_SCHEMA,
  OPERATIONS_SCHEMA,
  type Schema,
  SUBSCRIPTION_SCHEMA,
  SUBSCRIPTIONS_SCHEMA,
  WHOLE_OPERATION_SCHEMA,
  WHOLE_SUBSCRIPTION_SCHEMA,
} from './schemas.ts';

/** What OpenAPI tells of one function, apart from its route. */
export interface EndpointModel {
  readonly summary: string;
  readonly body?: BodyModel;
  readonly responses: readonly ResponseModel[];
}

export interface BodyModel {
  readonly schema: Schema;
  /** At the time, in milliseconds since the Unix epoch, at which the document is read. */
  example(now: number): object;
}

export interface ResponseModel {
  readonly status: number;
  readonly description: string;
  /** Absent: an answer without a body. */
  readonly mediaType?: string;
  readonly schema?: Schema;
  /** What it may also be, by media type. */
  readonly otherContent?: Readonly<Record<string, { readonly schema: Schema }>>;
}

const JSON_TYPE = 'application/json';
const MINIMAL: ResponseModel = { status: 204, description: 'Done, and shown nothing: Prefer: return=minimal.' };

/** The routes that the document is about: those that callers of Graph know. */
export type DocumentedRoute = {
  [Name in RouteName]: (typeof ROUTES)[Name]['part'] extends 'operations' | 'subscriptions' | 'documents'
    ? Name
    : never;
}[RouteName];

export const ENDPOINTS: Readonly<Record<DocumentedRoute, EndpointModel>> = {
  ListOperations: {
    summary: 'Lists the operations of a chat',
    responses: [{ status: 200, description: 'One page of them.', mediaType: JSON_TYPE, schema: OPERATIONS_SCHEMA }],
  },
  CreateOperation: {
    summary: 'Creates an operation in a chat',
    body: { schema: NEW_OPERATION_SCHEMA, example: () => NEW_OPERATION_EXAMPLE },
    responses: [
      { status: 201, description: 'The new operation.', mediaType: JSON_TYPE, schema: WHOLE_OPERATION_SCHEMA },
      MINIMAL,
    ],
  },
  CountOperations: {
    summary: 'Counts the operations of a chat',
    responses: [{ status: 200, description: 'Their number.', mediaType: 'text/plain', schema: { type: 'integer' } }],
  },
  GetOperation: {
    summary: 'Gets one operation',
    responses: [
      { status: 200, description: 'The operation.', mediaType: JSON_TYPE, schema: OPERATION_SCHEMA },
      { status: 304, description: 'It is still what If-None-Match names.' },
    ],
  },
  GetProperty: {
    summary: 'Gets one property of an operation',
    responses: [
      {
        status: 200,
        description: 'Its value, alone with $value.',
        mediaType: JSON_TYPE,
        schema: { type: 'object' },
        otherContent: { 'text/plain': { schema: { type: 'string' } } },
      },
      { status: 204, description: 'It is null.' },
    ],
  },
  UpdateOperation: {
    summary: 'Changes what is sent of an operation',
    body: { schema: OPERATION_SCHEMA, example: () => CHANGES_EXAMPLE },
    responses: [
      { status: 200, description: 'The operation as it is now.', mediaType: JSON_TYPE, schema: WHOLE_OPERATION_SCHEMA },
      MINIMAL,
    ],
  },
  DeleteOperation: {
    summary: 'Deletes an operation',
    responses: [{ status: 204, description: 'It is gone.' }],
  },
  ListSubscriptions: {
    summary: 'Lists the caller’s subscriptions',
    responses: [{ status: 200, description: 'One page of them.', mediaType: JSON_TYPE, schema: SUBSCRIPTIONS_SCHEMA }],
  },
  CreateSubscription: {
    summary: 'Subscribes to changes of operations',
    body: { schema: NEW_SUBSCRIPTION_SCHEMA, example: newSubscriptionExample },
    responses: [
      { status: 201, description: 'The subscription.', mediaType: JSON_TYPE, schema: WHOLE_SUBSCRIPTION_SCHEMA },
    ],
  },
  GetSubscription: {
    summary: 'Gets one subscription',
    responses: [
      { status: 200, description: 'The subscription.', mediaType: JSON_TYPE, schema: WHOLE_SUBSCRIPTION_SCHEMA },
    ],
  },
  UpdateSubscription: {
    summary: 'Renews a subscription, or sends its notifications elsewhere',
    body: { schema: SUBSCRIPTION_SCHEMA, example: renewalExample },
    responses: [{ status: 200, description: 'As it is now.', mediaType: JSON_TYPE, schema: WHOLE_SUBSCRIPTION_SCHEMA }],
  },
  DeleteSubscription: {
    summary: 'Ends a subscription',
    responses: [{ status: 204, description: 'It is gone.' }],
  },
  ReauthorizeSubscription: {
    summary: 'Proves that the caller may still be notified',
    responses: [{ status: 204, description: 'So it is.' }],
  },
  Batch: {
    summary: 'Carries up to 20 requests in one',
    body: { schema: BATCH_REQUEST_SCHEMA, example: () => BATCH_EXAMPLE },
    responses: [
      { status: 200, description: 'The responses, by id.', mediaType: JSON_TYPE, schema: BATCH_RESPONSE_SCHEMA },
    ],
  },
  ServiceDocument: {
    summary: 'Lists the entity sets',
    responses: [{ status: 200, description: 'Their names.', mediaType: JSON_TYPE, schema: { type: 'object' } }],
  },
  Metadata: {
    summary: 'Describes the types, as CSDL',
    responses: [
      {
        status: 200,
        description: 'CSDL XML, or CSDL JSON.',
        mediaType: 'application/xml',
        schema: { type: 'string' },
        otherContent: { [JSON_TYPE]: { schema: { type: 'object' } } },
      },
    ],
  },
  OpenApi: {
    summary: 'Describes the API, as OpenAPI',
    responses: [{ status: 200, description: 'This document.', mediaType: JSON_TYPE, schema: { type: 'object' } }],
  },
};
