import type { RouteName } from '../graph-http/routes.ts';
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
  /** Names of query options, without `$`. */
  readonly queryOptions?: readonly QueryOption[];
  readonly headers?: readonly RequestHeader[];
  readonly body?: BodyModel;
  readonly answers: readonly AnswerModel[];
  /** No token is asked for. */
  readonly anonymous?: boolean;
}

export interface BodyModel {
  readonly schema: Schema;
  /** At the time, in milliseconds since the Unix epoch, at which the document is read. */
  example(now: number): object;
}

export interface AnswerModel {
  readonly status: number;
  readonly description: string;
  /** Absent: an answer without a body. */
  readonly mediaType?: string;
  readonly schema?: Schema;
}

export const QUERY_OPTIONS = {
  filter: 'string',
  orderby: 'string',
  search: 'string',
  format: 'string',
  select: 'string',
  skiptoken: 'string',
  top: 'integer',
  skip: 'integer',
  count: 'boolean',
} as const;
export type QueryOption = keyof typeof QUERY_OPTIONS;

export type RequestHeader =
  | 'If-Match'
  | 'If-None-Match'
  | 'Prefer'
  | 'Repeatability-Request-ID'
  | 'Repeatability-First-Sent';

const JSON_TYPE = 'application/json';
const MINIMAL: AnswerModel = { status: 204, description: 'Done, and shown nothing: Prefer: return=minimal.' };

export const ENDPOINTS: Readonly<Record<RouteName, EndpointModel>> = {
  ListOperations: {
    summary: 'Lists the operations of a chat',
    queryOptions: ['filter', 'orderby', 'search', 'select', 'skiptoken', 'top', 'skip', 'count', 'format'],
    headers: ['Prefer'],
    answers: [{ status: 200, description: 'One page of them.', mediaType: JSON_TYPE, schema: OPERATIONS_SCHEMA }],
  },
  CreateOperation: {
    summary: 'Creates an operation in a chat',
    queryOptions: ['format'],
    headers: ['Prefer', 'Repeatability-Request-ID', 'Repeatability-First-Sent'],
    body: { schema: NEW_OPERATION_SCHEMA, example: () => NEW_OPERATION_EXAMPLE },
    answers: [
      { status: 201, description: 'The new operation.', mediaType: JSON_TYPE, schema: WHOLE_OPERATION_SCHEMA },
      MINIMAL,
    ],
  },
  CountOperations: {
    summary: 'Counts the operations of a chat',
    queryOptions: ['filter', 'search'],
    answers: [{ status: 200, description: 'Their number.', mediaType: 'text/plain', schema: { type: 'integer' } }],
  },
  GetOperation: {
    summary: 'Gets one operation',
    queryOptions: ['select', 'format'],
    headers: ['If-None-Match', 'Prefer'],
    answers: [
      { status: 200, description: 'The operation.', mediaType: JSON_TYPE, schema: OPERATION_SCHEMA },
      { status: 304, description: 'It is still what If-None-Match names.' },
    ],
  },
  UpdateOperation: {
    summary: 'Changes what is sent of an operation',
    queryOptions: ['format'],
    headers: ['If-Match', 'Prefer'],
    body: { schema: OPERATION_SCHEMA, example: () => CHANGES_EXAMPLE },
    answers: [
      { status: 200, description: 'The operation as it is now.', mediaType: JSON_TYPE, schema: WHOLE_OPERATION_SCHEMA },
      MINIMAL,
    ],
  },
  DeleteOperation: {
    summary: 'Deletes an operation',
    headers: ['If-Match'],
    answers: [{ status: 204, description: 'It is gone.' }],
  },
  ListSubscriptions: {
    summary: 'Lists the caller’s subscriptions',
    queryOptions: ['skiptoken', 'top'],
    answers: [{ status: 200, description: 'One page of them.', mediaType: JSON_TYPE, schema: SUBSCRIPTIONS_SCHEMA }],
  },
  CreateSubscription: {
    summary: 'Subscribes to changes of operations',
    body: { schema: NEW_SUBSCRIPTION_SCHEMA, example: newSubscriptionExample },
    answers: [
      { status: 201, description: 'The subscription.', mediaType: JSON_TYPE, schema: WHOLE_SUBSCRIPTION_SCHEMA },
    ],
  },
  GetSubscription: {
    summary: 'Gets one subscription',
    answers: [
      { status: 200, description: 'The subscription.', mediaType: JSON_TYPE, schema: WHOLE_SUBSCRIPTION_SCHEMA },
    ],
  },
  UpdateSubscription: {
    summary: 'Renews a subscription, or sends its notifications elsewhere',
    body: { schema: SUBSCRIPTION_SCHEMA, example: renewalExample },
    answers: [{ status: 200, description: 'As it is now.', mediaType: JSON_TYPE, schema: WHOLE_SUBSCRIPTION_SCHEMA }],
  },
  DeleteSubscription: {
    summary: 'Ends a subscription',
    answers: [{ status: 204, description: 'It is gone.' }],
  },
  ReauthorizeSubscription: {
    summary: 'Proves that the caller may still be told',
    answers: [{ status: 204, description: 'So it is.' }],
  },
  Batch: {
    summary: 'Carries up to 20 requests in one',
    body: { schema: BATCH_REQUEST_SCHEMA, example: () => BATCH_EXAMPLE },
    answers: [{ status: 200, description: 'The answers, by id.', mediaType: JSON_TYPE, schema: BATCH_RESPONSE_SCHEMA }],
  },
  Metadata: {
    summary: 'Describes the types, as CSDL',
    anonymous: true,
    answers: [{ status: 200, description: 'CSDL.', mediaType: 'application/xml', schema: { type: 'string' } }],
  },
  OpenApi: {
    summary: 'Describes the API, as OpenAPI',
    anonymous: true,
    answers: [{ status: 200, description: 'This document.', mediaType: JSON_TYPE, schema: { type: 'object' } }],
  },
};
