import { CosmosError } from '../../model/errors.ts';
import { type JsonValue, valueAt } from '../../model/json.ts';
import { type CurrentDocument, YIELD, type Yield } from '../../query/execute/evaluation-frame.ts';
import { compareValues } from '../../query/values/operators.ts';
import { Weights } from '../../query/values/value.ts';
import { indexKey, isExactKey } from '../../store/index-key.ts';
import {
  type IndexEntry,
  type ItemIndexes,
  type ItemQueries,
  type ItemSelection,
  MAX_LISTED_BYTES,
  type QueriedItem,
  type QueriedSelection,
} from '../../store/item-queries.ts';
import type { FeedSelection } from '../feed.ts';
import type { AccessPath, IndexOrder } from './access-path.ts';

/** The first item to read. */
interface DocumentStart {
  /** The index of the selection of the feed. */
  readonly selection: number;
  /** The number of the item, or a lower one. */
  readonly document: number;
}

/** The part of the store that queries read items from. */
export interface QueriedStore {
  readonly queries: Pick<ItemQueries, 'bounds' | 'scan' | 'read' | 'numbers' | 'body'>;
  readonly indexes: Pick<ItemIndexes, 'entries'>;
}

export interface DocumentReading {
  /** In seconds since the Unix epoch: items that have expired are left out. */
  readonly now: number;
  readonly feed: FeedSelection;
  readonly access: AccessPath;
  /** From the highest number down. */
  readonly descending: boolean;
  /** Absent: the first item of all. Not for reading in the order of an index. */
  readonly start?: DocumentStart;
  /** Absent: the first item in the order of the index. */
  readonly orderStart?: OrderStart;
}

/** After so much text has been parsed, a query may yield. */
const CHARACTERS_BETWEEN_YIELDS = 64 * 1024;

/** Reads the items of a container for a query, one selection of the feed after the other. */
export class DocumentReader implements Iterable<JsonValue | Yield>, CurrentDocument {
  readonly #store: QueriedStore;
  readonly #reading: DocumentReading;
  readonly #beforeItem: (characters: number) => void;
  readonly #weights = new Weights();
  #current: { readonly number: number; readonly body: string; readonly value: JsonValue } | undefined;
  /** The index of the selection of the item read last. */
  selection: number;
  /** How many items were read, and the size of their texts. */
  items = 0;
  sizeInBytes = 0;

  constructor(store: QueriedStore, reading: DocumentReading, beforeItem: (characters: number) => void) {
    this.#store = store;
    this.#reading = reading;
    this.#beforeItem = beforeItem;
    this.selection = reading.start?.selection ?? 0;
  }

  /** The number of the item read last; 0 before the first. */
  get document(): number {
    return this.#current?.number ?? 0;
  }

  get documentBytes(): number {
    return this.#current?.body.length ?? 0;
  }

  /**
   * A row as JSON text: the stored one where the row is the document itself.
   *
   * @throws CosmosError BadRequest for a row of more than `maxBytes`
   */
  textOf(row: JsonValue, maxBytes: number): string {
    if (typeof row !== 'object') return JSON.stringify(row);
    if (this.#current?.value === row) return this.#current.body;
    const bytes = this.#weights.of(row);
    if (bytes > maxBytes)
      throw new CosmosError('BadRequest', `A row of the query has ${bytes} bytes, expected at most ${maxBytes}`);
    return JSON.stringify(row);
  }

  *[Symbol.iterator](): Generator<JsonValue | Yield> {
    const { feed, start } = this.#reading;
    for (const [index, selection] of feed.selections.entries()) {
      if (start && index < start.selection) continue;
      this.selection = index;
      const from = start?.selection === index ? start.document : undefined;
      for (const batch of this.#batchesOf(index, this.#toQueried(selection), from)) {
        yield YIELD;
        yield* this.#valuesOf(selection, batch);
      }
    }
  }

  *#valuesOf(selection: ItemSelection, batch: readonly QueriedItem[]): Generator<JsonValue | Yield> {
    let parsed = 0;
    for (const item of batch) {
      const body = this.#bodyOf(selection, item);
      if (body === undefined) continue;
      const value = this.#read(item.number, body);
      parsed += body.length;
      if (parsed >= CHARACTERS_BETWEEN_YIELDS) {
        yield YIELD;
        parsed = 0;
      }
      yield value;
    }
  }

  #toQueried(selection: FeedSelection['selections'][number]): QueriedSelection {
    const { access, feed, now } = this.#reading;
    const { partitionKey } = feed;
    return { ...selection, ...(partitionKey !== undefined && { partitionKey }), now, conditions: access.conditions };
  }

  #batchesOf(index: number, selection: QueriedSelection, from: number | undefined): ItemBatches {
    const store = this.#store;
    const { access, descending, orderStart } = this.#reading;
    if (access.kind === 'order') {
      const bodyOf = (item: QueriedItem) => this.#bodyOf(selection, item);
      return itemsInOrder(store, selection, { order: access, start: orderStart, bodyOf });
    }
    const window = { descending, ...(from !== undefined && { from }) };
    const numbers = access.kind === 'numbers' ? access.numbers[index] : undefined;
    return numbers ? itemsByNumber(store, selection, numbers, window) : itemsOfSelection(store, selection, window);
  }

  /** Undefined for an item that has gone since it was listed. */
  #bodyOf({ container }: ItemSelection, { number, body }: QueriedItem): string | undefined {
    this.#beforeItem(body?.length ?? MAX_LISTED_BYTES + 1);
    return body ?? this.#store.queries.body(container, number);
  }

  #read(number: number, body: string): JsonValue {
    const value = JSON.parse(body) as JsonValue; // our own text
    this.#current = { number, body, value };
    this.items += 1;
    this.sizeInBytes += Buffer.byteLength(body);
    return value;
  }
}

