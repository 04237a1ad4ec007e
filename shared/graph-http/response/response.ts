// What responses consist of: status and headers, operations as JSON, and the links to them.
import type { StoredOperation } from '../../domain/operation-repository.ts';
import {
  type EnumView,
  OPERATION_STATUSES,
  OPERATION_TYPES,
  type OperationError,
  showMember,
  type TeamsAsyncOperation,
} from '../../domain/teams-async-operation.ts';
import { type EntityTypeModel, NAMESPACE, type PropertyModel, TEAMS_ASYNC_OPERATION } from '../../domain/type-model.ts';
import { type MetadataLevel, toContentType } from '../../odata/request-options.ts';
import { type OperationAddress, quoteKey, type SubscriptionAddress } from '../request/address.ts';
import { toEntityTag } from '../request/message.ts';

/** What a function answers, before the headers that all answers share. */
export interface GraphResponse {
  readonly status: number;
  /** With the content type, where there is a body. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON; text as it is. Absent: no body. */
  readonly body?: unknown;
}

const CONTENT_TYPE = toContentType({ metadata: 'minimal', streaming: true, ieee754Compatible: false });

type Headers = Readonly<Record<string, string>>;

/** @param headers another content type among them wins */
export function odataResponse(status: number, body: object, headers: Headers = {}): GraphResponse {
  return { status, headers: { 'content-type': CONTENT_TYPE, ...headers }, body };
}

export function textResponse(body: string): GraphResponse {
  return { status: 200, headers: { 'content-type': 'text/plain' }, body };
}

/** 204, or 304: without a body there is no content type. */
export function emptyResponse(status: 204 | 304, headers: Headers = {}): GraphResponse {
  return { status, headers };
}

/**
 * What Graph lets scripts of any origin read; only where a browser said that it asks for one. Tokens are sent by hand
 * and never by cookies, so any origin may.
 */
export function corsHeaders(origin: string | null): Readonly<Record<string, string>> {
  if (origin === null) return {};
  return { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED };
}

/** The list that Graph sends, as recorded by Microsoft's Dev Proxy. */
const EXPOSED =
  'ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, ReadWriteConsistencyToken, SdkVersion, WWW-Authenticate, x-ms-client-gcc-tenant, Retry-After';

/** A browser's question before the request: which methods and headers it may send. */
export function preflightHeaders(requestedHeaders: string | null): Readonly<Record<string, string>> {
  return {
    'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
    ...(requestedHeaders !== null && { 'access-control-allow-headers': requestedHeaders }),
    'access-control-max-age': '3600',
  };
}

/** The header that tells which preferences were honoured; none when the list is empty. */
export function preferenceApplied(applied: readonly string[]): Readonly<Record<string, string>> {
  return applied.length === 0 ? {} : { 'preference-applied': applied.join(', ') };
}

/** The response with one more preference that was honoured. */
export function withPreferenceApplied(response: GraphResponse, preference: string): GraphResponse {
  const applied = [response.headers['preference-applied'], preference].filter((name) => name !== undefined);
  return { ...response, headers: { ...response.headers, ...preferenceApplied(applied) } };
}

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

/** The properties alone, in Graph's order. */
export function toProperties(operation: TeamsAsyncOperation, { enums, select, metadata }: EntityView): JsonObject {
  const properties = toAllProperties(operation, enums, metadata);
  if (!select && metadata !== 'full') return properties;
  const shown = Object.entries(properties).flatMap(([name, value]) => selected(name, value, select));
  return Object.fromEntries(metadata === 'full' ? shown.flatMap((property) => withType(property)) : shown);
}

/** What was selected of a property: all of it, some of its members, or nothing. */
function selected(name: string, value: unknown, select: EntityView['select']): [string, unknown][] {
  if (!select || select.includes(name)) return [[name, value]];
  const members = select.filter((path) => path.startsWith(`${name}/`)).map((path) => path.slice(name.length + 1));
  if (members.length === 0) return [];
  if (typeof value !== 'object' || value === null) return [[name, value]];
  const kept = Object.entries(value).filter(([member]) => member.startsWith('@') || members.includes(member));
  return [[name, Object.fromEntries(kept)]];
}

