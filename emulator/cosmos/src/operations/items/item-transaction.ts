import { type Account, alreadyExists, type Container, newEtag, notFound, nowInSeconds } from '../../account/account.ts';
import { uniqueKeyViolation } from '../../model/container/unique-key.ts';
import { CosmosError } from '../../model/errors.ts';
import { assertItemSize, assertItemValues, isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import {
  assertSamePartitionKey,
  fullPartitionKey,
  type PartitionKeyValue,
} from '../../model/partition-key/partition-key.ts';
import { childRid, readItemId } from '../../model/resource-id.ts';
import type { ItemKey, StoredItem } from '../../store/store.ts';
import { assertIfMatch, isNotModified, type Preconditions, preconditionFailed } from '../preconditions.ts';
import type { OperationResult } from '../result.ts';
import { deletedCharge, writtenCharge } from '../throughput/request-charge.ts';
import { type ItemChange, startOfRetention, toLoggedChange } from './change-log.ts';

/** @throws CosmosError Conflict when the id exists in the logical partition */
export async function createItem(account: Account, container: Container, input: ItemInput): Promise<ItemResult> {
  const item = await account.commits.write(() => applyCreate(new ItemTransaction(account, container), input));
  const charge = writtenCharge(container, 'create', { item, properties: input.properties });
  return toItemResult(201, container, item, charge);
}

/** The write inside a transaction, which may have others. Throws before it writes. */
export function applyCreate(transaction: ItemTransaction, input: ItemInput): StoredItem {
  if (transaction.find(input.key)) throw alreadyExists();
  return transaction.insert(input);
}

/** @throws CosmosError NotFound, or PreconditionFailed when the item has changed since `ifMatch` */
export async function replaceItem(
  account: Account,
  container: Container,
  input: ItemInput & Preconditions,
): Promise<ItemResult> {
  const item = await account.commits.write(() => applyReplace(new ItemTransaction(account, container), input));
  const charge = writtenCharge(container, 'replace', { item, properties: input.properties });
  return toItemResult(200, container, item, charge);
}

/** The write inside a transaction, which may have others. Throws before it writes. */
export function applyReplace(transaction: ItemTransaction, input: ItemInput & Preconditions): StoredItem {
  const existing = transaction.find(input.key);
  if (!existing) throw notFound();
  assertIfMatch(input, existing.etag);
  return transaction.replace(existing, input);
}

/** @throws CosmosError BadRequest when the item in the body has another id than the request names */
export function assertSameId({ key }: ItemInput, id: string): void {
  if (key.id === id) return;
  throw new CosmosError('BadRequest', "The id of the item in the body doesn't match the one in the request path");
}

/** 201 when it has created the item, 200 when it has replaced it. */
export async function upsertItem(
  account: Account,
  container: Container,
  input: ItemInput & Preconditions,
): Promise<ItemResult> {
  const { item, created } = await account.commits.write(() =>
    applyUpsert(new ItemTransaction(account, container), input),
  );
  const written = { item, properties: input.properties };
  const charge = writtenCharge(container, created ? 'create' : 'replace', written);
  return toItemResult(created ? 201 : 200, container, item, charge);
}

/** The write inside a transaction, which may have others. Throws before it writes. */
export function applyUpsert(
  transaction: ItemTransaction,
  input: ItemInput & Preconditions,
): { item: StoredItem; created: boolean } {
  const existing = transaction.find(input.key);
  if (!existing) return { item: transaction.insert(input), created: true };
  assertIfMatch(input, existing.etag);
  if (isNotModified(input, existing.etag)) throw preconditionFailed();
  return { item: transaction.replace(existing, input), created: false };
}

export interface DeleteItemInput extends Preconditions {
  readonly key: ItemKey;
}

/** @throws CosmosError NotFound, or PreconditionFailed when the item has changed since `ifMatch` */
export async function deleteItem(account: Account, container: Container, input: DeleteItemInput): Promise<ItemResult> {
  const item = await account.commits.write(() => applyDelete(new ItemTransaction(account, container), input));
  return { status: 204, charge: deletedCharge(container, item), container, range: item.range, itemLsn: item.lsn };
}

/** The write inside a transaction, which may have others. Throws before it writes. */
export function applyDelete(transaction: ItemTransaction, input: DeleteItemInput): StoredItem {
  const existing = transaction.find(input.key);
  if (!existing) throw notFound();
  assertIfMatch(input, existing.etag);
  return transaction.delete(existing);
}

/** An item of a request, validated as far as this is possible outside of a transaction. */
export interface ItemInput {
  readonly key: ItemKey;
  readonly range: number;
  /** The item's value of each unique key of the container. */
  readonly uniqueKeys: readonly string[];
  /** Without the properties that the server sets. */
  readonly properties: JsonObject;
}

const SYSTEM_PROPERTIES = ['_rid', '_self', '_etag', '_attachments', '_ts'];

/**
 * @param partitionKey as the request named it; undefined: not named
 * @throws CosmosError BadRequest or RequestEntityTooLarge
 */
export function toItemInput(
  container: Container,
  body: JsonValue,
  partitionKey: PartitionKeyValue | undefined,
): ItemInput {
  if (!isJsonObject(body)) throw invalidItem('an item is a JSON object');
  const id = readItemId(body.id);
  assertTtl(body.ttl);
  const ofItem = container.partitionKeyOf(body);
  const ofRequest = namedPartitionKey(container, partitionKey);
  assertSamePartitionKey(ofItem, ofRequest);
  const uniqueKeys = container.uniqueKeysOf(body).map((value, index) => `${index}:${value}`);
  return { ...locate(container, ofItem, id), uniqueKeys, properties: withoutSystemProperties(body) };
}

/** As `toItemInput`, of what a script has made. @throws CosmosError BadRequest or RequestEntityTooLarge */
export function checkedItemInput(
  container: Container,
  body: JsonValue | undefined,
  partitionKey: PartitionKeyValue | undefined,
): ItemInput {
  const item = body ?? null;
  assertItemValues(item);
  assertItemSize(Buffer.byteLength(JSON.stringify(item)));
  return toItemInput(container, item, partitionKey);
}

/** Where the item with this id is or would be. */
export function locate(
  container: Container,
  partitionKey: PartitionKeyValue,
  id: string,
): { key: ItemKey; range: number } {
  const { range, epk, partitionKey: text } = container.locate(partitionKey);
  return { key: { container: container.number, epk, partitionKey: text, id }, range };
}

/** @throws CosmosError BadRequest when the request named no full partition key */
export function namedPartitionKey(
  container: Container,
  partitionKey: PartitionKeyValue | undefined,
): PartitionKeyValue {
  if (partitionKey) return fullPartitionKey(partitionKey, container.definition.partitionKey);
  if (container.definition.partitionKey.systemKey) return [];
  throw new CosmosError('BadRequest', 'PartitionKey value must be supplied for this operation.');
}

function assertTtl(ttl: JsonValue | undefined): void {
  if (ttl === undefined || ttl === -1) return;
  if (typeof ttl === 'number' && Number.isInteger(ttl) && ttl > 0 && ttl < 2 ** 31) return;
  throw new CosmosError(
    'BadRequest',
    "The input ttl '".concat(
      String(ttl).slice(0, 50),
      "' is invalid. Ensure to provide a nonzero positive integer less than or equal to '2147483647', or a '-1' (never expire).",
    ),
  );
}

/** The properties that the client has set. */
export function withoutSystemProperties(body: JsonObject): JsonObject {
  if (!SYSTEM_PROPERTIES.some((name) => name in body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => !SYSTEM_PROPERTIES.includes(name)));
}

function invalidItem(reason: string): CosmosError {
  return new CosmosError('BadRequest', `The input content is invalid because ${reason}.`);
}

/**
 * Writes to the items of one container with one LSN per physical partition: one write, or all of a transactional batch.
 * Created and used inside one `GroupCommit.write`. The rules of each operation are in its own file.
 */
export class ItemTransaction {
  readonly account: Account;
  readonly container: Container;
  readonly ts: number;
  readonly #lsns = new Map<number, number>();
  /** Expired items that `find` has met, by number: they make way when the transaction writes. */
  readonly #expired = new Map<number, StoredItem>();

  /** @throws CosmosError NotFound when the container is gone */
  constructor(account: Account, container: Container) {
    this.account = account;
    // Another write of this turn may have replaced or deleted it since the request looked it up.
    this.container = account.catalog.container(container.database.rid, container.rid);
    this.ts = nowInSeconds(account);
  }

  /** The item as a read sees it. One that has expired is not found, and is deleted by the next `insert` or `replace`. */
  find(key: ItemInput['key']): StoredItem | undefined {
    const item = this.account.store.items.get(key);
    if (!item || !isExpired(item, this.ts)) return item;
    this.#expired.set(item.number, item);
    return undefined;
  }

  /** Creates an item that `find` has not found. @throws CosmosError Conflict when a unique key is taken; then nothing is written */
  insert(input: ItemInput): StoredItem {
    const { items, counters } = this.account.store;
    this.#assertUnique(input, undefined);
    this.#deleteExpired();
    const item = this.#toStored(input, counters.next('items'));
    items.insert(item);
    this.#claim(input, item.number);
    this.#record(item, { current: item });
    return item;
  }

  /** @throws CosmosError Conflict when a unique key is taken; then nothing is written */
  replace(existing: StoredItem, input: ItemInput): StoredItem {
    this.#assertUnique(input, existing.number);
    this.#deleteExpired();
    const item = this.#toStored(input, existing.number);
    this.account.store.items.update(item);
    this.#release(item.number);
    this.#claim(input, item.number);
    this.#record(item, { previous: existing, current: item });
    return item;
  }

  delete(existing: StoredItem): StoredItem {
    this.#remove(existing);
    this.#record(existing, { previous: existing });
    return { ...existing, lsn: this.#lsn(existing.range) };
  }

  /** Deletes an item whose time to live is over. */
  expire(item: StoredItem): void {
    this.#remove(item);
    this.#record(item, { previous: item, expired: true });
  }

  /** Their keys and unique keys are free for what is written next. */
  #deleteExpired(): void {
    if (this.#expired.size === 0) return;
    for (const item of this.#expired.values()) this.expire(item);
    this.#expired.clear();
  }

  #remove(item: StoredItem): void {
    this.account.store.items.delete(item);
    this.#release(item.number);
  }

  #assertUnique({ key, uniqueKeys }: ItemInput, self: number | undefined): void {
    for (const value of uniqueKeys) {
      const holder = this.account.store.uniqueKeys.holder(key.container, key.partitionKey, value);
      if (holder !== undefined && holder !== self && this.#isLive(holder)) throw uniqueKeyViolation();
    }
  }

  /** An item that has expired holds its unique keys no longer. */
  #isLive(number: number): boolean {
    const item = this.account.store.items.getByNumber(this.container.number, number);
    return item !== undefined && this.find(item) !== undefined;
  }

  #claim({ key, uniqueKeys }: ItemInput, item: number): void {
    const { container, partitionKey } = key;
    for (const value of uniqueKeys) this.account.store.uniqueKeys.claim({ container, partitionKey, value, item });
  }

  #release(item: number): void {
    const { container } = this;
    if (container.definition.uniqueKeyPolicy) this.account.store.uniqueKeys.release(container.number, item);
  }

  #toStored({ key, range, properties }: ItemInput, number: number): StoredItem {
    const { container, ts } = this;
    const etag = newEtag(this.account);
    const rid = childRid(container.rid, 'item', number);
    const system = `"_rid":"${rid}","_self":"${container.self}docs/${rid}/","_etag":"\\"${etag.slice(1, -1)}\\"","_attachments":"attachments/","_ts":${ts}}`;
    return {
      container: key.container,
      epk: key.epk,
      partitionKey: key.partitionKey,
      id: key.id,
      number,
      range,
      lsn: this.#lsn(range),
      ts,
      etag,
      expiresAt: expiryOf(properties.ttl, container.definition.defaultTtl, ts),
      body: `${JSON.stringify(properties).slice(0, -1)},${system}`,
    };
  }

  /** Appends to the change feed of all versions, if the container has one, and drops the changes it no longer keeps. */
  #record(item: StoredItem, images: Pick<ItemChange, 'previous' | 'current' | 'expired'>): void {
    const { container, ts } = this;
    const lsn = this.#lsn(item.range);
    if (!container.keepsAllVersions) return;
    const { changeLog } = this.account.store;
    changeLog.append(toLoggedChange(container, item, { ...images, lsn, ts }));
    changeLog.prune(container.number, startOfRetention(container, ts));
  }

  #lsn(range: number): number {
    const known = this.#lsns.get(range);
    if (known !== undefined) return known;
    const lsn = this.account.store.counters.next(this.container.lsnCounters[range] ?? '');
    this.#lsns.set(range, lsn);
    this.#notify(range, lsn);
    return lsn;
  }

  #notify(range: number, lsn: number): void {
    const { commits, notifications } = this.account;
    if (!notifications.hasSubscribers) return;
    const { database, id, rid, lsnCounters } = this.container;
    const change = { database: database.id, container: id, containerRid: rid, range, lsn };
    commits.afterCommit(lsnCounters[range] ?? '', () => notifications.publish(change));
  }
}

/** The value of `ttl` and `defaultTtl` of items that do not expire. */
const NEVER = -1;

/**
 * When an item written at `ts` expires, in seconds since the Unix epoch; null: never. An item's own `ttl` counts only in
 * a container that has a `defaultTtl`. Source: "Time to live (TTL) in Azure Cosmos DB".
 */
function expiryOf(ttl: JsonValue | undefined, defaultTtl: JsonValue | undefined, ts: number): number | null {
  if (typeof defaultTtl !== 'number') return null;
  const seconds = typeof ttl === 'number' ? ttl : defaultTtl;
  return seconds === NEVER ? null : ts + seconds;
}

/** @param now seconds since the Unix epoch */
export function isExpired({ expiresAt }: Pick<StoredItem, 'expiresAt'>, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}

/** The outcome of an operation on one item. */
export type ItemResult = OperationResult & {
  readonly body?: string;
  readonly container: Container;
  readonly range: number;
};

export function toItemResult(status: 200 | 201, container: Container, item: StoredItem, charge: number): ItemResult {
  return { status, body: item.body, etag: item.etag, charge, container, range: item.range, itemLsn: item.lsn };
}