/** Batches of items. Other requests may write between two batches. */
type ItemBatches = Iterable<readonly QueriedItem[]>;

interface NumberOrder {
  /** From the highest number down. */
  readonly descending: boolean;
  /** The first number; absent: the first of all. */
  readonly from?: number;
}

/** The first read is small, because a query may want one item. */
const FIRST_BATCH = 8;
const MAX_BATCH = 256;
/**
 * The most text that one read brings into memory, in characters, unless one item has more. It is small, because objects that
 * survive several collections of the young generation make the heap grow.
 */
const MAX_BATCH_CHARACTERS = 256 * 1024;
/** The most numbers that one read looks through, so that it is short even when few items match. */
const MAX_SPAN = 8_192;
/** For a partition with more items, all items of its physical partition are read. */
const MAX_PARTITION = 500_000;

/** All items of a selection in the order of their numbers. */
function itemsOfSelection(store: QueriedStore, selection: QueriedSelection, order: NumberOrder): ItemBatches {
  const isPart = selection.minEpk !== undefined || selection.maxEpk !== undefined;
  const numbers = isPart ? store.queries.numbers(selection, MAX_PARTITION) : undefined;
  return numbers ? itemsByNumber(store, selection, numbers, order) : itemsOfRange(store, selection, order);
}

/** The items with these numbers that are in the selection, in the order of their numbers. */
function* itemsByNumber(
  store: QueriedStore,
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

function* itemsOfRange(
  store: QueriedStore,
  selection: QueriedSelection,
  { descending, from }: NumberOrder,
): ItemBatches {
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

function nextLimit(limit: number, items: readonly QueriedItem[]): number {
  const size = items.reduce((sum, { body }) => sum + (body?.length ?? MAX_LISTED_BYTES), 0);
  const fitting = size === 0 ? MAX_BATCH : Math.floor((MAX_BATCH_CHARACTERS * items.length) / size);
  return Math.max(1, Math.min(MAX_BATCH, 2 * limit, fitting));
}

/** The value, and the item, with which reading starts. */
export interface OrderStart {
  readonly value: JsonValue | undefined;
  /** The number of the first item; absent: the first with the value. */
  readonly document?: number;
}

/**
 * The items of a selection in the order of an index. Items whose values share a key (long strings, arrays, objects) are sorted
 * here. Reading that starts in the middle of them starts with the first of them.
 */
function* itemsInOrder(
  store: QueriedStore,
  selection: QueriedSelection,
  { order, start, bodyOf }: OrderedReading,
): ItemBatches {
  let tied: Tie | undefined;
  let limit = FIRST_BATCH;
  for (const chunk of entriesOf(store, selection, { order, start, limit: () => limit })) {
    const numbers = chunk.map(({ number }) => number);
    const read = store.queries.read(selection, numbers);
    limit = nextLimit(limit, read);
    const items = new Map(read.map((item) => [item.number, item]));
    const batch: QueriedItem[] = [];
    for (const { key, number } of chunk) {
      const item = items.get(number);
      if (!item) continue;
      if (tied && Buffer.compare(tied.key, key) === 0) {
        tied.items.push(item);
        continue;
      }
      batch.push(...sortTied(tied, order, bodyOf));
      tied = { key, items: [item] };
    }
    if (tied && isExactKey(tied.key)) {
      batch.push(...tied.items);
      tied = undefined;
    }
    yield batch;
  }
  yield sortTied(tied, order, bodyOf);
}

interface OrderedReading {
  readonly order: IndexOrder;
  readonly start: OrderStart | undefined;
  /** The body of an item whose value has to be compared; undefined when the item has gone. */
  bodyOf(item: QueriedItem): string | undefined;
}

/** Items whose values share a key. */
interface Tie {
  readonly key: Uint8Array;
  readonly items: QueriedItem[];
}

function* entriesOf(
  store: QueriedStore,
  { range }: QueriedSelection,
  { order, start, limit: limitNow }: Pick<OrderedReading, 'order' | 'start'> & { limit(): number },
): Iterable<readonly IndexEntry[]> {
  const { index, epk, keys, descending } = order;
  const selection = { index, range, keys, ...(epk !== undefined && { epk }) };
  let after = start && entryBefore(start, descending);
  for (;;) {
    const limit = limitNow();
    const chunk = store.indexes.entries(selection, { limit, descending, ...(after && { after }) });
    yield chunk;
    if (chunk.length < limit) return;
    after = chunk.at(-1);
  }
}

function entryBefore({ value, document }: OrderStart, descending: boolean): IndexEntry {
  const key = indexKey(value);
  if (document === undefined || !isExactKey(key)) return { key, number: descending ? Number.MAX_SAFE_INTEGER : 0 };
  return { key, number: descending ? document + 1 : document - 1 };
}

/** Items come in the order of their numbers, and stay so where their values are equal. */
function sortTied(
  tied: Tie | undefined,
  { path, descending }: IndexOrder,
  bodyOf: OrderedReading['bodyOf'],
): readonly QueriedItem[] {
  if (!tied) return [];
  if (isExactKey(tied.key)) return tied.items;
  const sign = descending ? -1 : 1;
  const valued = tied.items.map((item) => ({
    item,
    value: valueAt(JSON.parse(bodyOf(item) ?? 'null'), path) as JsonValue | undefined,
  }));
  valued.sort((left, right) => compareValues(left.value, right.value) * sign);
  return valued.map(({ item }) => item);
}
