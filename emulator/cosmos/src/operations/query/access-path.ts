import type { Account, Container } from '../../account/account.ts';
import type { PathCondition } from '../../query/plan/filters.ts';
import { ALL_KEYS, indexKey, isExactCondition, keyRangesOf } from '../../store/index-key.ts';
import type { ItemIndex, KeyRange } from '../../store/item-queries.ts';
import type { ItemSelection, Store } from '../../store/store.ts';
import type { FeedSelection } from '../feed.ts';
import type { QueryOutline } from './query-outline.ts';

/** How a query reads its items. */
export type AccessPath = AccessBase & (ReadAll | ReadNumbers | ReadInOrder);

/** One logical partition. */
interface QueriedPartition extends ItemSelection {
  /** As compact JSON. */
  readonly partitionKey: string;
}

interface AccessBase {
  /** Conditions by which the store may leave out items. */
  readonly conditions: readonly PathCondition[];
  /** The indexed paths that are used. */
  readonly paths: readonly (readonly string[])[];
}

interface ReadAll {
  readonly kind: 'all';
}

/** Only these items can match, for each selection of the feed. */
interface ReadNumbers {
  readonly kind: 'numbers';
  readonly numbers: readonly (readonly number[])[];
}

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

/** In the order of ORDER BY. */
interface ReadInOrder extends IndexOrder {
  readonly kind: 'order';
}

/** Reading more items than this by number takes longer than reading all. */
const MAX_NUMBERS = 50_000;
/** Reading this few and sorting them is faster than following an order. */
const FEW_NUMBERS = 1_000;
/** Arrays and objects share one key each, so their order comes from sorting. */
const MAX_TIED = 1_000;

export function chooseAccess(
  { store }: Account,
  container: Container,
  query: QueryOutline,
  feed: FeedSelection,
): AccessPath {
  const { selections } = feed;
  const { conditions } = query.filters;
  const epk = partitionOf(feed)?.minEpk;
  const usable = store.indexes
    .list(container.number)
    .filter(({ isComplete, byPartition }) => isComplete && byPartition === (epk !== undefined));
  const indexOf = (path: readonly string[]) => usable.find((index) => samePath(index.path, path));
  const indexed = { store, selections, indexOf, ...(epk !== undefined && { epk }) };
  const order = orderOf(indexed, query);
  const narrow = order
    ? narrowest(
        indexed,
        conditions.filter((condition) => !isCovered(condition, order.path)),
        FEW_NUMBERS,
      )
    : narrowest(indexed, conditions, MAX_NUMBERS);
  return (narrow && { ...narrow, conditions }) ?? order ?? { kind: 'all', conditions, paths: [] };
}

/** The logical partition of a feed; undefined when it covers more than one. */
export function partitionOf({ selections, partitionKey }: FeedSelection): QueriedPartition | undefined {
  const [selection] = selections;
  return partitionKey === undefined || !selection ? undefined : { ...selection, partitionKey };
}

/** The paths whose indexes would narrow or sort a query. With an equality, other conditions need no index. */
export function indexablePathsOf({ filters, sorts }: QueryOutline): readonly (readonly string[])[] {
  const pinned = filters.conditions.filter(({ among }) => among !== undefined);
  const narrowing = pinned.length > 0 ? pinned : filters.conditions;
  const order = sorts ? (filters.orderBy ?? []).slice(0, 1) : [];
  const paths = [...narrowing, ...order].map(({ path }) => path);
  return paths.filter((path, index) => paths.findIndex((other) => samePath(other, path)) === index);
}

/** What is read, and its indexes. */
interface Indexed {
  readonly store: Store;
  readonly selections: readonly ItemSelection[];
  /** The effective partition key when one logical partition is read: its indexes are those by partition. */
  readonly epk?: string;
  indexOf(path: readonly string[]): ItemIndex | undefined;
}

export function samePath(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}

