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

/**
 * All rows in order, `frame.place` saying where each stands. Rows whose keys are equal come in the order of {@link isBehind},
 * whatever the one they came in: that of the documents of several partition keys is another.
 */
export function* sortedRows(
  input: Iterable<Pause | undefined>,
  { project, order, keep, after }: Sorting,
  frame: Frame,
): Iterable<Value | Pause> {
  const signs = signsOf(order, frame);
  const documentSign = signs.includes(-1) ? -1 : 1;
  const compare = (left: RowPlace, right: RowPlace) =>
    compareKeys(left, right, signs) || (left.document - right.document) * documentSign;
  const first = new FirstRows(compare, keep, frame);
  for (const row of placedRows(input, { project, order, after, signs }, frame)) {
    if (row === PAUSE) yield PAUSE;
    else first.add(row);
  }
  yield* first.take();
}

/**
 * Rows whose documents come in the order of the first key, as {@link sortedRows} gives them: those with the same first key are
 * sorted by the others. Documents with the same first key come in the order of their numbers, in the opposite one if it descends.
 */
export function* presortedRows(
  input: Iterable<Pause | undefined>,
  { project, order, keep, after }: Sorting,
  frame: Frame,
): Iterable<Value | Pause> {
  const signs = signsOf(order, frame);
  const [firstSign = 1, ...others] = signs;
  const isReversed = firstSign === 1 && others.includes(-1);
  const compare = (left: RowPlace, right: RowPlace) =>
    compareKeys(left, right, signs) || (isReversed ? right.document - left.document : 0);
  const run = new FirstRows(compare, keep, frame);
  let runKey: Value;
  for (const row of placedRows(input, { project, order, after, signs }, frame)) {
    if (row === PAUSE) {
      yield PAUSE;
      continue;
    }
    const isOrdered = others.length === 0;
    if (isOrdered || compareValues(row.keys[0], runKey) !== 0) yield* run.take();
    [runKey] = row.keys;
    run.add(row);
    if (isOrdered) yield* run.take();
  }
  yield* run.take();
}

/** The rows that are wanted, each with its place, as they come. */
function* placedRows(
  input: Iterable<Pause | undefined>,
  { project, order, after, signs }: Omit<Sorting, 'keep'> & { readonly signs: readonly number[] },
  frame: Frame,
): Iterable<Placed | Pause> {
  const counter = new RowCounter(frame.cursor);
  for (const step of input) {
    if (step === PAUSE) {
      yield PAUSE;
      continue;
    }
    const value = project(frame);
    if (value === undefined) continue;
    const row = { ...counter.next(), keys: order.map((key) => key.evaluate(frame)), value };
    if (after === undefined || isBehind(row, after, signs)) yield row;
  }
}

/** Keeps the first `keep` of the rows it is given; those that compare as equal stay in the order they came in. */
class FirstRows {
  readonly #compare: (left: RowPlace, right: RowPlace) => number;
  readonly #keep: number;
  readonly #frame: Frame;
  #rows: Placed[] = [];

  constructor(compare: (left: RowPlace, right: RowPlace) => number, keep: number, frame: Frame) {
    this.#compare = compare;
    this.#keep = keep;
    this.#frame = frame;
  }

  add(row: Placed): void {
    this.#rows.push(row);
    this.#frame.work.hold();
    // Sorting again and again costs a logarithm more than a heap would, and keeps rows of equal keys in order.
    if (this.#rows.length < Math.max(2 * this.#keep, this.#keep + 1_000)) return;
    this.#rows.sort(this.#compare);
    this.#frame.work.release(this.#rows.length - this.#keep);
    this.#rows.length = this.#keep;
  }

  /** The rows in order, `frame.place` saying where each stands; afterwards there are none. */
  *take(): Iterable<Value> {
    const rows = this.#rows.sort(this.#compare);
    this.#rows = [];
    try {
      for (const row of rows) {
        this.#frame.place = row;
        yield row.value;
      }
    } finally {
      this.#frame.work.release(rows.length);
    }
  }
}

function signsOf(order: readonly OrderKey[], frame: Frame): readonly number[] {
  return order.map((key) => (key.descending(frame) ? -1 : 1));
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
