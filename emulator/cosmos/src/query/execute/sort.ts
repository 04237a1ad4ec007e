import type { Evaluate, Frame } from '../compile/compilation.ts';
import type { OrderKey } from '../compile/order.ts';
import { compareValues } from '../values/comparison.ts';
import type { Value } from '../values/value.ts';
import { PAUSE, type Pause } from './pause.ts';
import { RowCounter, type RowPlace } from './row-place.ts';

export interface Sorting {
  readonly project: Evaluate;
  readonly order: readonly OrderKey[];
  /** How many of the first rows are wanted; Infinity for all. */
  readonly keep: number;
  /** Only rows behind this one are wanted. */
  readonly after: RowPlace | undefined;
}

interface Placed extends RowPlace {
  readonly value: Value;
}

/** All rows in order, `frame.place` saying where each stands; rows whose keys are equal keep the order they came in. */
export function* sortedRows(
  input: Iterable<Pause | undefined>,
  { project, order, keep, after }: Sorting,
  frame: Frame,
): Iterable<Value | Pause> {
  const signs = signsOf(order, frame);
  const compare = (left: RowPlace, right: RowPlace) => compareKeys(left, right, signs);
  const counter = new RowCounter(frame.cursor);
  const rows: Placed[] = [];
  // Sorting again and again costs a logarithm more than a heap would, and keeps rows of equal keys in order.
  const most = Math.max(2 * keep, keep + 1_000);
  for (const step of input) {
    if (step === PAUSE) {
      yield PAUSE;
      continue;
    }
    const value = project(frame);
    if (value === undefined) continue;
    const row = { ...counter.next(), keys: order.map((key) => key.evaluate(frame)), value };
    if (after !== undefined && !isBehind(row, after, signs)) continue;
    rows.push(row);
    frame.work.hold();
    if (rows.length >= most) frame.work.release(shorten(rows.sort(compare), keep));
  }
  rows.sort(compare);
  try {
    for (const row of rows) {
      frame.place = row;
      yield row.value;
    }
  } finally {
    frame.work.release(rows.length);
  }
}

/** Rows whose documents come in the order wanted, as {@link sortedRows} gives them. */
export function* presortedRows(
  input: Iterable<Pause | undefined>,
  { project, order, after }: Sorting,
  frame: Frame,
): Iterable<Value | Pause> {
  const signs = signsOf(order, frame);
  const counter = new RowCounter(frame.cursor);
  for (const step of input) {
    if (step === PAUSE) {
      yield PAUSE;
      continue;
    }
    const value = project(frame);
    if (value === undefined) continue;
    const place = { ...counter.next(), keys: order.map((key) => key.evaluate(frame)) };
    if (after !== undefined && !isBehind(place, after, signs)) continue;
    frame.place = place;
    yield value;
  }
}

function signsOf(order: readonly OrderKey[], frame: Frame): readonly number[] {
  return order.map((key) => (key.descending(frame) ? -1 : 1));
}

function shorten(rows: Placed[], keep: number): number {
  const dropped = rows.length - keep;
  rows.length = keep;
  return dropped;
}

function compareKeys(left: RowPlace, right: RowPlace, signs: readonly number[]): number {
  for (let index = 0; index < signs.length; index += 1) {
    const result = compareValues(left.keys[index], right.keys[index]);
    if (result !== 0) return result * (signs[index] ?? 1);
  }
  return 0;
}

/** Of rows with the same keys, those of later documents are behind: see {@link DocumentCursor}. */
function isBehind(row: RowPlace, other: RowPlace, signs: readonly number[]): boolean {
  const order = compareKeys(row, other, signs);
  if (order !== 0) return order > 0;
  if (row.document === other.document) return row.row > other.row;
  return row.document > other.document === !signs.includes(-1);
}
