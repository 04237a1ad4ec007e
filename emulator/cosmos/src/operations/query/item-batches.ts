import type { QueriedItem, QueriedSelection } from '../../store/item-queries.ts';
import type { Store } from '../../store/store.ts';

/** Items a batch at a time; between two batches others may write. */
export type ItemBatches = Iterable<readonly QueriedItem[]>;

export interface NumberOrder {
  /** From the highest number down. */
  readonly descending: boolean;
  /** The number to begin with; absent: the first of all. */
  readonly from?: number;
}

/** The first read is small, because a query may want one item. */
const FIRST_BATCH = 32;
const MAX_BATCH = 256;
/**
 * How much text one read may bring into memory, in characters, or one item where they are larger. Small, because what outlives a few
 * collections of young garbage makes the heap grow.
 */
const BATCH_SIZE = 256 * 1024;
/** How many numbers one read looks through at most, so that it does not take long where few items are wanted. */
const MAX_SPAN = 8_192;
/** A partition with more items than this is found by looking at all of its physical partition. */
const MAX_PARTITION = 500_000;

/** All items of a selection in the order of their numbers. */
export function itemsOfSelection(store: Store, selection: QueriedSelection, order: NumberOrder): ItemBatches {
  const isPart = selection.minEpk !== undefined || selection.maxEpk !== undefined;
  const numbers = isPart ? store.queries.numbers(selection, MAX_PARTITION) : undefined;
  return numbers ? itemsByNumber(store, selection, numbers, order) : itemsOfRange(store, selection, order);
}

/** Those of some items that are in the selection, in the order of their numbers. */
export function* itemsByNumber(
  store: Store,
  selection: QueriedSelection,
  numbers: readonly number[],
  { descending, from }: NumberOrder,
): ItemBatches {
  const sign = descending ? -1 : 1;
  const sorted = Float64Array.from(numbers).sort();
  if (descending) sorted.reverse();
  let next = from === undefined ? 0 : sorted.findIndex((number) => (number - from) * sign >= 0);
  if (next < 0) return;
  let limit = FIRST_BATCH;
  while (next < sorted.length) {
    const items = store.queries.read(selection, [...sorted.subarray(next, next + limit)]);
    yield items.sort((left, right) => (left.number - right.number) * sign);
    next += limit;
    limit = nextLimit(limit, items);
  }
}

function* itemsOfRange(store: Store, selection: QueriedSelection, { descending, from }: NumberOrder): ItemBatches {
  const bounds = store.queries.bounds(selection);
  if (!bounds) return;
  let { first, last } = bounds;
  if (from !== undefined && descending) last = Math.min(last, from);
  else if (from !== undefined) first = Math.max(first, from);
  let limit = FIRST_BATCH;
  for (let span = FIRST_BATCH; first <= last; span = Math.min(2 * span, MAX_SPAN)) {
    const window = descending
      ? { first: Math.max(first, last - span + 1), last }
      : { first, last: Math.min(last, first + span - 1) };
    const items = store.queries.scan(selection, window, { limit, descending });
    yield items;
    const stop = items.length === limit ? items.at(-1)?.number : undefined;
    if (descending) last = (stop ?? window.first) - 1;
    else first = (stop ?? window.last) + 1;
    limit = nextLimit(limit, items);
  }
}

export function nextLimit(limit: number, items: readonly QueriedItem[]): number {
  const size = items.reduce((sum, { body }) => sum + body.length, 0);
  const fitting = size === 0 ? MAX_BATCH : Math.floor((BATCH_SIZE * items.length) / size);
  return Math.max(1, Math.min(MAX_BATCH, 2 * limit, fitting));
}
