import type { JsonValue } from '../../model/json.ts';
import type { Evaluate, EvaluationFrame, Yield } from '../execute/evaluation-frame.ts';
import type { CompiledAggregate } from '../execute/group.ts';
import type { ScalarFunction } from '../functions/scalar-function.ts';
import type { Expression, Query, Span } from '../syntax/ast.ts';
import { queryError } from '../syntax/query-error.ts';
import type { Value } from '../values/value.ts';

/** The values of a query's parameters by name, the `@` included. A parameter without value is undefined. */
export type Parameters = ReadonlyMap<string, JsonValue | undefined>;

/** The names that an expression may use, and where its aggregates go. One per query and sub-query. */
export interface Scope {
  readonly names: ReadonlyMap<string, number>;
  /** Collects the aggregates of the select list; undefined where none are allowed (WHERE, GROUP BY, inside an aggregate). */
  readonly aggregates?: CompiledAggregate[];
}

/** A property that the container computes. */
export interface ComputedProperty {
  readonly expression: Expression;
  /** The name of the item in the expression. */
  readonly alias: string;
}

/** The computed properties by name. */
export type ComputedProperties = ReadonlyMap<string, ComputedProperty>;

/** What a query may refer to besides its documents. */
export interface QueryEnvironment {
  readonly parameters: Parameters;
  readonly computed: ComputedProperties;
  /** The scalar functions by name, in upper case. */
  readonly functions: ReadonlyMap<string, ScalarFunction>;
  /** Collects the names of the user-defined functions that it calls. */
  readonly userFunctions: Set<string>;
}

/** The state shared by the compilation of all parts of a query. */
export interface Compilation extends QueryEnvironment {
  /** The slots of names that stand for an item. */
  readonly itemSlots: Set<number>;
  /** Allocates a slot for a name. */
  slot(): number;
  aggregateSlot(): number;
  /** Allocates a number for the value of a sub-query: see `EvaluationFrame.prefetched`. */
  prefetch(): number;
  expression(node: Expression, scope: Scope): Evaluate;
  query(query: Query, scope: Scope, options: SubqueryOptions): CompiledSource;
  /** A query whose first source may be the container. */
  outermostQuery(query: Query): CompiledSource;
}

export interface SubqueryOptions {
  /** Whether the reader of its rows keeps them all. */
  readonly retains: boolean;
}

/** A compiled query inside a query, or one that FROM reads from in place of the container. Its rows depend on the values of the frame. */
export interface CompiledSource {
  /** @param yields whether the reader of the rows understands `YIELD`, which a query over the container returns anyway */
  rows(frame: EvaluationFrame, yields: boolean): Iterable<Value | Yield>;
}

export function slotOf(scope: Scope, name: string, span: Span): number {
  const slot = scope.names.get(name);
  if (slot === undefined) throw queryError('SC2001', `Identifier '${name}' could not be resolved.`, span);
  return slot;
}
