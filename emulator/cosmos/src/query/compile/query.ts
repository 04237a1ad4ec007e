import { distinctRows } from '../execute/distinct.ts';
import { countedTuple, groupedTuples } from '../execute/group.ts';
import { PAUSE, type Pause } from '../execute/pause.ts';
import { presortedRows, type Sorting, sortedRows } from '../execute/sort.ts';
import type { Expression, Query } from '../syntax/ast.ts';
import { fromQueriesOf } from '../syntax/walk.ts';
import type { Value } from '../values/value.ts';
import { checkGrouping } from './clause-rules.ts';
import type {
  Compilation,
  CompiledAggregate,
  CompiledSource,
  CompiledSubquery,
  ComputedProperties,
  Evaluate,
  Frame,
  Parameters,
  Scope,
} from './compilation.ts';
import { countOf } from './count.ts';
import { compileExpression } from './expression.ts';
import { compileFrom, tuples } from './from.ts';
import { compileOrder } from './order.ts';
import { compileSelection } from './selection.ts';

/** A compiled query, sub-queries included. */
export interface CompiledRows extends CompiledSource {
  /** Whether a row comes out as soon as its document has been read. */
  readonly streams: boolean;
  /** Whether rows are sorted and `frame.place` tells where each stands. */
  readonly sorts: boolean;
}

/** Compiles a query over documents, sub-queries included. */
export function compileRows(query: Query, parameters: Parameters, computed: ComputedProperties): CompiledRows {
  let slots = 0;
  let aggregates = 0;
  const nowhere: Scope = { names: new Map() };
  const compilation: Compilation = {
    parameters,
    computed,
    itemSlots: new Set(),
    slot: () => slots++,
    aggregateSlot: () => aggregates++,
    expression: (node, scope) => compileExpression(node, scope, compilation),
    // Safe: it reads no documents, so it never pauses.
    query: (inner, scope) => compileOne(inner, scope, compilation, 'inner') as CompiledSubquery,
    outermostQuery: (inner) => compileOne(inner, nowhere, compilation, 'source'),
  };
  return compileOne(query, nowhere, compilation, 'whole');
}

/** The whole query; one that FROM reads from in its place, over the container; or one inside an expression or a JOIN. */
type Role = 'whole' | 'source' | 'inner';

type Rows = (frame: Frame) => Iterable<Value | Pause>;

/** The pipeline of one query: from, where, group, select, order, distinct, offset and limit. */
function compileOne(query: Query, outer: Scope, compilation: Compilation, role: Role): CompiledRows {
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
  if (grouped) checkGrouping(query);

  const matching = (frame: Frame) => tuples(from.bindings, where, { frame, pauses: role !== 'inner' && frame.pauses });
  const grouping = { keys, aggregates };
  const groups = (frame: Frame) => {
    const { counted } = frame.window;
    const isCounted = role === 'whole' && counted !== undefined;
    return isCounted ? countedTuple(grouping, counted, frame) : groupedTuples(matching(frame), grouping, frame);
  };
  const input = grouped ? groups : matching;
  const rowWindow = windowOf(query, compilation.parameters);
  const isWhole = role === 'whole';
  const sorts = order !== undefined && !grouped && !query.select.distinct;
  const sorting = (frame: Frame) => ({ project, ...wantedRows(rowWindow, frame, { isWhole, sorts }) });
  const rows: Rows = order
    ? (frame) => {
        const sort = isWhole && frame.presorted ? presortedRows : sortedRows;
        return sort(input(frame), { order, ...sorting(frame) }, frame);
      }
    : (frame) => projectedRows(input(frame), project, frame);
  const unique: Rows = query.select.distinct ? (frame) => distinctRows(rows(frame), frame) : rows;
  const streams = !grouped && order === undefined && fromQueriesOf(query).length === 0;
  const cut: Rows = (frame) => windowed(unique(frame), rowWindow, isWhole ? frame.progress : { seen: 0 });
  return { rows: isUnbounded(rowWindow) ? unique : cut, streams, sorts };
}

/** What sorting must keep. Of rows that are sorted but not yet distinct, none may be left out. */
function wantedRows(
  { skip, take }: RowWindow,
  { window }: Frame,
  { isWhole, sorts }: { readonly isWhole: boolean; readonly sorts: boolean },
): Pick<Sorting, 'keep' | 'after'> {
  if (!sorts) return { keep: Number.POSITIVE_INFINITY, after: undefined };
  if (!isWhole) return { keep: skip + take, after: undefined };
  const keep = Math.min(skip + take - window.before, Math.max(0, skip - window.before) + window.atMost);
  return { keep, after: window.after };
}

function* projectedRows(input: Iterable<Pause | undefined>, project: Evaluate, frame: Frame): Iterable<Value | Pause> {
  for (const step of input) {
    const row = step === PAUSE ? PAUSE : project(frame);
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

function isUnbounded({ skip, take }: RowWindow): boolean {
  return skip === 0 && take === Number.POSITIVE_INFINITY;
}

/** @param progress how many rows earlier runs have seen, which are not among `rows`; counted on */
function* windowed(
  rows: Iterable<Value | Pause>,
  { skip, take }: RowWindow,
  progress: { seen: number },
): Iterable<Value | Pause> {
  if (take === 0 || progress.seen >= skip + take) return;
  for (const row of rows) {
    if (row === PAUSE) {
      yield PAUSE;
      continue;
    }
    progress.seen += 1;
    if (progress.seen > skip) yield row;
    if (progress.seen >= skip + take) return;
  }
}
