import type { ROUTES, RouteName } from '../graph-http/routes.ts';
import { BATCH_REQUEST_SCHEMA, BATCH_RESPONSE_SCHEMA } from './batch-schemas.ts';
import {
  BATCH_EXAMPLE,
  CHANGES_EXAMPLE,
  CLONE_EXAMPLE,
  NAMED_OPERATION_EXAMPLE,
  NEW_CHAT_EXAMPLE,
  NEW_TEAM_EXAMPLE,
  newSubscriptionExample,
  renewalExample,
} from './examples.ts';
import {
  CHANNEL_SCHEMA,
  CHANNELS_SCHEMA,
  CHAT_SCHEMA,
  NEW_CHAT_SCHEMA,
  NEW_OPERATION_SCHEMA,
  NEW_SUBSCRIPTION_SCHEMA,
  OPERATION_SCHEMA,
  OPERATIONS_SCHEMA,
  type Schema,
  SUBSCRIPTION_SCHEMA,
  SUBSCRIPTIONS_SCHEMA,
  TEAM_SCHEMA,
  toParametersSchema,
  WHOLE_CHAT_SCHEMA,
  WHOLE_OPERATION_SCHEMA,
  WHOLE_SUBSCRIPTION_SCHEMA,
  WHOLE_TEAM_SCHEMA,
} from './schemas.ts';

/** What OpenAPI tells of one function, apart from its route. */
export interface EndpointModel {
  readonly summary: string;
  readonly body?: BodyModel;
  readonly responses: readonly ResponseModel[];
}

export interface BodyModel {
  readonly schema: Schema;
  readonly optional?: true;
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
  [Name in RouteName]: (typeof ROUTES)[Name]['part'] extends 'operations' | 'subscriptions' | 'documents' | 'teams'
    ? Name
    : never;
}[RouteName];

const JSON_OF = (status: number, description: string, schema: Schema): ResponseModel => ({
  status,
  description,
  mediaType: JSON_TYPE,
  schema,
});
const ARCHIVE_BODY: BodyModel = {
  schema: toParametersSchema('archive'),
  optional: true,
  example: () => ({ shouldSetSpoSiteReadOnlyForMembers: true }),
};
const STARTED: ResponseModel = { status: 202, description: 'Started: Location says where the operation is.' };

export const ENDPOINTS: Readonly<Record<DocumentedRoute, EndpointModel>> = {
  ListOperations: {
    summary: 'Lists the operations of a chat',
    responses: [{ status: 200, description: 'One page of them.', mediaType: JSON_TYPE, schema: OPERATIONS_SCHEMA }],
  },
  CreateOperation: {
    summary: 'Creates an operation in a chat',
    body: { schema: NEW_OPERATION_SCHEMA, example: () => NAMED_OPERATION_EXAMPLE },
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
  GetTarget: { summary: 'Gets a chat', responses: [JSON_OF(200, 'The chat.', CHAT_SCHEMA)] },
  CreateChat: {
    summary: 'Creates a chat, by an operation if an app is to be installed',
    body: { schema: NEW_CHAT_SCHEMA, example: () => NEW_CHAT_EXAMPLE },
    responses: [JSON_OF(201, 'The chat.', WHOLE_CHAT_SCHEMA), STARTED],
  },
  CreateTeam: {
    summary: 'Starts to create a team',
    body: { schema: TEAM_SCHEMA, example: () => NEW_TEAM_EXAMPLE },
    responses: [STARTED],
  },
  GetTeam: { summary: 'Gets a team', responses: [JSON_OF(200, 'The team.', TEAM_SCHEMA)] },
  GetGroupTeam: { summary: 'Gets the team of a group', responses: [JSON_OF(200, 'The team.', TEAM_SCHEMA)] },
  AddTeamToGroup: {
    summary: 'Makes a team of a group',
    body: { schema: TEAM_SCHEMA, example: () => ({ description: 'For all who build it' }) },
    responses: [JSON_OF(201, 'The team.', WHOLE_TEAM_SCHEMA)],
  },
  CloneTeam: {
    summary: 'Starts to copy a team',
    body: { schema: toParametersSchema('clone'), example: () => CLONE_EXAMPLE },
    responses: [STARTED],
  },
  ArchiveTeam: {
    summary: 'Starts to make a team read-only',
    body: ARCHIVE_BODY,
    responses: [STARTED],
  },
  UnarchiveTeam: { summary: 'Starts to restore an archived team', responses: [STARTED] },
  ListChannels: {
    summary: 'Lists the channels of a team',
    responses: [JSON_OF(200, 'All of them.', CHANNELS_SCHEMA)],
  },
  GetChannel: { summary: 'Gets a channel', responses: [JSON_OF(200, 'The channel.', CHANNEL_SCHEMA)] },
  ArchiveChannel: {
    summary: 'Starts to make a channel read-only',
    body: ARCHIVE_BODY,
    responses: [STARTED],
  },
  UnarchiveChannel: { summary: 'Starts to restore an archived channel', responses: [STARTED] },
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
