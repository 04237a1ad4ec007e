import { postBatch } from './batch.ts';
import { anyConflict } from './conflicts.ts';
import {
  getConflicts,
  getContainer,
  getContainers,
  getPartitionKeyRanges,
  postContainer,
  postPartitionKeyDelete,
  putContainer,
  removeContainer,
} from './containers.ts';
import { getAccount, getDatabase, getDatabases, postDatabase, removeDatabase } from './databases.ts';
import { getChangeFeed, getItem, getItems, patchItemAt, postCreate, postUpsert, putItem, removeItem } from './items.ts';
import { atCost } from './metering.ts';
import { getOffer, getOffers, putOffer } from './offers.ts';
import {
  postConflictQuery,
  postContainerQuery,
  postDatabaseQuery,
  postOfferQuery,
  postQuery,
  postQueryPlan,
} from './queries.ts';
import type { RouteHandler, Verb } from './route.ts';

/** The API of the server: verb, path, operation. */
export const ROUTES: readonly (readonly [Verb, path: string, RouteHandler])[] = [
  ['get', '/', getAccount],
  ['post create', '/dbs', postDatabase],
  ['get', '/dbs', getDatabases],
  ['post query', '/dbs', postDatabaseQuery],
  ['get', '/dbs/*', getDatabase],
  ['delete', '/dbs/*', removeDatabase],
  ['post create', '/dbs/*/colls', postContainer],
  ['get', '/dbs/*/colls', getContainers],
  ['post query', '/dbs/*/colls', postContainerQuery],
  ['get', '/dbs/*/colls/*', getContainer],
  ['put', '/dbs/*/colls/*', putContainer],
  ['delete', '/dbs/*/colls/*', removeContainer],
  ['post create', '/dbs/*/colls/*/operations/partitionkeydelete', atCost(postPartitionKeyDelete)],
  ['get', '/dbs/*/colls/*/pkranges', getPartitionKeyRanges],
  ['post create', '/dbs/*/colls/*/docs', atCost(postCreate)],
  ['post upsert', '/dbs/*/colls/*/docs', atCost(postUpsert)],
  ['post batch', '/dbs/*/colls/*/docs', atCost(postBatch)],
  ['get', '/dbs/*/colls/*/docs', atCost(getItems)],
  ['post query', '/dbs/*/colls/*/docs', atCost(postQuery)],
  ['post query plan', '/dbs/*/colls/*/docs', atCost(postQueryPlan)],
  ['get change feed', '/dbs/*/colls/*/docs', atCost(getChangeFeed)],
  ['get', '/dbs/*/colls/*/docs/*', atCost(getItem)],
  ['put', '/dbs/*/colls/*/docs/*', atCost(putItem)],
  ['patch', '/dbs/*/colls/*/docs/*', atCost(patchItemAt)],
  ['delete', '/dbs/*/colls/*/docs/*', atCost(removeItem)],
  ['get', '/dbs/*/colls/*/conflicts', getConflicts],
  ['post query', '/dbs/*/colls/*/conflicts', postConflictQuery],
  ['get', '/dbs/*/colls/*/conflicts/*', anyConflict],
  ['delete', '/dbs/*/colls/*/conflicts/*', anyConflict],
  ['get', '/offers', getOffers],
  ['post query', '/offers', postOfferQuery],
  ['get', '/offers/*', getOffer],
  ['put', '/offers/*', putOffer],
];
