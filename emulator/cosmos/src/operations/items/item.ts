import type { Container } from '../../account/catalog.ts';
import { CosmosError } from '../../model/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import {
  assertSamePartitionKey,
  fullPartitionKey,
  type PartitionKeyValue,
} from '../../model/partition-key/partition-key.ts';
import { readItemId } from '../../model/resource-id.ts';
import type { ItemKey, StoredItem } from '../../store/store.ts';
import type { OperationResult } from '../result.ts';

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
  if (ttl === undefined || ttl === null || ttl === -1) return;
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

/** The outcome of an operation on one item. */
export type ItemResult = OperationResult & {
  readonly body?: string;
  readonly container: Container;
  readonly range: number;
};

export function toItemResult(status: 200 | 201, container: Container, item: StoredItem, charge: number): ItemResult {
  return { status, body: item.body, etag: item.etag, charge, container, range: item.range, itemLsn: item.lsn };
}

/** The value of `ttl` and `defaultTtl` of items that do not expire. */
const NEVER = -1;

/**
 * When an item written at `ts` expires, in seconds since the Unix epoch; null: never. An item's own `ttl` counts only in
 * a container that has a `defaultTtl`. Source: "Time to live (TTL) in Azure Cosmos DB".
 */
export function expiryOf(ttl: JsonValue | undefined, defaultTtl: JsonValue | undefined, ts: number): number | null {
  if (typeof defaultTtl !== 'number') return null;
  const seconds = typeof ttl === 'number' ? ttl : defaultTtl;
  return seconds === NEVER ? null : ts + seconds;
}

/** @param now seconds since the Unix epoch */
export function isExpired({ expiresAt }: Pick<StoredItem, 'expiresAt'>, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}
