import type { Select } from '../syntax/ast.ts';
import { outputNames } from '../syntax/output-names.ts';
import { queryError } from '../syntax/query-error.ts';
import type { Compilation, Evaluate, Scope } from './compilation.ts';
import { compileExpression, compileObject } from './expression.ts';
import type { CompiledFrom } from './from.ts';

/** What a row of the result is; undefined for a row that `SELECT VALUE` leaves out. */
export function compileSelection(select: Select, from: CompiledFrom, scope: Scope, compilation: Compilation): Evaluate {
  const { selection } = select;
  if (selection.kind === 'all') return compileAll(select, from);
  if (selection.kind === 'value') return compileExpression(selection.expression, scope, compilation);
  const names = outputNames(selection.items);
  return compileObject(
    selection.items.map((item, index) => [names[index] ?? '', compileExpression(item.expression, scope, compilation)]),
  );
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
