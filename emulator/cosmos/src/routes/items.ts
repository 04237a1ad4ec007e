import type { Account, Container } from '../account/account.ts';
import { CosmosError } from '../model/errors.ts';
import { readBatchRequest } from '../model/requests/batch-request.ts';
import { itemNumberOf } from '../model/resource-id.ts';
import { executeBatch } from '../operations/batch/execute-batch.ts';
import { executeBulk } from '../operations/batch/execute-bulk.ts';
import { readChangeFeed } from '../operations/change-feed/read-change-feed.ts';
import {
  assertSameId,
  createItem,
  deleteItem,
  type ItemInput,
  type ItemResult,
  locate,
  namedPartitionKey,
  replaceItem,
  toItemInput,
  upsertItem,
} from '../operations/items/item-transaction.ts';
import { listItems } from '../operations/items/list-items.ts';
import { patchItem, toPatch } from '../operations/items/patch-item.ts';
import { readItem } from '../operations/items/read-item.ts';
import type { OperationResult } from '../operations/result.ts';
import { type TriggeredWrite, writeWithTriggers } from '../operations/scripts/write-with-triggers.ts';
import type { ItemKey } from '../store/store.ts';
import {
  assertSession,
  changeFeedRequestOf,
  containerOf,
  feedPageOf,
  feedScopeOf,
  flag,
  itemBody,
  jsonBody,
  logsOf,
  nameAt,
  partitionKeyOf,
  preconditionsOf,
  prefersMinimal,
  type RouteRequest,
  rangeOf,
  triggersOf,
} from './request.ts';

export function postCreate(account: Account, request: RouteRequest): Promise<OperationResult> {
  const container = containerOf(account, request);
  const triggers = triggersOf(request);
  if (triggers)
    return triggered(account, request, { triggers, write: { operation: 'Create', body: itemBody(request) } });
  return withPreference(request, createItem(account, container, inputOf(container, request)));
}

export function postUpsert(account: Account, request: RouteRequest): Promise<OperationResult> {
  const container = containerOf(account, request);
  const triggers = triggersOf(request);
  if (triggers)
    return triggered(account, request, { triggers, write: { operation: 'Upsert', body: itemBody(request) } });
  const input = { ...inputOf(container, request), ...preconditionsOf(request) };
  return withPreference(request, upsertItem(account, container, input));
}

export function getItem(account: Account, request: RouteRequest): OperationResult {
  const container = containerOf(account, request);
  const key = keyOf(account, container, request);
  assertSession(account, container, request);
  return readItem(account, container, { key, ...preconditionsOf(request) });
}

export function putItem(account: Account, request: RouteRequest): Promise<OperationResult> {
  const container = containerOf(account, request);
  const key = keyOf(account, container, request);
  const triggers = triggersOf(request);
  if (triggers)
    return triggered(account, request, { triggers, write: { operation: 'Replace', body: itemBody(request), key } });
  const { id } = key;
  const input = inputOf(container, request);
  assertSameId(input, id);
  return withPreference(request, replaceItem(account, container, { ...input, ...preconditionsOf(request) }));
}

export function patchItemAt(account: Account, request: RouteRequest): Promise<OperationResult> {
  const container = containerOf(account, request);
  const key = keyOf(account, container, request);
  const patch = toPatch(account, container, jsonBody(request));
  return withPreference(request, patchItem(account, container, { key, patch, ...preconditionsOf(request) }));
}

export function removeItem(account: Account, request: RouteRequest): Promise<OperationResult> {
  const container = containerOf(account, request);
  const key = keyOf(account, container, request);
  const triggers = triggersOf(request);
  if (triggers) return triggered(account, request, { triggers, write: { operation: 'Delete', key } });
  return deleteItem(account, container, { key, ...preconditionsOf(request) });
}

function triggered(
  account: Account,
  request: RouteRequest,
  { triggers, write }: Pick<TriggeredWrite, 'triggers' | 'write'>,
): Promise<OperationResult> {
  const input = { triggers, write, partitionKey: partitionKeyOf(request), logs: logsOf(request) };
  const preconditions = preconditionsOf(request);
  return writeWithTriggers(account, containerOf(account, request), { ...input, preconditions });
}

export function getItems(account: Account, request: RouteRequest): OperationResult {
  const container = containerOf(account, request);
  assertSession(account, container, request);
  return listItems(account, container, { ...feedPageOf(request), scope: feedScopeOf(container, request) });
}

export function getChangeFeed(account: Account, request: RouteRequest): Promise<OperationResult> {
  const container = containerOf(account, request);
  assertSession(account, container, request);
  const { maxItemCount } = feedPageOf(request);
  return readChangeFeed(account, container, {
    ...changeFeedRequestOf(request),
    maxItemCount,
    scope: feedScopeOf(container, request),
  });
}

/** Leaves out the item when the client prefers so. */
function withPreference(request: RouteRequest, written: Promise<ItemResult>): Promise<OperationResult> {
  return prefersMinimal(request) ? written.then(({ body: _, ...rest }) => rest) : written;
}

function inputOf(container: Container, request: RouteRequest): ItemInput {
  return toItemInput(container, itemBody(request), partitionKeyOf(request));
}

/**
 * Finds the item by id, and by rid where the path names the container by rid (`_self` links). A partition key in the request must
 * be the item's.
 */
function keyOf(account: Account, container: Container, request: RouteRequest): ItemKey {
  const name = nameAt(request, 2);
  const number = nameAt(request, 1) === container.rid ? itemNumberOf(name, container.rid) : undefined;
  const item = number === undefined ? undefined : account.store.items.getByNumber(container.number, number);
  const partitionKey = partitionKeyOf(request);
  if (item && partitionKey === undefined) return item;
  const named = locate(container, namedPartitionKey(container, partitionKey), name).key;
  return item?.partitionKey === named.partitionKey ? item : named;
}

/** A transactional batch when the request is atomic, otherwise bulk. */
export function postBatch(account: Account, request: RouteRequest): Promise<OperationResult> {
  const container = containerOf(account, request);
  const operations = readBatchRequest(jsonBody(request), request.body.length);
  if (operations.some(({ operationType }) => operationType === 'Read')) assertSession(account, container, request);
  const minimal = prefersMinimal(request);
  if (flag(request, 'x-ms-cosmos-batch-atomic'))
    return executeBatch(account, container, { operations, partitionKey: partitionKeyOf(request), minimal });
  const continueOnError = flag(request, 'x-ms-cosmos-batch-continue-on-error');
  const range = bulkRangeOf(container, request);
  return executeBulk(account, container, { operations, range, continueOnError, minimal });
}

function bulkRangeOf(container: Container, request: RouteRequest): number {
  const range = rangeOf(container, request);
  if (range !== undefined) return range;
  if (container.ranges.length === 1) return 0;
  throw new CosmosError('BadRequest', 'A bulk request must name its partition key range');
}
