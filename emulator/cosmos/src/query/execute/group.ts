import type { CompiledAggregate, Evaluate, Frame } from '../compile/compilation.ts';
import type { Aggregator } from '../functions/aggregates.ts';
import { canonicalKey } from '../values/canonical-key.ts';
import type { Value } from '../values/value.ts';
import { PAUSE, type Pause } from './pause.ts';

export interface Grouping {
  /** Undefined: all rows are one group, which exists even when there are none. */
  readonly keys: readonly Evaluate[] | undefined;
  readonly aggregates: readonly CompiledAggregate[];
}

interface Group {
  /** The values in scope for the group's first row, for what is selected besides aggregates. */
  readonly slots: readonly Value[];
  readonly aggregators: readonly Aggregator[];
}

/** Reads all rows, then stops once at each group, with its first row's values and its aggregates in the frame. */
export function* groupedTuples(
  rows: Iterable<Pause | undefined>,
  grouping: Grouping,
  frame: Frame,
): Iterable<Pause | undefined> {
  const groups = new Map<string, Group>();
  yield* readGroups(rows, grouping, { frame, groups });
  try {
    for (const { slots, aggregators } of groups.values()) {
      for (const [slot, value] of slots.entries()) frame.slots[slot] = value;
      for (const [index, { slot }] of grouping.aggregates.entries())
        frame.aggregates[slot] = aggregators[index]?.result();
      yield undefined;
    }
  } finally {
    frame.work.release(groups.size);
  }
}

/** The one group of a query that only counts, once the count is known. */
export function* countedTuple({ aggregates }: Grouping, count: number, frame: Frame): Iterable<undefined> {
  for (const { slot } of aggregates) frame.aggregates[slot] = count;
  yield undefined;
}

function* readGroups(
  rows: Iterable<Pause | undefined>,
  { keys, aggregates }: Grouping,
  { frame, groups }: { readonly frame: Frame; readonly groups: Map<string, Group> },
): Iterable<Pause> {
  const open = (key: string): Group => {
    const group = { slots: [...frame.slots], aggregators: aggregates.map((aggregate) => aggregate.start()) };
    frame.work.hold();
    groups.set(key, group);
    return group;
  };
  if (keys === undefined) open('');
  for (const step of rows) {
    if (step === PAUSE) {
      yield PAUSE;
      continue;
    }
    const key = keys === undefined ? '' : keyOf(keys, frame);
    const { aggregators } = groups.get(key) ?? open(key);
    for (let index = 0; index < aggregates.length; index += 1) {
      aggregators[index]?.add(aggregates[index]?.argument(frame));
    }
  }
}

function keyOf(keys: readonly Evaluate[], frame: Frame): string {
  const [only] = keys;
  if (only !== undefined && keys.length === 1) return canonicalKey(only(frame));
  return keys.map((key) => canonicalKey(key(frame))).join('|');
}
