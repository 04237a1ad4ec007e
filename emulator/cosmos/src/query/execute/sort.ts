import { compareValues } from '../values/comparison.ts';
import type { Value } from '../values/value.ts';
import {
  type CurrentDocument,
  type Evaluate,
  type EvaluationFrame,
  type RowKey,
  YIELD,
  type Yield,
} from './evaluation-frame.ts';

/** One expression of ORDER BY. */
export interface SortKey {
  readonly evaluate: Evaluate;
  /** Whether the greatest value comes first. */
  descending(frame: EvaluationFrame): boolean;
}

export interface Sorting {
  readonly project: Evaluate;
  readonly order: readonly SortKey[];
  /** How many of the first rows are wanted; Infinity for all. */
  readonly keep: number;
  /** Only rows after this one are wanted. */
  readonly after: RowKey | undefined;
}

interface KeyedRow extends RowKey {
  readonly value: Value;
}

/**
 * All rows in order; `frame.lastRow` is the key of the row last returned. Rows with equal sort keys come in the order of
 * {@link isAfter}, not in the order of the input, which differs when the documents have several partition keys.
 */
export function* sortedRows(
  input: Iterable<Yield | undefined>,
  { project, order, keep, after }: Sorting,
  frame: EvaluationFrame,
): Iterable<Value | Yield> {
  const signs = signsOf(order, frame);
  const documentSign = signs.includes(-1) ? -1 : 1;
  const compare = (left: RowKey, right: RowKey) =>
    compareKeys(left, right, signs) || (left.document - right.document) * documentSign;
  const first = new FirstRows(compare, keep, frame);
  for (const row of keyedRows(input, { project, order, after, signs }, frame)) {
    if (row === YIELD) yield YIELD;
    else first.add(row);
  }
  yield* first.take();
}

/**
 * As {@link sortedRows}, for documents that come in the order of the first sort key: only rows with the same first key are sorted,
 * by the other keys. Documents with the same first key must come in ascending order of their numbers, or in descending order if the
 * first key descends.
 */
export function* incrementallySortedRows(
  input: Iterable<Yield | undefined>,
  { project, order, keep, after }: Sorting,
  frame: EvaluationFrame,
): Iterable<Value | Yield> {
  const signs = signsOf(order, frame);
  const [firstSign = 1, ...others] = signs;
  const isReversed = firstSign === 1 && others.includes(-1);
  const compare = (left: RowKey, right: RowKey) =>
    compareKeys(left, right, signs) || (isReversed ? right.document - left.document : 0);
  const run = new FirstRows(compare, keep, frame);
  let runKey: Value;
  for (const row of keyedRows(input, { project, order, after, signs }, frame)) {
    if (row === YIELD) {
      yield YIELD;
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

/** The wanted rows with their keys, in the order of the input. */
function* keyedRows(
  input: Iterable<Yield | undefined>,
  { project, order, after, signs }: Omit<Sorting, 'keep'> & { readonly signs: readonly number[] },
  frame: EvaluationFrame,
): Iterable<KeyedRow | Yield> {
  const counter = new RowCounter(frame.current);
  for (const step of input) {
    if (step === YIELD) {
      yield YIELD;
      continue;
    }
    const value = project(frame);
    if (value === undefined) continue;
    const row = { ...counter.next(), keys: order.map((key) => key.evaluate(frame)), value };
    if (after === undefined || isAfter(row, after, signs)) yield row;
  }
}

/** Keeps the first `keep` rows in sort order. Rows that compare as equal stay in the order in which they were added. */
class FirstRows {
  readonly #compare: (left: RowKey, right: RowKey) => number;
  readonly #keep: number;
  readonly #frame: EvaluationFrame;
  #rows: KeyedRow[] = [];

  constructor(compare: (left: RowKey, right: RowKey) => number, keep: number, frame: EvaluationFrame) {
    this.#compare = compare;
    this.#keep = keep;
    this.#frame = frame;
  }

  add(row: KeyedRow): void {
    this.#rows.push(row);
    this.#frame.work.hold();
    // Repeated sorting costs a logarithmic factor more than a heap, but it is stable.
    if (this.#rows.length < Math.max(2 * this.#keep, this.#keep + 1_000)) return;
    this.#rows.sort(this.#compare);
    this.#frame.work.release(this.#rows.length - this.#keep);
    this.#rows.length = this.#keep;
  }

  /** Removes all rows and returns them in order; `frame.lastRow` is the key of the row last returned. */
  *take(): Iterable<Value> {
    const rows = this.#rows.sort(this.#compare);
    this.#rows = [];
    try {
      for (const row of rows) {
        this.#frame.lastRow = row;
        yield row.value;
      }
    } finally {
      this.#frame.work.release(rows.length);
    }
  }
}

function signsOf(order: readonly SortKey[], frame: EvaluationFrame): readonly number[] {
  return order.map((key) => (key.descending(frame) ? -1 : 1));
}

function compareKeys(left: RowKey, right: RowKey, signs: readonly number[]): number {
  for (let index = 0; index < signs.length; index += 1) {
    const result = compareValues(left.keys[index], right.keys[index]);
    if (result !== 0) return result * (signs[index] ?? 1);
  }
  return 0;
}

/** Rows with equal sort keys follow the order of their documents: see {@link CurrentDocument}. */
function isAfter(row: RowKey, other: RowKey, signs: readonly number[]): boolean {
  const order = compareKeys(row, other, signs);
  if (order !== 0) return order > 0;
  if (row.document === other.document) return row.row > other.row;
  return row.document > other.document === !signs.includes(-1);
}

/** Numbers the rows of the current document. */
class RowCounter {
  readonly #current: CurrentDocument;
  #document = Number.NaN;
  #row = 0;

  constructor(current: CurrentDocument) {
    this.#current = current;
  }

  next(): { readonly document: number; readonly row: number } {
    const { document } = this.#current;
    this.#row = document === this.#document ? this.#row + 1 : 0;
    this.#document = document;
    return { document, row: this.#row };
  }
}
