import type { Account } from '../../account/account.ts';
import type { Container } from '../../account/container.ts';
import type { CompiledQuery } from '../../query/compile-query.ts';
import { isExactCondition, keyRangesOf } from '../../store/index-key.ts';
import type { FeedSelection } from '../feed-scope.ts';
import { samePath } from './access-path.ts';

/** How many items pass the filter, where that can be told without reading them; undefined elsewhere. */
export function countDocuments(
  { store }: Account,
  container: Container,
  query: CompiledQuery,
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
