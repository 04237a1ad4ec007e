import { distinctRows } from '../execute/distinct.ts';
import { groupedTuples } from '../execute/group.ts';
import { sortedRows } from '../execute/sort.ts';
import type { Expression, Query } from '../syntax/ast.ts';
import type { Value } from '../values/value.ts';
import type {
  Compilation,
  CompiledAggregate,
  CompiledSubquery,
  Evaluate,
  Frame,
  Parameters,
  Scope,
} from './compilation.ts';
import { countOf } from './count.ts';
import { compileExpression } from './expression.ts';
import { compileFrom, tuples } from './from.ts';
import { checkGrouping } from './grouping-rules.ts';
import { compileOrder } from './order.ts';
import { compileSelection } from './selection.ts';

/** A compiled query and what a frame for it must hold. */
export interface CompiledRows extends CompiledSubquery {
  readonly slots: number;
  readonly aggregates: number;
}

/** Compiles a query over documents, sub-queries included. */
export function compileRows(query: Query, parameters: Parameters): CompiledRows {
  let slots = 0;
  let aggregates = 0;
  const nowhere: Scope = { names: new Map() };
  const compilation: Compilation = {
    parameters,
    slot: () => slots++,
    aggregateSlot: () => aggregates++,
    expression: (node, scope) => compileExpression(node, scope, compilation),
    query: (inner, scope) => compileOne(inner, scope, compilation, false),
    outermostQuery: (inner) => compileOne(inner, nowhere, compilation, true),
  };
  const rows = compilation.outermostQuery(query);
  return { rows: (frame) => rows.rows(frame), slots, aggregates };
}

type Rows = (frame: Frame) => Iterable<Value>;

/** The pipeline of one query: from, where, group, select, order, distinct, offset and limit. */
function compileOne(query: Query, outer: Scope, compilation: Compilation, outermost: boolean): CompiledSubquery {
  const from = compileFrom(query.from, outer, compilation, outermost);
  const rowScope: Scope = { names: from.names };
  const compile = (node: Expression) => compileExpression(node, rowScope, compilation);
  const where = query.where && compile(query.where);
  const keys = query.groupBy?.map(compile);
  const aggregates: CompiledAggregate[] = [];
  const groupScope: Scope = { names: from.names, aggregates };
  const project = compileSelection(query.select, from, groupScope, compilation);
  const order = query.orderBy && compileOrder(query.orderBy, groupScope, compilation);
  const grouped = keys !== undefined || aggregates.length > 0;
  if (grouped) checkGrouping(query);

  const matching = (frame: Frame) => tuples(from.bindings, where, frame);
  const input = grouped ? (frame: Frame) => groupedTuples(matching(frame), { keys, aggregates }, frame) : matching;
  const { skip, take } = windowOf(query, compilation.parameters);
  const keep = query.select.distinct ? Number.POSITIVE_INFINITY : skip + take;
  const rows: Rows = order
    ? (frame) => sortedRows(input(frame), { project, order, keep }, frame)
    : (frame) => projectedRows(input(frame), project, frame);
  const unique: Rows = query.select.distinct ? (frame) => distinctRows(rows(frame), frame) : rows;
  const isWhole = skip === 0 && take === Number.POSITIVE_INFINITY;
  return { rows: isWhole ? unique : (frame) => windowed(unique(frame), skip, take) };
}

function* projectedRows(input: Iterable<void>, project: Evaluate, frame: Frame): Iterable<Value> {
  for (const _ of input) {
    const row = project(frame);
    if (row !== undefined) yield row;
  }
}

interface RowWindow {
  readonly skip: number;
  readonly take: number;
}

function windowOf({ select, offsetLimit }: Query, parameters: Parameters): RowWindow {
  const top = select.top && countOf(select.top, 'TOP', parameters);
  const skip = offsetLimit ? countOf(offsetLimit.offset, 'OFFSET', parameters) : 0;
  const limit = offsetLimit && countOf(offsetLimit.limit, 'LIMIT', parameters);
  const take = Math.min(top ?? Number.POSITIVE_INFINITY, limit ?? Number.POSITIVE_INFINITY);
  return { skip, take };
}

function* windowed(rows: Iterable<Value>, skip: number, take: number): Iterable<Value> {
  if (take === 0) return;
  let seen = 0;
  for (const row of rows) {
    seen += 1;
    if (seen > skip) yield row;
    if (seen >= skip + take) return;
  }
}
