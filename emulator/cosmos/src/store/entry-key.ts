import type { JsonValue } from '../model/json.ts';
import { valueAt } from '../model/property-path.ts';
import { indexKey, type KeyRange } from './index-key.ts';
import type { IndexEntry, IndexedPath, IndexSelection } from './item-queries.ts';

/** The key under which an index holds an item: of an index by partition, that of the value behind the effective partition key. */
export function entryKey({ path, byPartition }: IndexedPath, epk: string, item: JsonValue): Buffer {
  const key = indexKey(valueAt(item, path) as JsonValue | undefined); // of an item's JSON
  return byPartition ? behind(epk, key) : key;
}

/** The keys of the entries that are selected. */
export function entryKeys({ epk, keys }: IndexSelection): KeyRange {
  return epk === undefined ? keys : { lower: behind(epk, keys.lower), upper: behind(epk, keys.upper) };
}

/** An entry as the index holds it. */
export function toHeld({ key, number }: IndexEntry, { epk }: IndexSelection): IndexEntry {
  return { key: epk === undefined ? key : behind(epk, key), number };
}

/** An entry with the key of its value: the inverse of {@link toHeld}. */
export function fromHeld({ key, number }: IndexEntry, { epk }: IndexSelection): IndexEntry {
  return { key: epk === undefined ? key : key.subarray(epk.length + 1), number };
}

/** Effective partition keys are hexadecimal, so no zero byte is in one, and none reaches into another's entries. */
function behind(epk: string, key: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${epk}\0`, 'latin1'), key]);
}
