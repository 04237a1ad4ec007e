import type { BinaryOperator } from '../syntax/ast.ts';
import { compareScalars } from './comparison.ts';
import { equalityOperator } from './equality.ts';
import { isInteger, negate } from './logic.ts';
import { finite, type Value } from './value.ts';

/** The operators that always evaluate both operands. */
export type StrictOperator = Exclude<BinaryOperator, '??' | 'AND' | 'OR'>;

export const strictOperators: Readonly<Record<StrictOperator, (left: Value, right: Value) => Value>> = {
  '=': equalityOperator,
  '!=': (left, right) => negate(equalityOperator(left, right)),
  '<': relational((order) => order < 0),
  '<=': relational((order) => order <= 0),
  '>': relational((order) => order > 0),
  '>=': relational((order) => order >= 0),
  '||': concatenate,
  '|': bitwise((left, right) => left | right),
  '^': bitwise((left, right) => left ^ right),
  '&': bitwise((left, right) => left & right),
  '<<': bitwise((left, right) => left << right),
  '>>': bitwise((left, right) => left >> right),
  '>>>': bitwise((left, right) => left >>> right),
  '+': arithmetic((left, right) => left + right),
  '-': arithmetic((left, right) => left - right),
  '*': arithmetic((left, right) => left * right),
  '/': arithmetic((left, right) => left / right),
  '%': arithmetic((left, right) => left % right),
};

function relational(holds: (order: number) => boolean): (left: Value, right: Value) => Value {
  return (left, right) => {
    const order = compareScalars(left, right);
    return order === undefined ? undefined : holds(order);
  };
}

function arithmetic(compute: (left: number, right: number) => number): (left: Value, right: Value) => Value {
  return (left, right) =>
    typeof left === 'number' && typeof right === 'number' ? finite(compute(left, right)) : undefined;
}

/** JavaScript's own operators on 32-bit integers; undefined for a fraction. */
function bitwise(compute: (left: number, right: number) => number): (left: Value, right: Value) => Value {
  return (left, right) => (isInteger(left) && isInteger(right) ? compute(left, right) : undefined);
}

/** The longest string that an operator builds, in characters. It limits the memory of `a || a || ...` over long values. */
const MAX_STRING = 4 * 1024 * 1024;

function concatenate(left: Value, right: Value): Value {
  if (typeof left !== 'string' || typeof right !== 'string') return undefined;
  return left.length + right.length <= MAX_STRING ? left + right : undefined;
}
