import type { Account } from '../account/account.ts';
import type { Container } from '../account/container.ts';
import { itemNumberOf } from '../model/rid.ts';
import { readChangeFeed } from '../operations/change-feed/read-change-feed.ts';
import { createItem } from '../operations/items/create-item.ts';
import { deleteItem } from '../operations/items/delete-item.ts';
import {
  type ItemInput,
  locate,
  namedPartitionKey,
  parseBody,
  parseItem,
  toItemInput,
} from '../operations/items/item.ts';
import type { ItemResult } from '../operations/items/item-result.ts';
import { listItems } from '../operations/items/list-items.ts';
import { patchItem, toPatch } from '../operations/items/patch-item.ts';
import { readItem } from '../operations/items/read-item.ts';
import { assertSameId, replaceItem } from '../operations/items/replace-item.ts';
import { upsertItem } from '../operations/items/upsert-item.ts';
import type { OperationResult } from '../operations/result.ts';
import type { ItemKey } from '../store/store.ts';
import { containerOf } from './containers.ts';
import { changeFeedRequestOf, feedScopeOf } from './feed-request.ts';
import { feedPageOf, nameAt, partitionKeyOf, preconditionsOf, prefersMinimal, type RouteRequest } from './request.ts';
import { assertSession } from './session.ts';

export function postCreate(account: Account, request: RouteRequest): Promise<OperationResult> {
  const container = containerOf(account, request);
  return answerWrite(request, createItem(account, container, inputOf(container, request)));
}

export function postUpsert(account: Account, request: RouteRequest): Promise<OperationResult> {
  const container = containerOf(account, request);
  const input = { ...inputOf(container, request), ...preconditionsOf(request) };
  return answerWrite(request, upsertItem(account, container, input));
}

export function getItem(account: Account, request: RouteRequest): OperationResult {
  const container = containerOf(account, request);
  const key = keyOf(account, container, request);
  assertSession(account, container, request);
  return readItem(account, container, { key, ...preconditionsOf(request) });
}

export function putItem(account: Account, request: RouteRequest): Promise<OperationResult> {
  const container = containerOf(account, request);
  const { id } = keyOf(account, container, request);
  const input = inputOf(container, request);
  assertSameId(input, id);
  return answerWrite(request, replaceItem(account, container, { ...input, ...preconditionsOf(request) }));
}

export function patchItemAt(account: Account, request: RouteRequest): Promise<OperationResult> {
  const container = containerOf(account, request);
  const key = keyOf(account, container, request);
  const patch = toPatch(container, parseBody(request.body.toString()));
  return answerWrite(request, patchItem(account, container, { key, patch, ...preconditionsOf(request) }));
}

export function removeItem(account: Account, request: RouteRequest): Promise<OperationResult> {
  const container = containerOf(account, request);
  const key = keyOf(account, container, request);
  return deleteItem(account, container, { key, ...preconditionsOf(request) });
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

/** Without the item when the client wants none back. */
function answerWrite(request: RouteRequest, written: Promise<ItemResult>): Promise<OperationResult> {
  return prefersMinimal(request) ? written.then(({ body: _, ...rest }) => rest) : written;
}

function inputOf(container: Container, request: RouteRequest): ItemInput {
  const { body } = request;
  return toItemInput(container, parseItem(body.toString(), body.length), partitionKeyOf(request));
}

/** By id; where the container was addressed by rid (`_self` links), by rid as well. */
function keyOf(account: Account, container: Container, request: RouteRequest): ItemKey {
  const name = nameAt(request, 2);
  const number = nameAt(request, 1) === container.rid ? itemNumberOf(name, container.rid) : undefined;
  const item = number === undefined ? undefined : account.store.items.getByNumber(container.number, number);
  return item ?? locate(container, namedPartitionKey(container, partitionKeyOf(request)), name).key;
}
