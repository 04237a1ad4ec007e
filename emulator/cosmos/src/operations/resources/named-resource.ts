import {
  type Account,
  alreadyExists,
  type Container,
  findResource,
  newEtag,
  nowInSeconds,
} from '../../account/account.ts';
import type { JsonObject } from '../../model/json.ts';
import type { StoredResource } from '../../store/store.ts';
import { type FeedPage, type ResourceFeed, takePage, toFeedJson } from '../feed.ts';
import { assertIfMatch, isNotModified, type Preconditions, preconditionFailed } from '../preconditions.ts';
import { METADATA_RANGE, type OperationResult, toResourceJson } from '../result.ts';
import { METADATA_CHARGE } from '../throughput/request-charge.ts';

/** A kind of small resource below a database, a user or a container: users, permissions, client encryption keys, scripts. */
export interface ResourceKind {
  /** As paths name it: `users`. */
  readonly kind: string;
  /** As feeds name it: `Users`. */
  readonly feedName: string;
  /** Validates the body of a create or replace request. @throws CosmosError BadRequest */
  readProperties(body: JsonObject): NamedProperties;
  /** The `_rid` of a new one. */
  ridOf(parentRid: string, number: number): string;
  /** Inside a transaction, before it is written. Absent: every valid one may be written. @throws CosmosError */
  assertWritable?(resource: StoredResource, siblings: readonly StoredResource[]): void;
  /** What responses show besides the stored and the system properties. */
  addedProperties?(resource: StoredResource): object;
}

export type NamedProperties = JsonObject & { readonly id: string };

/** The resource that others of a kind belong to. */
export interface ResourceParent {
  readonly rid: string;
  /** `dbs/{rid}/` and so on. */
  readonly self: string;
  /** The container, when it is one. */
  readonly container?: Container;
}

/** @throws CosmosError BadRequest for a wrong body, Conflict when the parent has one of this id */
export async function createResource(
  account: Account,
  kind: ResourceKind,
  input: { readonly parent: ResourceParent; readonly body: JsonObject },
): Promise<OperationResult> {
  const properties = kind.readProperties(input.body);
  const created = await account.commits.write(() => {
    const { resources } = account.store;
    if (resources.get(kind.kind, input.parent.rid, properties.id)) throw alreadyExists();
    return insert(account, kind, { parent: input.parent, properties });
  });
  return toResult(201, kind, input.parent, created);
}

/** 201 when it has created the resource, 200 when it has replaced it. @throws CosmosError BadRequest or PreconditionFailed */
export async function upsertResource(
  account: Account,
  kind: ResourceKind,
  input: { readonly parent: ResourceParent; readonly body: JsonObject } & Preconditions,
): Promise<OperationResult> {
  const properties = kind.readProperties(input.body);
  const { parent } = input;
  const { resource, isNew } = await account.commits.write(() => {
    const existing = account.store.resources.get(kind.kind, parent.rid, properties.id);
    if (!existing) return { resource: insert(account, kind, { parent, properties }), isNew: true };
    assertIfMatch(input, existing.etag);
    if (isNotModified(input, existing.etag)) throw preconditionFailed();
    return { resource: update(account, kind, { existing, properties }), isNew: false };
  });
  return toResult(isNew ? 201 : 200, kind, parent, resource);
}

/** @throws CosmosError NotFound */
export function readResource(
  account: Account,
  kind: ResourceKind,
  input: { readonly parent: ResourceParent; readonly name: string } & Preconditions,
): OperationResult {
  const resource = findResource(account.store, { kind: kind.kind, parentRid: input.parent.rid, name: input.name });
  const charge = METADATA_CHARGE.read;
  if (!isNotModified(input, resource.etag)) return { ...toResult(200, kind, input.parent, resource), charge };
  return { status: 304, etag: resource.etag, charge, ...containerOf(input.parent) };
}

/** Replaces all properties; the id may change. @throws CosmosError NotFound, BadRequest, Conflict or PreconditionFailed */
export async function replaceResource(
  account: Account,
  kind: ResourceKind,
  input: { readonly parent: ResourceParent; readonly name: string; readonly body: JsonObject } & Preconditions,
): Promise<OperationResult> {
  const properties = kind.readProperties(input.body);
  const { parent, name } = input;
  const replaced = await account.commits.write(() => {
    const existing = findResource(account.store, { kind: kind.kind, parentRid: parent.rid, name });
    assertIfMatch(input, existing.etag);
    const holder = account.store.resources.get(kind.kind, parent.rid, properties.id);
    if (holder && holder.rid !== existing.rid) throw alreadyExists();
    return update(account, kind, { existing, properties });
  });
  return toResult(200, kind, parent, replaced);
}

