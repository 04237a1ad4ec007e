import type { Evaluate, Frame } from '../compile/compilation.ts';
import type { OrderKey } from '../compile/order.ts';
import { compareValues } from '../values/comparison.ts';
import type { Value } from '../values/value.ts';

export interface Sorting {
  readonly project: Evaluate;
  readonly order: readonly OrderKey[];
  /** How many of the first rows are wanted; Infinity for all. */
  readonly keep: number;
}

interface Keyed {
  readonly keys: readonly Value[];
  readonly row: Value;
}

/** All rows in order; rows whose keys are equal keep the order they came in. */
export function* sortedRows(input: Iterable<void>, { project, order, keep }: Sorting, frame: Frame): Iterable<Value> {
  const compare = comparator(order, frame);
  const rows: Keyed[] = [];
  // Sorting again and again costs a logarithm more than a heap would, and keeps rows of equal keys in order.
  const most = Math.max(2 * keep, keep + 1_000);
  for (const _ of input) {
    const row = project(frame);
    if (row === undefined) continue;
    rows.push({ keys: order.map((key) => key.evaluate(frame)), row });
    frame.work.hold();
    if (rows.length >= most) frame.work.release(shorten(rows.sort(compare), keep));
  }
  rows.sort(compare);
  try {
    for (const { row } of rows) yield row;
  } finally {
    frame.work.release(rows.length);
  }
}

function shorten(rows: Keyed[], keep: number): number {
  const dropped = rows.length - keep;
  rows.length = keep;
  return dropped;
}

function comparator(order: readonly OrderKey[], frame: Frame): (left: Keyed, right: Keyed) => number {
  const signs = order.map((key) => (key.descending(frame) ? -1 : 1));
  return (left, right) => {
    for (let index = 0; index < signs.length; index += 1) {
      const result = compareValues(left.keys[index], right.keys[index]);
      if (result !== 0) return result * (signs[index] ?? 1);
    }
    return 0;
  };
}
