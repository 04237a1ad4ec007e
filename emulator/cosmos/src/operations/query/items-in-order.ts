import type { JsonValue } from '../../model/json.ts';
import { valueAt } from '../../model/property-path.ts';
import { compareValues } from '../../query/values/comparison.ts';
import { indexKey, isExactKey, type KeyRange } from '../../store/index-key.ts';
import type { IndexEntry, QueriedItem, QueriedSelection } from '../../store/item-queries.ts';
import type { Store } from '../../store/store.ts';
import { type ItemBatches, nextLimit } from './item-batches.ts';

/** Reading in the order of the values at a path. */
export interface IndexOrder {
  readonly index: number;
  /** The effective partition key, of an index by partition. */
  readonly epk?: string;
  readonly path: readonly string[];
  readonly descending: boolean;
  /** Only values with these keys. */
  readonly keys: KeyRange;
}

/** Where to begin: with the items of a value. */
export interface OrderStart {
  readonly value: JsonValue | undefined;
  /** The number of the item to begin with; absent: the first with the value. */
  readonly document?: number;
}

const FIRST_BATCH = 32;

/**
 * The items of a selection in the order of an index. Where several values share a key (long strings, arrays, objects) their items are put
 * in order here, and begin again from the first of them when reading begins in their middle.
 */
export function* itemsInOrder(
  store: Store,
  selection: QueriedSelection,
  order: IndexOrder,
  start: OrderStart | undefined,
): ItemBatches {
  let tied: Tie | undefined;
  for (const chunk of entriesOf(store, selection, order, start)) {
    const numbers = chunk.map(({ number }) => number);
    const items = new Map(store.queries.read(selection, numbers).map((item) => [item.number, item]));
    const batch: QueriedItem[] = [];
    for (const { key, number } of chunk) {
      const item = items.get(number);
      if (!item) continue;
      if (tied && Buffer.compare(tied.key, key) === 0) {
        tied.items.push(item);
        continue;
      }
      batch.push(...sortTied(tied, order));
      tied = { key, items: [item] };
    }
    if (tied && isExactKey(tied.key)) {
      batch.push(...tied.items);
      tied = undefined;
    }
    yield batch;
  }
  yield sortTied(tied, order);
}

/** Items whose values share a key. */
interface Tie {
  readonly key: Uint8Array;
  readonly items: QueriedItem[];
}

function* entriesOf(
  store: Store,
  { range }: QueriedSelection,
  { index, epk, keys, descending }: IndexOrder,
  start: OrderStart | undefined,
): Iterable<readonly IndexEntry[]> {
  const selection = { index, range, keys, ...(epk !== undefined && { epk }) };
  let after = start && entryBefore(start, descending);
  let limit = FIRST_BATCH;
  for (;;) {
    const chunk = store.indexes.entries(selection, { limit, descending, ...(after && { after }) });
    yield chunk;
    if (chunk.length < limit) return;
    after = chunk.at(-1);
    limit = nextLimit(limit, []);
  }
}

function entryBefore({ value, document }: OrderStart, descending: boolean): IndexEntry {
  const key = indexKey(value);
  if (document === undefined || !isExactKey(key)) return { key, number: descending ? Number.MAX_SAFE_INTEGER : 0 };
  return { key, number: descending ? document + 1 : document - 1 };
}

/** Items come in the order of their numbers, and stay so where their values are equal. */
function sortTied(tied: Tie | undefined, { path, descending }: IndexOrder): readonly QueriedItem[] {
  if (!tied) return [];
  if (isExactKey(tied.key)) return tied.items;
  const sign = descending ? -1 : 1;
  const valued = tied.items.map((item) => ({
    item,
    value: valueAt(JSON.parse(item.body), path) as JsonValue | undefined,
  }));
  valued.sort((left, right) => compareValues(left.value, right.value) * sign);
  return valued.map(({ item }) => item);
}
