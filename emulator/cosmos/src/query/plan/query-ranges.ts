import { effectivePartitionKey, FULL_EPK_RANGE } from '../../model/partition-key/effective-partition-key.ts';
import {
  formatPartitionKey,
  type PartitionKeyDefinition,
  type PartitionKeyValue,
} from '../../model/partition-key/partition-key.ts';
import type { KeyAssignment } from './partition-key-filter.ts';

/** A range of effective partition keys as the query plan writes it; a point has equal ends, both included. */
export interface QueryRange {
  readonly min: string;
  readonly max: string;
  readonly isMinInclusive: boolean;
  readonly isMaxInclusive: boolean;
}

/** Which partition keys a query must visit. */
export type QueryTarget =
  | { readonly kind: 'all' }
  /** No key at all: the filter can never pass, or there is no FROM. */
  | { readonly kind: 'none' }
  /** Full keys, or prefixes of a hierarchical key; distinct, at least one. */
  | { readonly kind: 'keys'; readonly keys: readonly PartitionKeyValue[] };

export function targetOf(assignments: readonly KeyAssignment[], definition: PartitionKeyDefinition): QueryTarget {
  if (assignments.length === 0) return { kind: 'none' };
  const keys = assignments.map((assignment) => keyOf(assignment, definition));
  if (keys.some((key) => key.length === 0)) return { kind: 'all' };
  return { kind: 'keys', keys: [...new Map(keys.map((key) => [formatPartitionKey(key), key])).values()] };
}

/** The components that are fixed from the first on without a gap; a part of a key is only useful when it is hierarchical. */
function keyOf(assignment: KeyAssignment, { kind, paths }: PartitionKeyDefinition): PartitionKeyValue {
  const open = paths.findIndex((_, index) => !assignment.has(index));
  const length = open < 0 ? paths.length : open;
  if (length < paths.length && kind !== 'MultiHash') return [];
  return paths.slice(0, length).map((_, index) => assignment.get(index));
}

/** Whether the query stays in one logical partition, so that a single server can run it alone. */
export function isSinglePartition(target: QueryTarget, { paths }: PartitionKeyDefinition): boolean {
  if (target.kind !== 'keys') return target.kind === 'none';
  return target.keys.length === 1 && target.keys[0]?.length === paths.length;
}

/** The ranges in order of their effective partition keys, not overlapping. */
export function rangesOf(target: QueryTarget, definition: PartitionKeyDefinition): readonly QueryRange[] {
  if (target.kind === 'all') return [{ ...FULL_EPK_RANGE, isMinInclusive: true, isMaxInclusive: false }];
  if (target.kind === 'none') return [pointAt('')];
  const ranges = target.keys.map((key) => rangeOf(key, definition));
  return withoutCovered(ranges.sort((left, right) => (left.min < right.min ? -1 : 1)));
}

function rangeOf(key: PartitionKeyValue, definition: PartitionKeyDefinition): QueryRange {
  const epk = effectivePartitionKey(key, definition);
  if (key.length === definition.paths.length) return pointAt(epk);
  return { min: epk, max: `${epk}FF`, isMinInclusive: true, isMaxInclusive: false };
}

function pointAt(epk: string): QueryRange {
  return { min: epk, max: epk, isMinInclusive: true, isMaxInclusive: true };
}

/** Drops ranges inside an earlier one: a full key below a prefix, or a key with the same hash. */
function withoutCovered(sorted: readonly QueryRange[]): readonly QueryRange[] {
  const kept: QueryRange[] = [];
  for (const range of sorted) {
    const last = kept.at(-1);
    if (last === undefined || range.max > last.max) kept.push(range);
  }
  return kept;
}
