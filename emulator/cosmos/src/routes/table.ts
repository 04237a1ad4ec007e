import type { Account } from '../account/account.ts';
import type { OperationResult } from '../operations/result.ts';
import { postBatch } from './batch.ts';
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
import { getOffer, getOffers, putOffer } from './offers.ts';
import {
  postConflictQuery,
  postContainerQuery,
  postDatabaseQuery,
  postOfferQuery,
  postQuery,
  postQueryPlan,
} from './queries.ts';
import type { RouteRequest } from './request.ts';

/** What a request to a path wants: the HTTP method, and for POST and GET what the headers say besides. */
export type Verb =
  | 'get'
  | 'get change feed'
  | 'post create'
  | 'post upsert'
  | 'post query'
  | 'post query plan'
  | 'post batch'
  | 'put'
  | 'patch'
  | 'delete';

export type RouteHandler = (account: Account, request: RouteRequest) => OperationResult | Promise<OperationResult>;

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
  ['post create', '/dbs/*/colls/*/operations/partitionkeydelete', postPartitionKeyDelete],
  ['get', '/dbs/*/colls/*/pkranges', getPartitionKeyRanges],
  ['get', '/dbs/*/colls/*/conflicts', getConflicts],
  ['post query', '/dbs/*/colls/*/conflicts', postConflictQuery],
  ['post create', '/dbs/*/colls/*/docs', postCreate],
  ['post upsert', '/dbs/*/colls/*/docs', postUpsert],
  ['post batch', '/dbs/*/colls/*/docs', postBatch],
  ['get', '/dbs/*/colls/*/docs', getItems],
  ['post query', '/dbs/*/colls/*/docs', postQuery],
  ['post query plan', '/dbs/*/colls/*/docs', postQueryPlan],
  ['get change feed', '/dbs/*/colls/*/docs', getChangeFeed],
  ['get', '/dbs/*/colls/*/docs/*', getItem],
  ['put', '/dbs/*/colls/*/docs/*', putItem],
  ['patch', '/dbs/*/colls/*/docs/*', patchItemAt],
  ['delete', '/dbs/*/colls/*/docs/*', removeItem],
  ['get', '/offers', getOffers],
  ['post query', '/offers', postOfferQuery],
  ['get', '/offers/*', getOffer],
  ['put', '/offers/*', putOffer],
];
