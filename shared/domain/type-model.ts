import { OPERATION_STATUSES, OPERATION_TYPES, type TeamsAsyncOperation } from './teams-async-operation.ts';

/** A scalar type of OData's entity data model that this API uses. */
export type PrimitiveType = 'Edm.String' | 'Edm.Int32' | 'Edm.Boolean' | 'Edm.DateTimeOffset';

/** An enumeration: the number of a member is its place in the list; of flags, the bit there. */
export interface EnumTypeModel {
  readonly kind: 'enum';
  readonly name: string;
  readonly members: readonly string[];
  readonly isFlags?: true;
}

/** A structured value without a key; no property beyond the declared ones. */
export interface ComplexTypeModel {
  readonly kind: 'complex';
  readonly name: string;
  readonly properties: readonly PropertyModel[];
}

export interface PropertyModel {
  readonly name: string;
  readonly type: PrimitiveType | EnumTypeModel | ComplexTypeModel;
  readonly nullable: boolean;
  /** Must be sent to create the entity. */
  readonly requiredOnCreate?: boolean;
  /** Fixed once the entity exists: an update that names it is rejected. */
  readonly immutable?: boolean;
  readonly description: string;
}

export interface EntityTypeModel {
  readonly name: string;
  readonly description: string;
  /** Takes properties that it does not declare. */
  readonly open: boolean;
  readonly properties: readonly PropertyModel[];
}

/** The namespace of Graph's public types. */
export const NAMESPACE = 'microsoft.graph';

export const OPERATION_STATUS_TYPE = {
  kind: 'enum',
  name: 'teamsAsyncOperationStatus',
  members: OPERATION_STATUSES,
} as const satisfies EnumTypeModel;

export const OPERATION_TYPE_TYPE = {
  kind: 'enum',
  name: 'teamsAsyncOperationType',
  members: OPERATION_TYPES,
} as const satisfies EnumTypeModel;

/** `microsoft.graph.operationError`, as Graph's metadata declares it. */
export const OPERATION_ERROR_TYPE = {
  kind: 'complex',
  name: 'operationError',
  properties: [
    { name: 'code', type: 'Edm.String', nullable: true, description: 'What went wrong, as a code.' },
    { name: 'message', type: 'Edm.String', nullable: true, description: 'What went wrong, in words.' },
  ],
} as const satisfies ComplexTypeModel;

/**
 * `microsoft.graph.teamsAsyncOperation`, in the order in which Graph prints the properties. The one list of them: the
 * validation of bodies, `$metadata` and the OpenAPI document are made from it.
 */
export const TEAMS_ASYNC_OPERATION = {
  name: 'teamsAsyncOperation',
  description: 'An operation of Microsoft Teams that outlives the request which started it.',
  open: true,
  properties: [
    {
      name: 'id',
      type: 'Edm.String',
      nullable: false,
      immutable: true,
      description: 'The key, unique within a chat.',
    },
    {
      name: 'operationType',
      type: OPERATION_TYPE_TYPE,
      nullable: false,
      requiredOnCreate: true,
      description: 'What the operation does.',
    },
    {
      name: 'createdDateTime',
      type: 'Edm.DateTimeOffset',
      nullable: false,
      immutable: true,
      description: 'When the operation was created.',
    },
    {
      name: 'status',
      type: OPERATION_STATUS_TYPE,
      nullable: false,
      requiredOnCreate: true,
      description: 'How far the operation has come. succeeded and failed are final.',
    },
    {
      name: 'lastActionDateTime',
      type: 'Edm.DateTimeOffset',
      nullable: false,
      requiredOnCreate: true,
      description: 'When the operation last changed.',
    },
    {
      name: 'attemptsCount',
      type: 'Edm.Int32',
      nullable: false,
      requiredOnCreate: true,
      description: 'How often the operation was tried until it succeeded or failed.',
    },
    {
      name: 'targetResourceId',
      type: 'Edm.String',
      nullable: true,
      description: 'The id of what the operation creates or changes, such as a chat or a team.',
    },
    {
      name: 'targetResourceLocation',
      type: 'Edm.String',
      nullable: true,
      description: 'Where to find what the operation creates or changes. Opaque: use it as it is.',
    },
    {
      name: 'error',
      type: OPERATION_ERROR_TYPE,
      nullable: true,
      description: 'Why the operation failed; null otherwise.',
    },
  ],
} as const satisfies EntityTypeModel;

