import type { JsonValue } from '../../model/json.ts';
import type { EvaluationContext } from '../values/evaluation-context.ts';
import type { Value } from '../values/value.ts';

/**
 * Takes the place of a document or of a row: the query has more work to do, and the reader of its rows may yield to the event
 * loop before it reads on. Without it a sort over a large container would block every other request.
 */
export const YIELD = Symbol('yield');

export type Yield = typeof YIELD;

/** What one evaluation of a query works on: the values of the names in scope, and of the aggregates of the current group. */
export interface EvaluationFrame {
  /** By slot. The whole query, sub-queries included, shares one numbering. */
  readonly slots: Value[];
  /** By aggregate slot; set once the rows of a group have been read. */
  readonly aggregates: Value[];
  /** The values of sub-queries that ran ahead of the expression that they are in, by their own numbering: see {@link Prelude}. */
  readonly prefetched: ({ readonly value: Value } | undefined)[];
  readonly context: EvaluationContext;
  /** What the outermost FROM reads. */
  readonly documents: Iterable<JsonValue | Yield>;
  readonly work: WorkCounter;
  readonly current: CurrentDocument;
  /** Which of the outermost query's rows are wanted. */
  readonly page: PageRequest;
  /** How many rows of the outermost query TOP, OFFSET and LIMIT have counted so far. */
  readonly counter: { rowsSeen: number };
  /** The key of the last row; only set by a query that sorts. */
  lastRow?: RowKey;
  /** Whether the documents come in the order of the first path that the outermost query sorts by. */
  readonly sortedInput: boolean;
}

/** A compiled expression. */
export interface Evaluate {
  (frame: EvaluationFrame): Value;
  /** Present when the expression has sub-queries. */
  prelude?: Prelude;
}

/**
 * Runs the sub-queries of an expression ahead of it, because an expression is evaluated in one go and a sub-query may take seconds:
 * as a generator it can return `YIELD`. Their values wait in `frame.prefetched`. An expression whose prelude has not run evaluates
 * its sub-queries itself.
 */
export interface Prelude {
  /** The numbers of its sub-queries. */
  readonly prefetches: readonly number[];
  run(frame: EvaluationFrame): Iterable<Yield>;
}

/** Counts the work of a query and throws a CosmosError when it exceeds its limit. */
export interface WorkCounter {
  /** Counts one more row of a document or an array. */
  read(): void;
  /** Counts steps, of about 10 ns each. */
  charge(steps: number): void;
  /** Counts the steps that it takes to read a value once. */
  chargeValue(value: Value): void;
  /** Roughly the length of a value as JSON. */
  readonly weightOf: (value: Value) => number;
  /** Whether there have been many steps since it last was true. Only for a caller that then returns a `YIELD`. */
  isYieldDue(): boolean;
  /** Counts rows, groups or keys kept in memory. */
  hold(rows: number, bytes: number): void;
  /** Counts rows, groups or keys that are no longer kept in memory. */
  release(rows: number, bytes: number): void;
  /** The bytes of the values that expressions have made for the current row. */
  readonly allocated: number;
  allocate(bytes: number): void;
  /** Called when values that were made since `allocated` had this value can no longer be reached. */
  freeTo(allocated: number): void;
}

/** Which rows of a query one run returns. */
export interface PageRequest {
  /** How many rows earlier runs have returned or skipped (OFFSET). Neither the documents nor `after` include them again. */
  readonly rowsBefore: number;
  /** The most rows that are wanted. */
  readonly maxRows: number;
  /** How many documents pass the filter, where that is known and is all the query asks for: see `isPureCount`. */
  readonly knownCount?: number;
  /** Only rows after this one, in a query that sorts. */
  readonly after?: RowKey;
}

export const ALL_ROWS: PageRequest = { rowsBefore: 0, maxRows: Number.POSITIVE_INFINITY };

/**
 * Says which document the query reads at the moment; the source of the documents keeps it up to date. When a query that sorts
 * continues after a row, documents come in ascending order of their numbers, or in descending order if one of the sort keys
 * descends: clients rely on rows with equal sort keys being in this order of `_rid` (the SDK, RidSkipCountFilter).
 */
export interface CurrentDocument {
  /** Unique among the documents of a run. */
  readonly document: number;
  /** The length of its JSON text, if that is known; otherwise 0. */
  readonly documentBytes: number;
}

/** Identifies a row in the sort order of a query, so that a later run can continue after it. */
export interface RowKey {
  /** The values sorted by. */
  readonly keys: readonly Value[];
  /** The number of its document. */
  readonly document: number;
  /** Which of the document's rows it is, from 0; JOIN makes several rows of one document. */
  readonly row: number;
}
