import type { JsonValue } from '../../model/json.ts';
import type { StoredItem } from '../../store/store.ts';

/** The value of `ttl` and `defaultTtl` that means: does not expire. */
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
