import type { JsonValue } from '../../model/json.ts';
import { type Evaluate, type EvaluationFrame, YIELD, type Yield } from '../execute/evaluation-frame.ts';
import { type CompiledAggregate, countedTuple, distinctRows, groupedTuples } from '../execute/group.ts';
import { incrementallySortedRows, type Sorting, type SortKey, sortedRows } from '../execute/sort.ts';
import type { Expression, OrderBy, OrderByItem, Query, Select } from '../syntax/ast.ts';
import { queryError } from '../syntax/query-error.ts';
import { anyExpression, fromQueriesOf, outputNames } from '../syntax/walk.ts';
import { finite, isArray, isObject, setMember, type Value } from '../values/value.ts';
import { checkGrouping } from './clause-rules.ts';
import type {
  Compilation,
  CompiledSource,
  Parameters,
  QueryEnvironment,
  Scope,
  SubqueryOptions,
} from './compilation.ts';
import { constantOf, countOf } from './constants.ts';
import { compileExpression, compileObject } from './expression.ts';
import { type CompiledFrom, compileFrom, tuples } from './from.ts';
import { distanceFunctionOf, isVectorDistance } from './vector-distance.ts';

/** A compiled query, sub-queries included. */
export interface CompiledRows extends CompiledSource {
  /** Whether a row comes out as soon as its document has been read. */
  readonly streams: boolean;
  /** Whether the rows are sorted, so that each has a key, in `frame.lastRow`. */
  readonly sorts: boolean;
}

/** Compiles a query over documents, sub-queries included. */
export function compileRows(query: Query, environment: QueryEnvironment): CompiledRows {
  let slots = 0;
  let aggregates = 0;
  let prefetches = 0;
  const nowhere: Scope = { names: new Map() };
  const compilation: Compilation = {
    ...environment,
    itemSlots: new Set(),
    slot: () => slots++,
    aggregateSlot: () => aggregates++,
    prefetch: () => prefetches++,
    expression: (node, scope) => compileExpression(node, scope, compilation),
    query: (inner, scope, { retains }) => compileOne(inner, { outer: scope, role: 'inner', retains }, compilation),
    outermostQuery: (inner) => compileOne(inner, { outer: nowhere, role: 'source', retains: false }, compilation),
  };
  return compileOne(query, { outer: nowhere, role: 'whole', retains: false }, compilation);
}

/** The whole query; a query over the container that FROM reads from; or a query inside an expression or a JOIN. */
type Role = 'whole' | 'source' | 'inner';

type Rows = CompiledSource['rows'];

interface Place extends SubqueryOptions {
  /** The names of the query around it. */
  readonly outer: Scope;
  readonly role: Role;
}

/** The pipeline of one query: from, where, group, select, order, distinct, offset and limit. */
function compileOne(query: Query, { outer, role, retains }: Place, compilation: Compilation): CompiledRows {
  const from = compileFrom(query.from, outer, compilation, role !== 'inner');
  const rowScope: Scope = { names: from.names };
  const compile = (node: Expression) => compileExpression(node, rowScope, compilation);
  const where = query.where && compile(query.where);
  const keys = query.groupBy?.map(compile);
  const aggregates: CompiledAggregate[] = [];
  const groupScope: Scope = { names: from.names, aggregates };
  const project = compileSelection(query.select, from, groupScope, compilation);
  const order = query.orderBy && compileOrder(query.orderBy, groupScope, compilation);
  const grouped = keys !== undefined || aggregates.length > 0;
  if (grouped) checkGrouping(query, role === 'inner');

  const isWhole = role === 'whole';
  // A query over documents counts what it keeps of each; the values that one inside an expression makes belong to that expression.
  const holdsDocuments = role !== 'inner';
  const keepsRows = order !== undefined || keys !== undefined || aggregates.some(({ keepsValues }) => keepsValues);
  const tupleOptions = { retains: !holdsDocuments && (retains || keepsRows) };
  const matching = (frame: EvaluationFrame, yields: boolean) =>
    tuples(from.bindings, where, { ...tupleOptions, frame, yields });
  const grouping = { keys, aggregates, holdsDocuments };
  const groups = (frame: EvaluationFrame, yields: boolean) => {
    const { knownCount } = frame.page;
    if (isWhole && knownCount !== undefined) return countedTuple(grouping, knownCount, frame);
    return groupedTuples(matching(frame, yields), { ...grouping, yields }, frame);
  };
  const input = grouped ? groups : matching;
  const range = rangeOf(query, compilation.parameters);
  const sorts = order !== undefined && !grouped && !query.select.distinct;
  const sorting = (frame: EvaluationFrame) => ({ project, ...wantedRows(range, frame, { isWhole, sorts }) });
  const rows: Rows = order
    ? (frame, yields) => {
        const sort = isWhole && frame.sortedInput ? incrementallySortedRows : sortedRows;
        return sort(input(frame, yields), { order, ...sorting(frame), holdsDocuments, yields }, frame);
      }
    : (frame, yields) => projectedRows(input(frame, yields), project, { frame, yields });
  const unique: Rows = query.select.distinct ? (frame, yields) => distinctRows(rows(frame, yields), frame) : rows;
  const streams = !grouped && order === undefined && fromQueriesOf(query).length === 0;
  const cut: Rows = (frame, yields) =>
    rowsInRange(unique(frame, yields), range, isWhole ? frame.counter : { rowsSeen: 0 });
  return { rows: isUnbounded(range) ? unique : cut, streams, sorts };
}

