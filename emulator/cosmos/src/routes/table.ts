import { USERS } from '../operations/access/users.ts';
import { CLIENT_ENCRYPTION_KEYS } from '../operations/resources/client-encryption-keys.ts';
import { STORED_PROCEDURES, TRIGGERS, USER_DEFINED_FUNCTIONS } from '../operations/scripts/script-kinds.ts';
import {
  getAccount,
  getDatabase,
  getDatabases,
  getOffer,
  getOffers,
  postDatabase,
  putOffer,
  removeDatabase,
} from './account.ts';
import {
  anyConflict,
  getConflicts,
  getContainer,
  getContainers,
  getPartitionKeyRanges,
  postContainer,
  postPartitionKeyDelete,
  putContainer,
  removeContainer,
} from './containers.ts';
import {
  getChangeFeed,
  getItem,
  getItems,
  patchItemAt,
  postBatch,
  postCreate,
  postUpsert,
  putItem,
  removeItem,
} from './items.ts';
import {
  postConflictQuery,
  postContainerQuery,
  postDatabaseQuery,
  postOfferQuery,
  postQuery,
  postQueryPlan,
} from './queries.ts';
import { databaseParent, requestedPermissionKind, resourceRows, userParent } from './resources.ts';
import type { RouteRow } from './router.ts';
import { containerParent, postExecute } from './scripts.ts';

/** The API of the server: verb, path, handler, and whether the operation spends throughput. */
export const ROUTES: readonly RouteRow[] = [
  ['get', '/', getAccount],
  ['post create', '/dbs', postDatabase],
  ['get', '/dbs', getDatabases],
  ['post query', '/dbs', postDatabaseQuery],
  ['get', '/dbs/*', getDatabase],
  ['delete', '/dbs/*', removeDatabase],
  ...resourceRows('/dbs/*/users', { kindOf: () => USERS, parentOf: databaseParent }),
  ...resourceRows('/dbs/*/users/*/permissions', { kindOf: requestedPermissionKind, parentOf: userParent }),
  ...resourceRows('/dbs/*/clientencryptionkeys', {
    kindOf: () => CLIENT_ENCRYPTION_KEYS,
    parentOf: databaseParent,
    verbs: ['post create', 'get', 'post query', 'put'],
  }),
  ['post create', '/dbs/*/colls', postContainer],
  ['get', '/dbs/*/colls', getContainers],
  ['post query', '/dbs/*/colls', postContainerQuery],
  ['get', '/dbs/*/colls/*', getContainer],
  ['put', '/dbs/*/colls/*', putContainer],
  ['delete', '/dbs/*/colls/*', removeContainer],
  ['post create', '/dbs/*/colls/*/operations/partitionkeydelete', postPartitionKeyDelete, 'throughput'],
  ['get', '/dbs/*/colls/*/pkranges', getPartitionKeyRanges],
  ['get change feed', '/dbs/*/colls/*/pkranges', getPartitionKeyRanges],
  ['post create', '/dbs/*/colls/*/docs', postCreate, 'throughput'],
  ['post upsert', '/dbs/*/colls/*/docs', postUpsert, 'throughput'],
  ['post batch', '/dbs/*/colls/*/docs', postBatch, 'throughput'],
  ['get', '/dbs/*/colls/*/docs', getItems, 'throughput'],
  ['post query', '/dbs/*/colls/*/docs', postQuery, 'throughput'],
  ['post query plan', '/dbs/*/colls/*/docs', postQueryPlan, 'throughput'],
  ['get change feed', '/dbs/*/colls/*/docs', getChangeFeed, 'throughput'],
  ['get', '/dbs/*/colls/*/docs/*', getItem, 'throughput'],
  ['put', '/dbs/*/colls/*/docs/*', putItem, 'throughput'],
  ['patch', '/dbs/*/colls/*/docs/*', patchItemAt, 'throughput'],
  ['delete', '/dbs/*/colls/*/docs/*', removeItem, 'throughput'],
  ['get', '/dbs/*/colls/*/conflicts', getConflicts],
  ['post query', '/dbs/*/colls/*/conflicts', postConflictQuery],
  ['get', '/dbs/*/colls/*/conflicts/*', anyConflict],
  ['delete', '/dbs/*/colls/*/conflicts/*', anyConflict],
  ...resourceRows('/dbs/*/colls/*/sprocs', { kindOf: () => STORED_PROCEDURES, parentOf: containerParent }),
  ['post create', '/dbs/*/colls/*/sprocs/*', postExecute, 'throughput'],
  ...resourceRows('/dbs/*/colls/*/triggers', { kindOf: () => TRIGGERS, parentOf: containerParent }),
  ...resourceRows('/dbs/*/colls/*/udfs', { kindOf: () => USER_DEFINED_FUNCTIONS, parentOf: containerParent }),
  ['get', '/offers', getOffers],
  ['post query', '/offers', postOfferQuery],
  ['get', '/offers/*', getOffer],
  ['put', '/offers/*', putOffer],
];
