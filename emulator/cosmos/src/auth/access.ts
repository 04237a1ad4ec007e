import { CosmosError } from '../model/errors.ts';
import type { DataRole } from './entra-tokens.ts';

/**
 * What the credential of a request allows: an account key everything, a read-only key reading; an Entra token working
 * with items, or reading them (its rights to the rest are the control plane's).
 */
export type Access = 'everything' | 'reading' | 'items' | 'readingItems';

/** What a request is about to do. */
export interface Intent {
  /** Whether it leaves everything as it is. */
  readonly isRead: boolean;
  /** `dbs`, `colls`, `docs`…; empty for the account. */
  readonly resourceType: string;
}

/** What an Entra token may write. Source: "Use data plane role-based access control with Azure Cosmos DB for NoSQL". */
const ITEM_TYPES = ['docs', 'conflicts', 'operations'];
/** The data plane's roles do not cover throughput at all. Source: as above. */
const THROUGHPUT_TYPE = 'offers';
const AAD_REQUEST_BLOCKED = 5300;
const NO_PERMISSION = 5301;

/** @throws CosmosError Forbidden where there is no role */
export function accessOfRole(role: DataRole | null): Access {
  if (role === null) throw notPermitted();
  return role === 'contributor' ? 'items' : 'readingItems';
}

/** @throws CosmosError Forbidden */
export function assertPermitted(access: Access, { isRead, resourceType }: Intent): void {
  if (access === 'everything') return;
  if (access === 'reading') {
    if (isRead) return;
    throw new CosmosError('Forbidden', 'The key of the request is a read-only key, and the request is not a read');
  }
  if (access === 'readingItems' && !isRead && ITEM_TYPES.includes(resourceType)) throw notPermitted();
  if (isRead ? resourceType !== THROUGHPUT_TYPE : ITEM_TYPES.includes(resourceType)) return;
  throw new CosmosError(
    'Forbidden',
    `The request on '${resourceType.slice(0, 50)}' cannot be authorized by AAD token in data plane`,
    { substatus: AAD_REQUEST_BLOCKED },
  );
}

/** The words of the service around what it names: principal, action and scope. */
function notPermitted(): CosmosError {
  return new CosmosError(
    'Forbidden',
    'Request is blocked because principal does not have required RBAC permissions to perform the action on the resource',
    { substatus: NO_PERMISSION },
  );
}
