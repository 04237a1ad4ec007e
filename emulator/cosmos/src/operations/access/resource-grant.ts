import type { Account } from '../../account/account.ts';
import { type Container, findResource } from '../../account/account.ts';
import { CosmosError } from '../../model/errors.ts';
import { type PartitionKeyValue, startsWithPartitionKey } from '../../model/partition-key/partition-key.ts';
import type { ResourceTokenClaims } from '../../model/requests/resource-token.ts';
import { itemIdOf, type Permission, permissionOf } from './permissions.ts';

/** A request, as far as permissions ask about it. */
export interface GrantedRequest {
  /** The types of its path with `*` for each name. */
  readonly shape: string;
  readonly names: readonly string[];
  /** Whether it changes nothing. */
  readonly isRead: boolean;
  /** Whether it reads nothing but the definition of a container: a query plan. */
  readonly isPlan: boolean;
  /** Whether each of its operations names a partition key of its own. */
  readonly isBulk: boolean;
  /** As the request names it; absent: not named. */
  readonly partitionKey?: PartitionKeyValue;
}

/**
 * Checks a request with a resource token against the permission as it is now: a permission that was changed or deleted gives
 * nothing more. Source of the rules: "Access control on Azure Cosmos DB resources", REST reference.
 *
 * @throws CosmosError Forbidden
 */
export function assertGranted(account: Account, claims: ResourceTokenClaims, request: GrantedRequest): void {
  const stored = account.store.resources.getByRid(claims.permission);
  if (stored?.kind !== 'permissions' || stored.etag !== claims.etag) throw insufficient();
  if (request.shape === '') return; // the account document, which clients read before anything else
  if (!allows(account, permissionOf(stored), request)) throw insufficient();
}

const CONTAINER = 'dbs/*/colls/*';

function allows(account: Account, permission: Permission, request: GrantedRequest): boolean {
  const { shape, isRead, isPlan } = request;
  if (!request.isRead && permission.permissionMode === 'Read') return false;
  const container = containerOf(account, permission, request);
  if (!container) return false;
  const below = shape.slice(CONTAINER.length);
  if (below === '' || below === '/pkranges') return isRead;
  const { child } = permission.scope;
  if (child)
    return isChild(account, container, { child, below, name: request.names[2] ?? '' }) && hasKey(permission, request);
  return isPlan || hasKey(permission, request);
}

/** The container of the request, when it is the one of the permission. */
function containerOf(
  { catalog }: Account,
  { scope }: Permission,
  { shape, names: [database = '', name = ''] }: GrantedRequest,
): Container | undefined {
  if (shape !== CONTAINER && !shape.startsWith(`${CONTAINER}/`)) return undefined;
  try {
    const container = catalog.container(database, name);
    return container.rid === scope.container ? container : undefined;
  } catch (error) {
    if (error instanceof CosmosError) return undefined; // the caller must not learn what exists
    throw error;
  }
}

interface ChildRequest {
  readonly child: { readonly kind: string; readonly name: string };
  /** The path below the container. */
  readonly below: string;
  /** The name in it. */
  readonly name: string;
}

function isChild(account: Account, container: Container, { child, below, name }: ChildRequest): boolean {
  if (below !== `/${child.kind}/*`) return false;
  try {
    if (child.kind === 'docs') return itemIdOf(account, container, name) === child.name;
    return findResource(account.store, { kind: child.kind, parentRid: container.rid, name }).rid === child.name;
  } catch (error) {
    if (error instanceof CosmosError) return false;
    throw error;
  }
}

/** Whether the request stays within the logical partitions of the permission. */
function hasKey({ partitionKey: granted }: Permission, { partitionKey, isBulk }: GrantedRequest): boolean {
  if (!granted) return true;
  return !isBulk && partitionKey !== undefined && startsWithPartitionKey(partitionKey, granted);
}

function insufficient(): CosmosError {
  return new CosmosError(
    'Forbidden',
    'Insufficient permissions provided in the authorization header for the corresponding request. Please retry with another authorization header.',
  );
}
