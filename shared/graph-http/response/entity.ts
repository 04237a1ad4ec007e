import type { StoredOperation } from '../../domain/operation-repository.ts';
import {
  type EnumView,
  OPERATION_STATUSES,
  OPERATION_TYPES,
  type OperationError,
  showMember,
  type TeamsAsyncOperation,
} from '../../domain/teams-async-operation.ts';
import { NAMESPACE, type PropertyModel, TEAMS_ASYNC_OPERATION } from '../../domain/type-model.ts';
import { type OperationAddress, toCanonicalPath, toContext } from '../request/address.ts';
import { type MetadataLevel, toEntityTag } from '../request/request-headers.ts';

/** The names Teams' own service gives its types, which is what Graph's page about this call shows. */
const OPERATION_TYPE_NAME = '#Microsoft.Teams.GraphSvc.teamsAsyncOperation';
const ERROR_TYPE_NAME = 'microsoft.graph.operationError';

/** How a request wants to see an operation. */
export interface EntityView {
  readonly enums: EnumView;
  /** Null: all properties. */
  readonly select: readonly string[] | null;
  readonly metadata: MetadataLevel;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** One operation, as the answer to a request for it. */
export function toEntity(operation: TeamsAsyncOperation, view: EntityView, url: OperationAddress): object {
  const { select, metadata } = view;
  return {
    ...(metadata !== 'none' && { '@odata.context': toContext(url, { entity: true, select }) }),
    ...toControls(operation.id, metadata, url),
    ...toProperties(operation, view),
  };
}

/** One operation among others: with its etag, which has no header to be in. */
export function toListed({ operation, etag }: StoredOperation, view: EntityView, url: OperationAddress): object {
  return {
    ...toControls(operation.id, view.metadata, url),
    ...(view.metadata !== 'none' && { '@odata.etag': toEntityTag(etag) }),
    ...toProperties(operation, view),
  };
}

/** The type that Graph shows at every level but none, and, when all is asked for, where the entity is. */
function toControls(id: string, metadata: MetadataLevel, url: OperationAddress): JsonObject {
  if (metadata === 'none') return {};
  if (metadata === 'minimal') return { '@odata.type': OPERATION_TYPE_NAME };
  const path = toCanonicalPath(url, id);
  return {
    '@odata.type': OPERATION_TYPE_NAME,
    '@odata.id': `${url.serviceRoot}/${path}`,
    '@odata.editLink': path,
  };
}

function toProperties(operation: TeamsAsyncOperation, { enums, select, metadata }: EntityView): JsonObject {
  const properties = toAllProperties(operation, enums, metadata);
  if (!select && metadata !== 'full') return properties;
  const shown = Object.entries(properties).filter(([name]) => !select || select.includes(name));
  return Object.fromEntries(metadata === 'full' ? shown.flatMap(withType) : shown);
}

/** By the names of declared properties. */
const PROPERTY_TYPES: ReadonlyMap<string, string | null> = new Map(
  TEAMS_ASYNC_OPERATION.properties.map((property: PropertyModel) => [property.name, toShownType(property)]),
);

/** The type where JSON does not tell it: OData JSON Format 4.0, section 4.5.3. Null: it does, or the value says it itself. */
function toShownType({ type }: PropertyModel): string | null {
  if (type === 'Edm.DateTimeOffset') return '#DateTimeOffset';
  return typeof type === 'object' && type.kind === 'enum' ? `#${NAMESPACE}.${type.name}` : null;
}

function withType([name, value]: [string, unknown]): [string, unknown][] {
  const type = PROPERTY_TYPES.get(name) ?? null;
  return [...(type === null ? [] : [[`${name}@odata.type`, type] as [string, unknown]]), [name, value]];
}

/** Properties in Graph's order, nulls shown, dynamic ones before `error`. */
function toAllProperties(operation: TeamsAsyncOperation, enums: EnumView, metadata: MetadataLevel): JsonObject {
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
    error: error && toErrorEntity(error, metadata),
  };
}

function toErrorEntity({ code, message }: OperationError, metadata: MetadataLevel): object {
  return { ...(metadata !== 'none' && { '@odata.type': ERROR_TYPE_NAME }), code, message };
}
