import {
  type Account,
  alreadyExists,
  type Container,
  findResource,
  notFound,
  nowInSeconds,
} from '../../account/account.ts';
import { CosmosError, missingProperties } from '../../model/errors.ts';
import { type JsonObject, type JsonValue, readWord } from '../../model/json.ts';
import { type PartitionKeyValue, parsePartitionKeyHeader } from '../../model/partition-key/partition-key.ts';
import { itemNumberOf, permissionRid, readResourceId } from '../../model/resource-id.ts';
import type { StoredResource } from '../../store/store.ts';
import type { NamedProperties, ResourceKind } from '../resources/named-resource.ts';

/** The resource that a permission is for. It is found when the permission is written: another one made under its name is not it. */
export interface PermissionScope {
  /** The `_rid` of the database. */
  readonly database: string;
  /** The `_rid` of the container. */
  readonly container: string;
  /** Absent: the container with all that is in it. */
  readonly child?: {
    /** `docs`, `sprocs`, `triggers` or `udfs`. */
    readonly kind: string;
    /** The id of an item, or the `_rid` of a script. */
    readonly name: string;
  };
}

/** Seconds a token is valid, unless the request says otherwise. Source: "Secure access to data in Azure Cosmos DB". */
const DEFAULT_EXPIRY_SECONDS = 3_600;

/**
 * What a user may do with one resource. Responses show a token, a new one each time.
 *
 * @param expirySeconds how long that token is valid
 */
export function permissionKind(account: Account, expirySeconds = DEFAULT_EXPIRY_SECONDS): ResourceKind {
  return {
    kind: 'permissions',
    feedName: 'Permissions',
    ridOf: permissionRid,
    readProperties: (body) => readPermission(account, body),
    assertWritable(resource, siblings) {
      const { resource: own } = permissionOf(resource);
      if (siblings.some((sibling) => permissionOf(sibling).resource === own)) throw alreadyExists();
    },
    addedProperties({ rid, etag }) {
      const expiresAt = nowInSeconds(account) + expirySeconds;
      return { scope: undefined, _token: account.resourceTokens.issue({ permission: rid, etag, expiresAt }) };
    },
  };
}

/** In any letter case: the SDK for JavaScript writes them in lower case, and what is written is what is read. */
const MODES = ['Read', 'All'] as const;

export interface Permission {
  readonly permissionMode: (typeof MODES)[number];
  /** As it was given. */
  readonly resource: string;
  readonly scope: PermissionScope;
  /** Only the logical partition with this key, or those below it in a hierarchical key. */
  readonly partitionKey?: PartitionKeyValue;
}

export function permissionOf({ body }: StoredResource): Permission {
  // Written by `readPermission` alone.
  const { resourcePartitionKey: key, ...stored } = JSON.parse(body) as Permission & {
    resourcePartitionKey?: JsonValue;
  };
  const permission = { ...stored, permissionMode: readWord(stored.permissionMode, 'permissionMode', MODES) };
  return key === undefined ? permission : { ...permission, partitionKey: parsePartitionKeyHeader(JSON.stringify(key)) };
}

/** @throws CosmosError BadRequest for a wrong body, NotFound for its resource */
function readPermission(account: Account, body: JsonObject): NamedProperties {
  const id = readResourceId(body.id);
  const { permissionMode, resource, resourcePartitionKey } = body;
  const missing = Object.entries({ permissionMode, resource }).filter(([, value]) => value === undefined);
  if (missing.length > 0) throw missingProperties(missing.map(([name]) => name));
  readWord(permissionMode, 'permissionMode', MODES);
  if (typeof resource !== 'string') throw invalidLink(String(JSON.stringify(resource)));
  const properties = { id, permissionMode: permissionMode ?? null, resource, scope: scopeOf(account, resource) };
  if (resourcePartitionKey === undefined || resourcePartitionKey === null) return properties;
  parsePartitionKeyHeader(JSON.stringify(resourcePartitionKey));
  return { ...properties, resourcePartitionKey };
}

/** @param link `dbs/{name or rid}/colls/{…}`, and `/docs/{…}` or a script below it; slashes at both ends do not matter */
function scopeOf(account: Account, link: string): PermissionScope & JsonObject {
  const segments = link.split('/').filter((segment) => segment !== '');
  const [dbs, database = '', colls, name = '', kind, child] = segments;
  const isLink = dbs === 'dbs' && colls === 'colls' && (segments.length === 4 || segments.length === 6);
  if (!isLink) throw invalidLink(link);
  const container = account.catalog.container(database, name);
  const scope = { database: container.database.rid, container: container.rid };
  if (kind === undefined || child === undefined) return scope;
  return { ...scope, child: { kind, name: childNameOf(account, container, { link, kind, child }) } };
}

function childNameOf(
  account: Account,
  container: Container,
  { link, kind, child }: { readonly link: string; readonly kind: string; readonly child: string },
): string {
  if (kind === 'docs') return itemIdOf(account, container, child);
  if (!['sprocs', 'triggers', 'udfs'].includes(kind)) throw invalidLink(link);
  return findResource(account.store, { kind, parentRid: container.rid, name: child }).rid;
}

/** The id of an item by its id or `_rid`. An id need not exist yet, because one may exist in each logical partition. */
export function itemIdOf({ store }: Account, container: Container, name: string): string {
  const number = itemNumberOf(name, container.rid);
  if (number === undefined) return name;
  const item = store.items.getByNumber(container.number, number);
  if (!item) throw notFound();
  return item.id;
}

function invalidLink(link: string): CosmosError {
  return new CosmosError(
    'BadRequest',
    `The resource '${link.slice(0, 300)}' of the permission is invalid; the link of a container, an item or a script is expected`,
  );
}
