import type { Aggregator } from '../functions/aggregates.ts';
import { canonicalKey } from '../values/canonical-key.ts';
import type { Value } from '../values/value.ts';
import { type Evaluate, type EvaluationFrame, YIELD, type Yield } from './evaluation-frame.ts';

/** An aggregate of a select list. */
export interface CompiledAggregate {
  readonly slot: number;
  readonly argument: Evaluate;
  start(): Aggregator;
}

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

/** Reads all rows, then yields once per group, with the values of its first row and its aggregates in the frame. */
export function* groupedTuples(
  rows: Iterable<Yield | undefined>,
  grouping: Grouping,
  frame: EvaluationFrame,
): Iterable<Yield | undefined> {
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

/** The only group of a query that asks for nothing but the count, where that is known. */
export function* countedTuple({ aggregates }: Grouping, count: number, frame: EvaluationFrame): Iterable<undefined> {
  for (const { slot } of aggregates) frame.aggregates[slot] = count;
  yield undefined;
}

function* readGroups(
  rows: Iterable<Yield | undefined>,
  { keys, aggregates }: Grouping,
  { frame, groups }: { readonly frame: EvaluationFrame; readonly groups: Map<string, Group> },
): Iterable<Yield> {
  const open = (key: string): Group => {
    const group = { slots: [...frame.slots], aggregators: aggregates.map((aggregate) => aggregate.start()) };
    frame.work.hold();
    groups.set(key, group);
    return group;
  };
  if (keys === undefined) open('');
  for (const step of rows) {
    if (step === YIELD) {
      yield YIELD;
      continue;
    }
    const key = keys === undefined ? '' : keyOf(keys, frame);
    const { aggregators } = groups.get(key) ?? open(key);
    for (let index = 0; index < aggregates.length; index += 1) {
      aggregators[index]?.add(aggregates[index]?.argument(frame));
    }
  }
}

function keyOf(keys: readonly Evaluate[], frame: EvaluationFrame): string {
  const [only] = keys;
  if (only !== undefined && keys.length === 1) return canonicalKey(only(frame));
  return keys.map((key) => canonicalKey(key(frame))).join('|');
}

/** The rows without those that equal an earlier one. */
export function* distinctRows(rows: Iterable<Value | Yield>, frame: EvaluationFrame): Iterable<Value | Yield> {
  const seen = new Set<string>();
  try {
    for (const row of rows) {
      if (row === YIELD) {
        yield YIELD;
        continue;
      }
      const key = canonicalKey(row);
      if (seen.has(key)) continue;
      seen.add(key);
      frame.work.hold();
      yield row;
    }
  } finally {
    frame.work.release(seen.size);
  }
}