/** What a row of the result is; undefined for a row that `SELECT VALUE` leaves out. */
function compileSelection(select: Select, from: CompiledFrom, scope: Scope, compilation: Compilation): Evaluate {
  const { selection } = select;
  if (selection.kind === 'all') return compileAll(select, from);
  const compile = (node: Expression) => {
    const evaluate = compileExpression(node, scope, compilation);
    return anyExpression(node, isNonFinite) ? onlyJson(evaluate) : evaluate;
  };
  if (selection.kind === 'value') return compile(selection.expression);
  const names = outputNames(selection.items);
  return compileObject(selection.items.map((item, index) => [names[index] ?? '', compile(item.expression)]));
}

function isNonFinite(node: Expression): boolean {
  return node.kind === 'literal' && typeof node.value === 'number' && !Number.isFinite(node.value);
}

/** JSON has no NaN and no infinity: they are left out, as undefined is. All other expressions only give what JSON has. */
function onlyJson(evaluate: Evaluate): Evaluate {
  const json: Evaluate = (frame) => {
    const value = evaluate(frame);
    frame.work.chargeValue(value);
    return withoutNonFinite(value);
  };
  if (evaluate.prelude) json.prelude = evaluate.prelude;
  return json;
}

function withoutNonFinite(value: Value): Value {
  if (typeof value === 'number') return finite(value);
  if (isArray(value)) return value.map(withoutNonFinite).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  const object: Record<string, JsonValue> = {};
  for (const [name, member] of Object.entries(value)) setMember(object, name, withoutNonFinite(member));
  return object;
}

function compileAll(select: Select, { bindings }: CompiledFrom): Evaluate {
  const [only, ...more] = bindings;
  if (only === undefined)
    throw queryError('SC2040', "'SELECT *' is not valid if FROM clause is omitted.", select.selection);
  if (more.length > 0) {
    throw queryError('SC2039', "'SELECT *' is only valid with a single input set.", select.selection);
  }
  const { slot } = only;
  return (frame) => frame.slots[slot];
}

function compileOrder(orderBy: OrderBy, scope: Scope, compilation: Compilation): readonly SortKey[] {
  return orderBy.items.map((item) => ({
    evaluate: compileExpression(item.expression, scope, compilation),
    descending: directionOf(item, orderBy.rank, compilation),
  }));
}

function directionOf(item: OrderByItem, rank: boolean, { parameters }: Compilation): SortKey['descending'] {
  const { direction } = item;
  if (direction !== undefined) return () => direction === 'DESC';
  if (isVectorDistance(item)) {
    const { expression } = item;
    return ({ context }) =>
      distanceFunctionOf(expression, context, (node) => constantOf(node, parameters)?.value) !== 'euclidean';
  }
  return () => rank;
}

/** Which rows sorting must keep: all of them when the query sorts before it removes duplicates. */
function wantedRows(
  { skip, take }: RowRange,
  { page }: EvaluationFrame,
  { isWhole, sorts }: { readonly isWhole: boolean; readonly sorts: boolean },
): Pick<Sorting, 'keep' | 'after'> {
  if (!sorts) return { keep: Number.POSITIVE_INFINITY, after: undefined };
  if (!isWhole) return { keep: skip + take, after: undefined };
  const keep = Math.min(skip + take - page.rowsBefore, Math.max(0, skip - page.rowsBefore) + page.maxRows);
  return { keep, after: page.after };
}

function* projectedRows(
  input: Iterable<Yield | undefined>,
  project: Evaluate,
  { frame, yields }: { readonly frame: EvaluationFrame; readonly yields: boolean },
): Iterable<Value | Yield> {
  const prelude = yields ? project.prelude : undefined;
  for (const step of input) {
    if (step === YIELD) {
      yield YIELD;
      continue;
    }
    if (prelude) yield* prelude.run(frame);
    const row = project(frame);
    if (row !== undefined) yield row;
  }
}

/** The rows that TOP, OFFSET and LIMIT select. */
interface RowRange {
  readonly skip: number;
  readonly take: number;
}

function rangeOf({ select, offsetLimit }: Query, parameters: Parameters): RowRange {
  const top = select.top && countOf(select.top, 'TOP', parameters);
  const skip = offsetLimit ? countOf(offsetLimit.offset, 'OFFSET', parameters) : 0;
  const limit = offsetLimit && countOf(offsetLimit.limit, 'LIMIT', parameters);
  const take = Math.min(top ?? Number.POSITIVE_INFINITY, limit ?? Number.POSITIVE_INFINITY);
  return { skip, take };
}

function isUnbounded({ skip, take }: RowRange): boolean {
  return skip === 0 && take === Number.POSITIVE_INFINITY;
}

/** @param counter starts with the rows of earlier runs, which are not among `rows` */
function* rowsInRange(
  rows: Iterable<Value | Yield>,
  { skip, take }: RowRange,
  counter: EvaluationFrame['counter'],
): Iterable<Value | Yield> {
  if (take === 0 || counter.rowsSeen >= skip + take) return;
  for (const row of rows) {
    if (row === YIELD) {
      yield YIELD;
      continue;
    }
    counter.rowsSeen += 1;
    if (counter.rowsSeen > skip) yield row;
    if (counter.rowsSeen >= skip + take) return;
  }
}
