import type { SubscriptionKey } from './subscription.ts';

/** A message of the queue of wake-ups: whom to look at. It says nothing of why, and may come late, twice, or for nothing. */
export interface WakeUp {
  readonly subscriptions: readonly SubscriptionKey[];
}

export const MAX_KEYS = 100;
/** A message of a storage queue has 64 KB, of which Base64 takes a quarter. */
const MAX_BYTES = 45_000;

/** As few messages as hold all keys. */
export function toWakeUps(keys: readonly SubscriptionKey[]): readonly WakeUp[] {
  const messages: SubscriptionKey[][] = [];
  const encoder = new TextEncoder();
  let bytes = Number.POSITIVE_INFINITY;
  for (const { scope, id } of keys) {
    const key = { scope, id };
    const size = encoder.encode(JSON.stringify(key)).length + 1;
    const current = messages.at(-1);
    if (current && current.length < MAX_KEYS && bytes + size <= MAX_BYTES) {
      current.push(key);
      bytes += size;
    } else {
      messages.push([key]);
      bytes = size;
    }
  }
  return messages.map((subscriptions) => ({ subscriptions }));
}
