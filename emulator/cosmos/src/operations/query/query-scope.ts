import type { Container } from '../../account/container.ts';
import { type EpkRange, intersectEpkRanges } from '../../model/partition-key/effective-partition-key.ts';
import type { CompiledQuery } from '../../query/compile-query.ts';
import { type QueryRange, rangesOf } from '../../query/plan/query-ranges.ts';
import type { ItemSelection } from '../../store/store.ts';
import { type FeedScope, type FeedSelection, selectFeed } from '../feed-scope.ts';

/** More keys than this are read as one scan: each is a selection of its own. */
const MAX_TARGETS = 100;

/** The items that the request is about, without those of partition keys that the query's filter rules out. */
export function selectForQuery(container: Container, query: CompiledQuery, scope: FeedScope): FeedSelection {
  const feed = selectFeed(container, scope);
  const targets = targetEpks(container, query);
  if (targets === undefined || targets.length > MAX_TARGETS) return feed;
  return { ...feed, selections: feed.selections.flatMap((selection) => narrow(container, selection, targets)) };
}

/** The physical partitions that a query over the whole container must visit. */
export function targetRanges(container: Container, query: CompiledQuery): readonly number[] {
  const targets = targetEpks(container, query);
  return container.ranges.flatMap((bounds, range) =>
    targets === undefined || targets.some((target) => intersectEpkRanges(target, bounds)) ? [range] : [],
  );
}

/** Undefined: everything. */
function targetEpks({ definition }: Container, query: CompiledQuery): readonly EpkRange[] | undefined {
  const target = query.target(definition.partitionKey);
  if (target.kind === 'all') return undefined;
  return target.kind === 'none' ? [] : rangesOf(target, definition.partitionKey).map(toEpkRange);
}

/** A point holds the items of one key. */
function toEpkRange({ min, max }: QueryRange): EpkRange {
  return min === max ? { min, max: `${min}FF` } : { min, max };
}

function narrow(
  { ranges }: Container,
  selection: ItemSelection,
  targets: readonly EpkRange[],
): readonly ItemSelection[] {
  const { min = '', max = '' } = ranges[selection.range] ?? {};
  const { minEpk = min, maxEpk = max } = selection;
  return targets.flatMap((target) => {
    const both = intersectEpkRanges(target, { min: minEpk, max: maxEpk });
    return both ? [{ ...selection, minEpk: both.min, maxEpk: both.max }] : [];
  });
}