/** `microsoft.graph.subscription`, as far as it is served here. */
export const SUBSCRIPTION_TYPE = {
  name: 'subscription',
  description: 'Has an endpoint notified of changes of operations.',
  open: false,
  properties: [
    { name: 'id', type: 'Edm.String', nullable: false, immutable: true, description: 'The key.' },
    {
      name: 'resource',
      type: 'Edm.String',
      nullable: false,
      requiredOnCreate: true,
      immutable: true,
      description: 'chats/{id}/operations, chats/{id}/operations/{id}, or chats/operations for those of all chats.',
    },
    {
      name: 'applicationId',
      type: 'Edm.String',
      nullable: true,
      immutable: true,
      description: 'The application that created the subscription.',
    },
    {
      name: 'changeType',
      type: 'Edm.String',
      nullable: false,
      requiredOnCreate: true,
      immutable: true,
      description: 'Which changes to tell of: created, updated, deleted, or several with commas between.',
    },
    {
      name: 'clientState',
      type: 'Edm.String',
      nullable: true,
      immutable: true,
      description: 'A secret that each notification carries. Shown to who sets it, and then no more.',
    },
    {
      name: 'notificationUrl',
      type: 'Edm.String',
      nullable: false,
      requiredOnCreate: true,
      description: 'Where notifications go, by https.',
    },
    {
      name: 'lifecycleNotificationUrl',
      type: 'Edm.String',
      nullable: true,
      immutable: true,
      description: 'Where notifications about the subscription itself go.',
    },
    {
      name: 'expirationDateTime',
      type: 'Edm.DateTimeOffset',
      nullable: false,
      requiredOnCreate: true,
      description: 'When the subscription ends, unless it is renewed.',
    },
    {
      name: 'creatorId',
      type: 'Edm.String',
      nullable: true,
      immutable: true,
      description: 'The user, or the application, that created the subscription.',
    },
    {
      name: 'latestSupportedTlsVersion',
      type: 'Edm.String',
      nullable: true,
      immutable: true,
      description: 'The latest version of TLS that the endpoints speak: v1_2 or v1_3.',
    },
    {
      name: 'notificationContentType',
      type: 'Edm.String',
      nullable: true,
      immutable: true,
      description: 'application/json, or application/cloudevents+json for CloudEvents 1.0.',
    },
    {
      name: 'includeResourceData',
      type: 'Edm.Boolean',
      nullable: true,
      immutable: true,
      description: 'Whether notifications carry the operations themselves, encrypted.',
    },
    {
      name: 'encryptionCertificate',
      type: 'Edm.String',
      nullable: true,
      immutable: true,
      description: 'The certificate for whose key they are encrypted, in Base64.',
    },
    {
      name: 'encryptionCertificateId',
      type: 'Edm.String',
      nullable: true,
      immutable: true,
      description: 'A name for the certificate, which notifications repeat.',
    },
    {
      name: 'notificationUrlAppId',
      type: 'Edm.String',
      nullable: true,
      immutable: true,
      description: 'The application that the validation tokens of notifications are for.',
    },
  ],
} as const satisfies EntityTypeModel;

/** The declared properties, in the order in which Graph prints them; dynamic ones come before `error`. */
export const DECLARED_PROPERTIES: readonly (keyof TeamsAsyncOperation)[] = TEAMS_ASYNC_OPERATION.properties.map(
  ({ name }) => name,
);