function narrowest(
  indexed: Indexed,
  conditions: readonly PathCondition[],
  limit: number,
): (Pick<AccessBase, 'paths'> & ReadNumbers) | undefined {
  // Equality comes first, because it usually matches fewer items.
  const promising = conditions.toSorted(
    (left, right) => Number(right.among !== undefined) - Number(left.among !== undefined),
  );
  for (const condition of promising) {
    const index = indexed.indexOf(condition.path);
    const numbers = index && numbersOf(indexed, index, keyRangesOf(condition), limit);
    if (numbers) return { kind: 'numbers', numbers, paths: [condition.path] };
  }
  return undefined;
}

/** Undefined when there are more than `limit`. */
function numbersOf(
  { store, selections, epk }: Indexed,
  { id }: ItemIndex,
  keyRanges: readonly KeyRange[],
  limit: number,
): readonly (readonly number[])[] | undefined {
  let left = limit;
  const found: number[][] = [];
  for (const { range } of selections) {
    const ofSelection: number[] = [];
    for (const keys of keyRanges) {
      const numbers = store.indexes.numbers({ index: id, range, keys, ...(epk !== undefined && { epk }) }, left);
      if (!numbers) return undefined;
      left -= numbers.length;
      for (const number of numbers) ofSelection.push(number);
    }
    found.push(ofSelection);
  }
  return found;
}

/** By the first path of ORDER BY. Undefined when the query does not sort by paths, or the order would have to be merged. */
function orderOf(
  { store, selections, epk, indexOf }: Indexed,
  { filters, sorts }: QueryOutline,
): (AccessBase & ReadInOrder) | undefined {
  const [key] = sorts ? (filters.orderBy ?? []) : [];
  const [selection, ...others] = selections;
  const index = key && indexOf(key.path);
  const isPart = selection?.minEpk !== undefined && epk === undefined;
  if (!index || !selection || others.length > 0 || isPart) return undefined;
  const scope = { index: index.id, ...(epk !== undefined && { epk }) };
  const tied = { lower: indexKey([]), upper: ALL_KEYS.upper };
  if (store.indexes.count({ ...scope, range: selection.range, keys: tied }) > MAX_TIED) return undefined;
  const { path, descending } = key;
  const { conditions } = filters;
  const keys = commonKeys(conditions.filter((condition) => isCovered(condition, path)));
  return { kind: 'order', ...scope, path, descending, keys, conditions, paths: [path] };
}

/** Whether reading in the order of the path reads no more than what the condition lets through. */
function isCovered(condition: PathCondition, path: readonly string[]): boolean {
  return samePath(condition.path, path) && keyRangesOf(condition).length === 1;
}

/** Keys outside of which no value meets all of the conditions. */
function commonKeys(conditions: readonly PathCondition[]): KeyRange {
  return conditions.flatMap(keyRangesOf).reduce((left, right) => {
    const lower = Buffer.compare(left.lower, right.lower) < 0 ? right.lower : left.lower;
    const upper = Buffer.compare(left.upper, right.upper) < 0 ? left.upper : right.upper;
    return { lower, upper };
  }, ALL_KEYS);
}

/** How many items pass the filter, if that is known without reading them; otherwise undefined. */
export function countDocuments(
  { store }: Account,
  container: Container,
  query: QueryOutline,
  { selections, partitionKey }: FeedSelection,
): number | undefined {
  const { conditions, areExact } = query.filters;
  const isPart = partitionKey !== undefined || selections.some(({ minEpk }) => minEpk !== undefined);
  // An item that has expired is still in the store and its indexes.
  if (!query.isPureCount || !areExact || isPart || container.definition.defaultTtl !== undefined) return undefined;
  const [condition] = conditions;
  if (!condition) return sum(selections.map((selection) => store.queries.count(selection, Number.MAX_SAFE_INTEGER)));
  if (!isExactCondition(condition)) return undefined;
  const index = store.indexes
    .list(container.number)
    .find(({ path, byPartition }) => !byPartition && samePath(path, condition.path));
  if (!index?.isComplete) return undefined;
  const keyRanges = keyRangesOf(condition);
  const counts = selections.flatMap(({ range }) =>
    keyRanges.map((keys) => store.indexes.count({ index: index.id, range, keys })),
  );
  return sum(counts);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
