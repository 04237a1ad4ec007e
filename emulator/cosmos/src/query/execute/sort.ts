import { compareValues } from '../values/operators.ts';
import type { Value } from '../values/value.ts';
import {
  type CurrentDocument,
  type Evaluate,
  type EvaluationFrame,
  type RowKey,
  YIELD,
  type Yield,
} from './evaluation-frame.ts';
import { sortInSteps } from './sort-in-steps.ts';

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
  /** Whether the rows come of documents, which they keep in memory. */
  readonly holdsDocuments: boolean;
  /** Whether the reader of the rows understands `YIELD`. */
  readonly yields: boolean;
}

interface KeyedRow extends RowKey {
  readonly value: Value;
  /** What comparing its keys takes. */
  readonly steps: number;
  /** Of the values that were made for it. */
  readonly bytes: number;
  /** Of the document that it comes of. */
  readonly documentBytes: number;
}

/**
 * All rows in order; `frame.lastRow` is the key of the row last returned. Rows with equal sort keys come in the order of
 * {@link isAfter}, not in the order of the input, which differs when the documents have several partition keys.
 */
export function* sortedRows(
  input: Iterable<Yield | undefined>,
  sorting: Sorting,
  frame: EvaluationFrame,
): Iterable<Value | Yield> {
  const signs = signsOf(sorting.order, frame);
  const documentSign = signs.includes(-1) ? -1 : 1;
  const compare = (left: RowKey, right: RowKey) =>
    compareKeys(left, right, signs) || (left.document - right.document) * documentSign;
  const first = new FirstRows(compare, sorting, frame);
  for (const row of keyedRows(input, { ...sorting, signs }, frame)) {
    if (row === YIELD) {
      yield YIELD;
      continue;
    }
    first.add(row);
    if (first.isFull()) yield* first.shorten();
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
  sorting: Sorting,
  frame: EvaluationFrame,
): Iterable<Value | Yield> {
  const signs = signsOf(sorting.order, frame);
  const [firstSign = 1, ...others] = signs;
  const isReversed = firstSign === 1 && others.includes(-1);
  const compare = (left: RowKey, right: RowKey) =>
    compareKeys(left, right, signs) || (isReversed ? right.document - left.document : 0);
  const run = new FirstRows(compare, sorting, frame);
  let runKey: Value;
  for (const row of keyedRows(input, { ...sorting, signs }, frame)) {
    if (row === YIELD) {
      yield YIELD;
      continue;
    }
    const isOrdered = others.length === 0;
    if (isOrdered || compareValues(row.keys[0], runKey) !== 0) yield* run.take();
    [runKey] = row.keys;
    run.add(row);
    if (run.isFull()) yield* run.shorten();
    if (isOrdered) yield* run.take();
  }
  yield* run.take();
}

/** The wanted rows with their keys, in the order of the input. */
function* keyedRows(
  input: Iterable<Yield | undefined>,
  { project, order, after, signs, yields }: Sorting & { readonly signs: readonly number[] },
  frame: EvaluationFrame,
): Iterable<KeyedRow | Yield> {
  const counter = new RowCounter(frame.current);
  for (const step of input) {
    if (step === YIELD) {
      yield YIELD;
      continue;
    }
    if (yields && project.prelude) yield* project.prelude.run(frame);
    const value = project(frame);
    if (value === undefined) continue;
    if (yields) yield* runPreludes(order, frame);
    const row = keyedRow(value, { ...counter.next(), keys: order.map((key) => key.evaluate(frame)) }, frame);
    if (after === undefined || isAfter(row, after, signs)) yield row;
  }
}

function* runPreludes(order: readonly SortKey[], frame: EvaluationFrame): Iterable<Yield> {
  for (const { evaluate } of order) if (evaluate.prelude) yield* evaluate.prelude.run(frame);
}

function keyedRow(value: Value, key: RowKey, frame: EvaluationFrame): KeyedRow {
  const { work, current } = frame;
  return {
    keys: key.keys,
    document: key.document,
    row: key.row,
    value,
    steps: stepsToCompare(key.keys, frame),
    bytes: work.allocated,
    documentBytes: current.documentBytes,
  };
}

/** Strings are compared as blocks, arrays and objects a part at a time. */
export function stepsToCompare(keys: readonly Value[], { work }: EvaluationFrame): number {
  let steps = 0;
  for (const key of keys) {
    if (typeof key === 'string') steps += key.length >> 7;
    else if (typeof key === 'object') steps += work.weightOf(key) >> 2;
  }
  return steps;
}

/** Rows are sorted, and those behind the first `keep` dropped, also whenever so much is held on top of what is wanted. */
const SPARE_BYTES = 16 * 1024 * 1024;

/** Keeps the first `keep` rows in sort order. Rows that compare as equal stay in the order in which they were added. */
class FirstRows {
  readonly #compare: (left: RowKey, right: RowKey) => number;
  readonly #keep: number;
  readonly #yields: boolean;
  readonly #holdsDocuments: boolean;
  readonly #frame: EvaluationFrame;
  #rows: KeyedRow[] = [];
  #bytes = 0;
  #maxBytes = SPARE_BYTES;
  #lastDocument = Number.NaN;

  constructor(
    compare: (left: RowKey, right: RowKey) => number,
    { keep, yields, holdsDocuments }: Pick<Sorting, 'keep' | 'yields' | 'holdsDocuments'>,
    frame: EvaluationFrame,
  ) {
    this.#compare = compare;
    this.#keep = keep;
    this.#yields = yields;
    this.#holdsDocuments = holdsDocuments;
    this.#frame = frame;
  }

  add(row: KeyedRow): void {
    this.#rows.push(row);
    this.#hold(1, this.#bytesOf(row));
  }

  /** Whether it is time to drop the rows that are not wanted. Repeated sorting costs a logarithmic factor more than a heap, but it is stable. */
  isFull(): boolean {
    if (this.#rows.length <= this.#keep) return false;
    return this.#rows.length >= Math.max(2 * this.#keep, this.#keep + 1_000) || this.#bytes > this.#maxBytes;
  }

  *shorten(): Iterable<Yield> {
    const sorted = yield* this.#sort();
    this.#frame.work.release(this.#rows.length, this.#bytes);
    this.#rows = sorted.slice(0, this.#keep);
    this.#bytes = 0;
    this.#lastDocument = Number.NaN;
    const inOrder = this.#rows.toSorted((left, right) => left.document - right.document);
    this.#hold(
      inOrder.length,
      inOrder.reduce((sum, row) => sum + this.#bytesOf(row), 0),
    );
    this.#maxBytes = this.#bytes + SPARE_BYTES;
  }

  /** Removes all rows and returns them in order; `frame.lastRow` is the key of the row last returned. */
  *take(): Iterable<Value | Yield> {
    const rows = this.#rows.length > 1 ? yield* this.#sort() : this.#rows;
    const bytes = this.#bytes;
    this.#rows = [];
    this.#bytes = 0;
    this.#lastDocument = Number.NaN;
    try {
      for (const row of rows) {
        this.#frame.lastRow = row;
        yield row.value;
      }
    } finally {
      this.#frame.work.release(rows.length, bytes);
    }
  }

  #hold(rows: number, bytes: number): void {
    this.#bytes += bytes;
    this.#frame.work.hold(rows, bytes);
  }

  /** A document counts once for the rows that follow one another. */
  #bytesOf({ document, documentBytes, bytes }: KeyedRow): number {
    if (!this.#holdsDocuments) return 0;
    const isFirst = document !== this.#lastDocument;
    this.#lastDocument = document;
    return isFirst ? bytes + documentBytes : bytes;
  }

  #sort(): Generator<Yield, KeyedRow[]> {
    const { work } = this.#frame;
    return sortInSteps<KeyedRow>(this.#rows, {
      compare: this.#compare,
      stepsOf: ({ steps }) => steps,
      charge: (steps) => work.charge(steps),
      isYieldDue: () => this.#yields && work.isYieldDue(),
    });
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
