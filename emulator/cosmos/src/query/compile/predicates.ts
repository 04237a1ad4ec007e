import type { Expression } from '../syntax/ast.ts';
import { equalityOperator } from '../values/equality.ts';
import { or } from '../values/operators.ts';
import type { Value } from '../values/value.ts';
import type { CompileContext } from './call.ts';
import type { Evaluate } from './compilation.ts';
import { constantOf } from './constants.ts';
import { likeMatcher } from './like.ts';

/** `x IN (a, b)` is `x = a OR x = b`; over a query, its rows are the list. */
export function compileIn(node: Extract<Expression, { kind: 'in' }>, context: CompileContext): Evaluate {
  const operand = context.compile(node.operand);
  if ('select' in node.list) {
    const query = context.compilation.query(node.list, context.scope);
    return (frame) => isAmong(operand(frame), query.rows(frame));
  }
  const constants = node.list.map((item) => constantOf(item, context.compilation.parameters));
  if (constants.every((constant) => isPresentScalar(constant?.value))) {
    return isAmongScalars(operand, new Set(constants.map((constant) => constant?.value)));
  }
  const items = node.list.map(context.compile);
  return (frame) => {
    const value = operand(frame);
    return isAmong(
      value,
      items.map((item) => item(frame)),
    );
  };
}

function isPresentScalar(value: Value): boolean {
  return value !== undefined && (value === null || typeof value !== 'object');
}

function isAmongScalars(operand: Evaluate, scalars: ReadonlySet<Value>): Evaluate {
  return (frame) => {
    const value = operand(frame);
    return value === undefined ? undefined : scalars.has(value);
  };
}

function isAmong(value: Value, items: Iterable<Value>): Value {
  let found: boolean | undefined = false;
  for (const item of items) {
    found = or(found, equalityOperator(value, item));
    if (found === true) return true;
  }
  return found;
}

export function compileLike(node: Extract<Expression, { kind: 'like' }>, context: CompileContext): Evaluate {
  const operand = context.compile(node.operand);
  const constant = constantOf(node.pattern, context.compilation.parameters);
  const pattern = context.compile(node.pattern);
  let known = typeof constant?.value === 'string' ? constant.value : '';
  let matches = likeMatcher(known, node.escape);
  return (frame) => {
    const text = operand(frame);
    const wanted = pattern(frame);
    if (typeof text !== 'string' || typeof wanted !== 'string') return undefined;
    if (wanted !== known) {
      known = wanted;
      matches = likeMatcher(wanted, node.escape);
    }
    return matches(text);
  };
}
