import type { JsonValue } from '../../model/json.ts';
import type { Evaluate } from '../execute/evaluation-frame.ts';
import type { Subquery, SubqueryForm } from '../syntax/ast.ts';
import { queryError } from '../syntax/query-error.ts';
import type { Value } from '../values/value.ts';
import type { Compilation, Scope } from './compilation.ts';

/** A query used as an expression. Source: "Subqueries", Cosmos DB query reference. */
export function compileSubquery(node: Subquery, scope: Scope, compilation: Compilation): Evaluate {
  const query = compilation.query(node.query, scope);
  const reduce = node.form === 'SCALAR' ? onlyRow(node) : forms[node.form];
  return (frame) => reduce(query.rows(frame));
}

const forms: Readonly<Record<Exclude<SubqueryForm, 'SCALAR'>, (rows: Iterable<Value>) => Value>> = {
  EXISTS: (rows) => {
    for (const _ of rows) return true;
    return false;
  },
  ALL: (rows) => {
    for (const row of rows) if (row !== true) return false;
    return true;
  },
  ARRAY: (rows) => [...rows] as JsonValue[], // the rows of a query are never undefined
  FIRST: (rows) => {
    for (const row of rows) return row;
    return undefined;
  },
  LAST: (rows) => {
    let last: Value;
    for (const row of rows) last = row;
    return last;
  },
};

/** Its only row; undefined when it has none. */
function onlyRow(node: Subquery): (rows: Iterable<Value>) => Value {
  return (rows) => {
    let value: Value;
    for (const row of rows) {
      if (value !== undefined) {
        const message = 'The cardinality of a scalar subquery result set cannot be greater than one.';
        throw queryError('SC2061', message, node);
      }
      value = row;
    }
    return value;
  };
}
