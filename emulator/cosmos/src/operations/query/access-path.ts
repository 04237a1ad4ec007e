import type { Account } from '../../account/account.ts';
import type { Container } from '../../account/container.ts';
import type { CompiledQuery, PathCondition } from '../../query/index.ts';
import { ALL_KEYS, indexKey, type KeyRange, keyRangesOf } from '../../store/index-key.ts';
import type { ItemIndex } from '../../store/item-queries.ts';
import type { ItemSelection, Store } from '../../store/store.ts';
import type { FeedSelection } from '../feed-scope.ts';
import type { IndexOrder } from './items-in-order.ts';

/** How a query reads its items. */
export type AccessPath = AccessBase & (ReadAll | ReadNumbers | ReadInOrder);

interface AccessBase {
  /** What the store may narrow by. */
  readonly conditions: readonly PathCondition[];
  /** The indexed paths that are used. */
  readonly paths: readonly (readonly string[])[];
}

interface ReadAll {
  readonly kind: 'all';
}

/** Only these items may contribute, by selection of the feed. */
interface ReadNumbers {
  readonly kind: 'numbers';
  readonly numbers: readonly (readonly number[])[];
}

/** In the order of ORDER BY. */
interface ReadInOrder extends IndexOrder {
  readonly kind: 'order';
}

/** Items in no order by the table: reading more than this one by one takes longer than reading all. */
const MAX_NUMBERS = 50_000;
/** Reading this few and sorting them is faster than following an order. */
const FEW_NUMBERS = 1_000;
/** Arrays and objects share one key each, so their order comes from sorting. */
const MAX_TIED = 1_000;

export function chooseAccess(
  { store }: Account,
  container: Container,
  query: CompiledQuery,
  { selections }: FeedSelection,
): AccessPath {
  const { conditions } = query.filters;
  const complete = store.indexes.list(container.number).filter(({ isComplete }) => isComplete);
  const indexOf = (path: readonly string[]) => complete.find((index) => samePath(index.path, path));
  const narrow = narrowest(store, selections, conditions, indexOf);
  const isFew = narrow?.numbers.every((numbers) => numbers.length <= FEW_NUMBERS);
  const order = isFew ? undefined : orderOf(store, selections, query, indexOf);
  return order ?? narrow ?? { kind: 'all', conditions, paths: [] };
}

/** The paths by which indexes would narrow or sort a query. A value to equal narrows so much that others need no index. */
export function pathsOfUse({ filters, sorts }: CompiledQuery): readonly (readonly string[])[] {
  const pinned = filters.conditions.filter(({ among }) => among !== undefined);
  const narrowing = pinned.length > 0 ? pinned : filters.conditions;
  const order = sorts && filters.orderBy?.length === 1 ? filters.orderBy : [];
  return [...narrowing, ...order].map(({ path }) => path);
}

type IndexOf = (path: readonly string[]) => ItemIndex | undefined;

export function samePath(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}

function narrowest(
  store: Store,
  selections: readonly ItemSelection[],
  conditions: readonly PathCondition[],
  indexOf: IndexOf,
): (AccessBase & ReadNumbers) | undefined {
  // Equality first: its items are few more often.
  const promising = conditions.toSorted(
    (left, right) => Number(right.among !== undefined) - Number(left.among !== undefined),
  );
  for (const condition of promising) {
    const index = indexOf(condition.path);
    const numbers = index && numbersOf(store, selections, index, keyRangesOf(condition));
    if (numbers) return { kind: 'numbers', numbers, conditions, paths: [condition.path] };
  }
  return undefined;
}

/** Undefined when there are too many. */
function numbersOf(
  { indexes }: Store,
  selections: readonly ItemSelection[],
  { id }: ItemIndex,
  keyRanges: readonly KeyRange[],
): readonly (readonly number[])[] | undefined {
  let left = MAX_NUMBERS;
  const found: number[][] = [];
  for (const { range } of selections) {
    const ofSelection: number[] = [];
    for (const keys of keyRanges) {
      const numbers = indexes.numbers({ index: id, range, keys }, left);
      if (!numbers) return undefined;
      left -= numbers.length;
      for (const number of numbers) ofSelection.push(number);
    }
    found.push(ofSelection);
  }
  return found;
}

/** Undefined when the query does not sort by one path, or the order would have to be merged. */
function orderOf(
  { indexes }: Store,
  selections: readonly ItemSelection[],
  { filters, sorts }: CompiledQuery,
  indexOf: IndexOf,
): (AccessBase & ReadInOrder) | undefined {
  const [key, ...more] = sorts ? (filters.orderBy ?? []) : [];
  const [selection, ...others] = selections;
  const index = key && indexOf(key.path);
  if (!index || !selection || more.length > 0 || others.length > 0 || selection.minEpk !== undefined) return undefined;
  const tied = { lower: indexKey([]), upper: ALL_KEYS.upper };
  if (indexes.count({ index: index.id, range: selection.range, keys: tied }) > MAX_TIED) return undefined;
  const { path, descending } = key;
  const ranges = filters.conditions.filter((condition) => samePath(condition.path, path)).map(keyRangesOf);
  const [only] = ranges.find(({ length }) => length === 1) ?? [];
  const { conditions } = filters;
  return { kind: 'order', index: index.id, path, descending, ...(only && { keys: only }), conditions, paths: [path] };
}