interface PropertyOfOperation extends Pick<EntityView, 'metadata'> {
  readonly operationId: string;
  readonly path: readonly string[];
}

/**
 * One property of an operation, as the response to a request for it.
 *
 * @param value of the property, not null
 */
export function toPropertyEntity(
  value: unknown,
  { operationId, path, metadata }: PropertyOfOperation,
  url: OperationAddress,
): object {
  const context = `${url.serviceRoot}/$metadata#${toCanonicalPath(url, operationId)}/${path.join('/')}`;
  return {
    ...(metadata !== 'none' && { '@odata.context': context }),
    ...(typeof value === 'object' ? value : { value }),
  };
}

/** Null: it is null, or lies in what is. */
export function propertyOf(
  operation: TeamsAsyncOperation,
  { path, ...view }: Omit<EntityView, 'select'> & { readonly path: readonly string[] },
): unknown {
  const all = toAllProperties(operation, view.enums, view.metadata);
  return path.reduce<unknown>((value, name) => Object(value)[name] ?? null, all);
}

/** By the names of declared properties. */
const PROPERTY_TYPES = typesOf(TEAMS_ASYNC_OPERATION);

function typesOf({ properties }: EntityTypeModel): ReadonlyMap<string, string | null> {
  return new Map(properties.map((property) => [property.name, toShownType(property)]));
}

/** The type where JSON does not tell it: OData JSON Format 4.0, section 4.5.3. Null: it does, or the value says it itself. */
function toShownType({ type }: PropertyModel): string | null {
  if (type === 'Edm.DateTimeOffset') return '#DateTimeOffset';
  return typeof type === 'object' && type.kind === 'enum' ? `#${NAMESPACE}.${type.name}` : null;
}

function withType([name, value]: [string, unknown], types = PROPERTY_TYPES): [string, unknown][] {
  const type = types.get(name) ?? null;
  return [...(type === null ? [] : [[`${name}@odata.type`, type] as [string, unknown]]), [name, value]];
}

/** The properties with their types, as odata.metadata=full has them. */
export function withTypes(properties: JsonObject, model: EntityTypeModel): JsonObject {
  const types = typesOf(model);
  return Object.fromEntries(Object.entries(properties).flatMap((property) => withType(property, types)));
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

/** @example toLocation(url, 'a b') // https://graph.example/beta/chats/19%3Ax%40thread.v2/operations/a%20b */
export function toLocation({ serviceRoot, set, parentId }: OperationAddress, operationId: string): string {
  return `${serviceRoot}/${set}/${encodeURIComponent(parentId)}/operations/${encodeURIComponent(operationId)}`;
}

export function toSubscriptionLocation({ serviceRoot }: SubscriptionAddress, id: string): string {
  return `${serviceRoot}/subscriptions/${encodeURIComponent(id)}`;
}

/** The one address among all of an operation, below the service root. */
function toCanonicalPath({ set, parentId }: OperationAddress, operationId: string): string {
  return `${set}('${quoteKey(parentId)}')/operations('${quoteKey(operationId)}')`;
}

/** The context URL of the operations, or of one of them, with the properties that were selected. */
export function toContext(
  address: OperationAddress,
  { entity, select }: { entity: boolean; select: readonly string[] | null },
): string {
  // Chats are a user's own; a team that a user has joined is one of all teams.
  const owner = address.owner && address.set === 'chats' ? `${address.owner}/` : '';
  const selected = select ? `(${select.map(encodePath).join(',')})` : '';
  const end = entity ? '/$entity' : '';
  return `${address.serviceRoot}/$metadata#${owner}${address.set}('${quoteKey(address.parentId)}')/operations${selected}${end}`;
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** The URL of the next page: the same request, going on at the token instead of skipping again. */
export function toNextLink(url: string, skipToken: string): string {
  const { origin, pathname, search } = new URL(url);
  const kept = search
    .slice(1)
    .split('&')
    .filter((option) => option !== '' && !/^(?:\$|%24)?skip(?:token)?(?:=|$)/i.test(option));
  return `${origin}${pathname}?${[...kept, `$skiptoken=${skipToken}`].join('&')}`;
}
