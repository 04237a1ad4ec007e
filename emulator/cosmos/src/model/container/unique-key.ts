import { createHash } from 'node:crypto';
import { CosmosError } from '../errors.ts';
import { isJsonObject, type JsonObject, type JsonValue, parsePropertyPath, valueAt } from '../json.ts';
import type { UniqueKeyPolicy } from './container-policies.ts';

/** Longer texts are stored as their SHA-256, so that an index entry stays small whatever the item holds. */
const MAX_STORED_CHARACTERS = 256;

/**
 * Returns a function that reads an item's value of each unique key of the policy, as one text per key, in the policy's order. Two
 * items of a logical partition may not have the same text for a key. A missing property counts as null.
 * Source: "Unique key constraints in Azure Cosmos DB".
 */
export function uniqueKeyReader({ uniqueKeys }: UniqueKeyPolicy): (item: JsonObject) => readonly string[] {
  const keys = uniqueKeys.map(({ paths }) => paths.map(parsePropertyPath));
  return (item) => keys.map((paths) => shorten(JSON.stringify(paths.map((path) => canonical(valueAt(item, path))))));
}

/** The error of a write when another item of the logical partition has the same value. */
export function uniqueKeyViolation(): CosmosError {
  return new CosmosError('Conflict', 'Unique index constraint violation.');
}

/** The value with the members of objects sorted by name. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isJsonObject(value)) return value ?? null;
  const members = Object.entries(value).sort(byName);
  return Object.fromEntries(members.map(([name, member]) => [name, canonical(member)]));
}

function byName([left]: [string, JsonValue], [right]: [string, JsonValue]): number {
  return left < right ? -1 : 1;
}

function shorten(text: string): string {
  if (text.length <= MAX_STORED_CHARACTERS) return text;
  return `sha256:${createHash('sha256').update(text).digest('base64')}`;
}