/** Deletes it and what belongs to it. @throws CosmosError NotFound or PreconditionFailed */
export async function deleteResource(
  account: Account,
  kind: ResourceKind,
  input: { readonly parent: ResourceParent; readonly name: string } & Preconditions,
): Promise<OperationResult> {
  const { parent, name } = input;
  await account.commits.write(() => {
    const existing = findResource(account.store, { kind: kind.kind, parentRid: parent.rid, name });
    assertIfMatch(input, existing.etag);
    if (kind.kind === 'users') removeResources(account, 'permissions', existing.rid);
    account.store.resources.delete(existing.rid);
  });
  return { status: 204, charge: METADATA_CHARGE.write, ...containerOf(parent) };
}

export function listResources(
  { store }: Account,
  kind: ResourceKind,
  input: { readonly parent: ResourceParent; readonly page: FeedPage },
): OperationResult {
  const { parent, page } = input;
  const { taken, continuation } = takePage(store.resources.list(kind.kind, parent.rid), page);
  const texts = taken.map((resource) => toJson(kind, parent, resource));
  const body = toFeedJson(parent.rid, kind.feedName, texts);
  const result = { status: 200, body, charge: METADATA_CHARGE.list, itemCount: taken.length } as const;
  return { ...result, ...continuation, ...containerOf(parent) };
}

export function resourcesFeed({ store }: Account, kind: ResourceKind, parent: ResourceParent): ResourceFeed {
  const resources = store.resources.list(kind.kind, parent.rid).map((resource) => toJson(kind, parent, resource));
  return { parentRid: parent.rid, name: kind.feedName, resources };
}

/** Inside a transaction: removes all resources of a kind below a parent. */
function removeResources({ store }: Pick<Account, 'store'>, kind: string, parentRid: string): void {
  for (const { rid } of store.resources.list(kind, parentRid)) store.resources.delete(rid);
}

/** Inside a transaction: removes what belongs to a database besides its containers. */
export function removeResourcesOfDatabase(account: Pick<Account, 'store'>, databaseRid: string): void {
  for (const { rid } of account.store.resources.list('users', databaseRid))
    removeResources(account, 'permissions', rid);
  for (const kind of ['users', 'clientencryptionkeys']) removeResources(account, kind, databaseRid);
}

function insert(
  account: Account,
  kind: ResourceKind,
  { parent, properties }: { readonly parent: ResourceParent; readonly properties: NamedProperties },
): StoredResource {
  const rid = kind.ridOf(parent.rid, account.store.counters.next(kind.kind));
  return write(account, kind, { kind: kind.kind, parentRid: parent.rid, rid, properties });
}

function update(
  account: Account,
  kind: ResourceKind,
  { existing, properties }: { readonly existing: StoredResource; readonly properties: NamedProperties },
): StoredResource {
  return write(account, kind, { kind: kind.kind, parentRid: existing.parentRid, rid: existing.rid, properties });
}

function write(
  account: Account,
  kind: ResourceKind,
  { properties, ...address }: Pick<StoredResource, 'kind' | 'parentRid' | 'rid'> & { properties: NamedProperties },
): StoredResource {
  const { resources } = account.store;
  const body = JSON.stringify(properties);
  const resource = { ...address, id: properties.id, etag: newEtag(account), ts: nowInSeconds(account), body };
  if (kind.assertWritable) {
    const siblings = resources.list(kind.kind, address.parentRid).filter(({ rid }) => rid !== address.rid);
    kind.assertWritable(resource, siblings);
  }
  resources.put(resource);
  return resource;
}

function toResult(
  status: 200 | 201,
  kind: ResourceKind,
  parent: ResourceParent,
  resource: StoredResource,
): OperationResult {
  const common = { etag: resource.etag, charge: METADATA_CHARGE.write, ...containerOf(parent) };
  return { status, body: toJson(kind, parent, resource), ...common };
}

function toJson(kind: ResourceKind, parent: ResourceParent, resource: StoredResource): string {
  const properties = JSON.parse(resource.body) as JsonObject; // written by `write` alone
  const added = kind.addedProperties?.(resource) ?? {};
  return toResourceJson(resource, `${parent.self}${kind.kind}/${resource.rid}/`, { ...properties, ...added });
}

function containerOf({ container }: ResourceParent): Pick<OperationResult, 'container' | 'range'> {
  return container ? { container, range: METADATA_RANGE } : {};
}
