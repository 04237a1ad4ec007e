import type { Account, Container, Database } from '../account/account.ts';
import { CosmosError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { type PermissionScope, permissionKind, permissionOf } from '../operations/access/permissions.ts';
import { USERS } from '../operations/access/users.ts';
import { CLIENT_ENCRYPTION_KEYS } from '../operations/resources/client-encryption-keys.ts';
import { createResource, type ResourceKind, type ResourceParent } from '../operations/resources/named-resource.ts';
import { STORED_PROCEDURES, TRIGGERS, USER_DEFINED_FUNCTIONS } from '../operations/scripts/script-kinds.ts';
import type { StoredResource } from '../store/store.ts';
import { formatResource, type Line } from './line.ts';

const SCRIPTS = [STORED_PROCEDURES, TRIGGERS, USER_DEFINED_FUNCTIONS];

/** The encryption keys of a database: they come before its containers. */
export function keyLines({ store }: Account, { rid }: Database): readonly string[] {
  return store.resources.list(CLIENT_ENCRYPTION_KEYS.kind, rid).map((key) => toLine(CLIENT_ENCRYPTION_KEYS, key));
}

/** The scripts of a container: they come before its items. */
export function scriptLines({ store }: Account, { rid }: Container): readonly string[] {
  return SCRIPTS.flatMap((kind) => store.resources.list(kind.kind, rid).map((script) => toLine(kind, script)));
}

/** The users of a database, each with its permissions: they come last, because permissions name containers, items and scripts. */
export function userLines(account: Account, { rid }: Database): readonly string[] {
  const { resources } = account.store;
  return resources.list(USERS.kind, rid).flatMap((user) => {
    const permissions = resources.list('permissions', user.rid).flatMap((permission) => {
      const resource = nameOf(account, permissionOf(permission).scope);
      // What it was for is gone: it permits nothing.
      if (resource === undefined) return [];
      const { scope: _, ...properties } = JSON.parse(permission.body) as JsonObject; // our own text
      return [formatResource('permissions', { ...properties, resource })];
    });
    return [toLine(USERS, user), ...permissions];
  });
}

function toLine({ kind }: ResourceKind, { body }: StoredResource): string {
  return formatResource(kind, JSON.parse(body) as JsonObject); // our own text
}

/** `colls/{id}/…`, without the database, which may be imported under another name. Undefined when it is gone. */
function nameOf(account: Account, { container: rid, child }: PermissionScope): string | undefined {
  const { resources } = account.store;
  const container = resources.getByRid(rid);
  if (!container) return undefined;
  if (!child) return `colls/${container.id}`;
  const name = child.kind === 'docs' ? child.name : resources.getByRid(child.name)?.id;
  return name === undefined ? undefined : `colls/${container.id}/${child.kind}/${name}`;
}

/** Where a resource of an import belongs: what the lines before it have opened. */
export interface ImportPlace {
  readonly database: string;
  readonly container: Container | undefined;
  /** The name of the last user. */
  readonly user: string | undefined;
}

/** @returns the id @throws CosmosError BadRequest, Conflict */
export async function importResource(
  account: Account,
  { kind, properties }: Line & { type: 'resource' },
  place: ImportPlace,
): Promise<string> {
  const body =
    kind === 'permissions' ? { ...properties, resource: `dbs/${place.database}/${properties.resource}` } : properties;
  await createResource(account, kindOf(account, kind), { parent: parentOf(account, kind, place), body });
  return String(properties.id);
}

function kindOf(account: Account, kind: string): ResourceKind {
  const found = [...SCRIPTS, CLIENT_ENCRYPTION_KEYS, USERS].find((one) => one.kind === kind);
  return found ?? permissionKind(account);
}

function parentOf(
  { catalog, store }: Account,
  kind: string,
  { database, container, user }: ImportPlace,
): ResourceParent {
  const { rid } = catalog.database(database);
  const self = `dbs/${rid}/`;
  if (kind === USERS.kind || kind === CLIENT_ENCRYPTION_KEYS.kind) return { rid, self };
  if (kind !== 'permissions') {
    if (container) return { rid: container.rid, self: container.self, container };
    throw new CosmosError('BadRequest', 'a script before any container');
  }
  const owner = user === undefined ? undefined : store.resources.get(USERS.kind, rid, user);
  if (owner) return { rid: owner.rid, self: `${self}users/${owner.rid}/` };
  throw new CosmosError('BadRequest', 'a permission before any user');
}
