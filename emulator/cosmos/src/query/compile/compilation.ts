import type { JsonValue } from '../../model/json.ts';
import type { Pause } from '../execute/pause.ts';
import type { DocumentCursor, RowPlace } from '../execute/row-place.ts';
import type { Aggregator } from '../functions/aggregates.ts';
import type { Expression, Query, Span } from '../syntax/ast.ts';
import { queryError } from '../syntax/query-error.ts';
import type { EvaluationContext } from '../values/evaluation-context.ts';
import type { Value } from '../values/value.ts';

/** The values of a query's parameters by name, the `@` included. A parameter without value is undefined. */
export type Parameters = ReadonlyMap<string, JsonValue | undefined>;

/** What one evaluation works on: the values of the names in scope, and of the aggregates of the current group. */
export interface Frame {
  /** By slot; the whole query, sub-queries included, shares one numbering. */
  readonly slots: Value[];
  /** By aggregate slot; set once the rows of a group have been read. */
  readonly aggregates: Value[];
  readonly context: EvaluationContext;
  /** What the outermost FROM reads. */
  readonly documents: Iterable<JsonValue | Pause>;
  readonly work: Work;
  readonly cursor: DocumentCursor;
  /** Whether whoever takes the rows knows what a `PAUSE` is. */
  readonly pauses: boolean;
  /** How much of the outermost query's rows is wanted. */
  readonly window: RunWindow;
  /** How many rows of the outermost query TOP, OFFSET and LIMIT have counted. */
  readonly progress: { seen: number };
  /** Where the last row stands, of those a query has sorted. */
  place?: RowPlace;
  /** The documents come in the order of the first path that the outermost query sorts by. */
  readonly presorted: boolean;
}

/** Which rows of a query one run is to give. */
export interface RunWindow {
  /** How many rows earlier runs have given or skipped (OFFSET); the documents, or `after`, leave them out. */
  readonly before: number;
  /** The rows are needed no further than this many. */
  readonly atMost: number;
  /** How many documents pass the filter, when that is known and all there is to know: see `isPureCount`. */
  readonly counted?: number;
  /** Of a query that sorts, only the rows behind this one. */
  readonly after?: RowPlace;
}

/** All rows, from the first. */
export const WHOLE: RunWindow = { before: 0, atMost: Number.POSITIVE_INFINITY };

/** Counts what a query does and throws a CosmosError when it is more than it may. */
export interface Work {
  /** One more row of a document or an array. True now and then: time for a `PAUSE`. */
  read(): boolean;
  /** One more row, group or key kept in memory. */
  hold(): void;
  release(count: number): void;
}

/** A compiled expression. */
export type Evaluate = (frame: Frame) => Value;

export interface CompiledAggregate {
  readonly slot: number;
  readonly argument: Evaluate;
  start(): Aggregator;
}

/** The names an expression may use and where its aggregates go; one per query and sub-query. */
export interface Scope {
  readonly names: ReadonlyMap<string, number>;
  /** Collects the aggregates of the select list; undefined where none may stand (WHERE, GROUP BY, inside an aggregate). */
  readonly aggregates?: CompiledAggregate[];
}

/** A property that the container computes. */
export interface ComputedProperty {
  readonly expression: Expression;
  /** What stands for the item in the expression. */
  readonly alias: string;
}

/** By name. */
export type ComputedProperties = ReadonlyMap<string, ComputedProperty>;

/** What compiling a whole query shares. */
export interface Compilation {
  readonly parameters: Parameters;
  readonly computed: ComputedProperties;
  /** Those of names that stand for an item. */
  readonly itemSlots: Set<number>;
  /** A new slot for a name. */
  slot(): number;
  aggregateSlot(): number;
  expression(node: Expression, scope: Scope): Evaluate;
  query(query: Query, scope: Scope): CompiledSubquery;
  /** A query whose first source may be the container. */
  outermostQuery(query: Query): CompiledSource;
}

/** A compiled query inside a query: its rows for the frame's current values. */
export interface CompiledSubquery {
  rows(frame: Frame): Iterable<Value>;
}

/** A query that FROM reads from in place of the container, over its documents. */
export interface CompiledSource {
  rows(frame: Frame): Iterable<Value | Pause>;
}

export function slotOf(scope: Scope, name: string, span: Span): number {
  const slot = scope.names.get(name);
  if (slot === undefined) throw queryError('SC2001', `Identifier '${name}' could not be resolved.`, span);
  return slot;
}
