import { CosmosError } from '../model/errors.ts';

/**
 * What the credential of a request allows: an account key everything, a read-only key reading, an Entra token working
 * with items (its rights to the rest are the control plane's).
 */
export type Access = 'everything' | 'reading' | 'items';

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

/** @throws CosmosError Forbidden */
export function assertPermitted(access: Access, { isRead, resourceType }: Intent): void {
  if (access === 'everything') return;
  if (access === 'reading') {
    if (isRead) return;
    throw new CosmosError('Forbidden', 'The key of the request is a read-only key, and the request is not a read');
  }
  if (isRead ? resourceType !== THROUGHPUT_TYPE : ITEM_TYPES.includes(resourceType)) return;
  throw new CosmosError(
    'Forbidden',
    `The request on '${resourceType.slice(0, 50)}' cannot be authorized by AAD token in data plane`,
    { substatus: AAD_REQUEST_BLOCKED },
  );
}
