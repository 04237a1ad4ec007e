import type { Container } from '../../account/container.ts';
import { CosmosError } from '../../model/errors.ts';
import { assertItemNesting, assertItemSize } from '../../model/item-limits.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import { assertSamePartitionKey, fullPartitionKey, type PartitionKeyValue } from '../../model/partition-key.ts';
import { readItemId } from '../../model/resource-id.ts';
import type { ItemKey } from '../../store/store.ts';

/** An item as a client sent it, checked; all that can be done before its turn to be written. */
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

/** @throws CosmosError BadRequest when the text is not JSON, or nested too deep; RequestEntityTooLarge above 2 MB */
export function parseItem(text: string, byteLength: number): JsonValue {
  assertItemSize(byteLength);
  return parseBody(text);
}

/** @throws CosmosError BadRequest when the text is not JSON, or nested too deep */
export function parseBody(text: string): JsonValue {
  const value = parseJson(text);
  assertItemNesting(value);
  return value;
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue; // what JSON.parse gives, by definition
  } catch {
    throw invalidItem('it is no JSON');
  }
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

/** What the client has set of an item. */
export function withoutSystemProperties(body: JsonObject): JsonObject {
  if (!SYSTEM_PROPERTIES.some((name) => name in body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => !SYSTEM_PROPERTIES.includes(name)));
}

function invalidItem(reason: string): CosmosError {
  return new CosmosError('BadRequest', `The input content is invalid because ${reason}.`);
}
