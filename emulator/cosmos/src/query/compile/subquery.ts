import type { JsonValue } from '../../model/json.ts';
import {
  type Evaluate,
  type EvaluationFrame,
  type Prelude,
  type WorkCounter,
  YIELD,
  type Yield,
} from '../execute/evaluation-frame.ts';
import type { Subquery, SubqueryForm } from '../syntax/ast.ts';
import { queryError } from '../syntax/query-error.ts';
import type { Value } from '../values/value.ts';
import type { Compilation, CompiledSource, Scope } from './compilation.ts';

/** A query used as an expression. Source: "Subqueries", Cosmos DB query reference. */
export function compileSubquery(node: Subquery, scope: Scope, compilation: Compilation): Evaluate {
  const query = compilation.query(node.query, scope, { retains: node.form === 'ARRAY' });
  const start = node.form === 'SCALAR' ? () => onlyRow(node) : forms[node.form];
  return prefetchable(compilation.prefetch(), query, ({ work }) => start(work));
}

/** Makes a value of the rows of a query. */
export interface Reduction {
  /** Takes one more row. True when the value is known without the others. */
  add(row: Value): boolean;
  value(): Value;
}

/** The value of a sub-query, whose rows may also be read ahead: see {@link Prelude}. */
export function prefetchable(
  number: number,
  query: CompiledSource,
  start: (frame: EvaluationFrame) => Reduction,
): Evaluate {
  const evaluate: Evaluate = (frame) => {
    const prefetched = frame.prefetched[number];
    if (prefetched) return prefetched.value;
    const reduction = start(frame);
    for (const row of query.rows(frame, false)) {
      // Safe: rows that are read without yielding include no YIELD, as a sub-query reads no documents.
      if (reduction.add(row as Value)) break;
    }
    return reduction.value();
  };
  evaluate.prelude = {
    prefetches: [number],
    *run(frame) {
      frame.prefetched[number] = undefined;
      const reduction = start(frame);
      for (const row of query.rows(frame, true)) {
        if (row === YIELD) yield YIELD;
        else if (reduction.add(row)) break;
      }
      frame.prefetched[number] = { value: reduction.value() };
    },
  };
  return evaluate;
}

/** The preludes of expressions that are always evaluated, one after the other; undefined when there is none. */
export function preludeOf(parts: readonly Evaluate[]): Prelude | undefined {
  const preludes = parts.flatMap(({ prelude }) => prelude ?? []);
  const [only] = preludes;
  if (only === undefined || preludes.length === 1) return only;
  return {
    prefetches: preludes.flatMap(({ prefetches }) => prefetches),
    *run(frame) {
      for (const prelude of preludes) yield* prelude.run(frame);
    },
  };
}

/**
 * The prelude of an expression whose further parts depend on the value of its first: their sub-queries only run when they are needed.
 *
 * @param next the parts that are evaluated, given the value of the first
 */
export function lazyPrelude(
  first: Evaluate,
  others: readonly Evaluate[],
  next: (value: Value) => Evaluate | undefined,
): Prelude | undefined {
  const later = preludeOf(others);
  if (later === undefined) return first.prelude;
  const prefetches = [...(first.prelude?.prefetches ?? []), ...later.prefetches];
  return {
    prefetches,
    *run(frame): Iterable<Yield> {
      // The value of an earlier row must not be taken for that of this one.
      for (const number of prefetches) frame.prefetched[number] = undefined;
      if (first.prelude) yield* first.prelude.run(frame);
      const prelude = next(first(frame))?.prelude;
      if (prelude) yield* prelude.run(frame);
    },
  };
}

const forms: Readonly<Record<Exclude<SubqueryForm, 'SCALAR'>, (work: WorkCounter) => Reduction>> = {
  EXISTS: () => {
    let exists = false;
    const add = () => {
      exists = true;
      return true;
    };
    return { add, value: () => exists };
  },
  ALL: () => {
    let all = true;
    const add = (row: Value) => {
      all = row === true;
      return !all;
    };
    return { add, value: () => all };
  },
  ARRAY: (work) => {
    const rows: JsonValue[] = [];
    const add = (row: Value) => {
      work.allocate(REFERENCE_BYTES);
      if (row !== undefined) rows.push(row);
      return false;
    };
    return { add, value: () => rows };
  },
  FIRST: () => {
    let first: Value;
    const add = (row: Value) => {
      first = row;
      return true;
    };
    return { add, value: () => first };
  },
  LAST: () => {
    let last: Value;
    const add = (row: Value) => {
      last = row;
      return false;
    };
    return { add, value: () => last };
  },
};

/** What an item of an array takes besides its value. */
const REFERENCE_BYTES = 8;

/** Its only row; undefined when it has none. */
function onlyRow(node: Subquery): Reduction {
  let value: Value;
  const add = (row: Value) => {
    if (value !== undefined) {
      const message = 'The cardinality of a scalar subquery result set cannot be greater than one.';
      throw queryError('SC2061', message, node);
    }
    value = row;
    return false;
  };
  return { add, value: () => value };
}
