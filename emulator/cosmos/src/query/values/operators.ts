import type { BinaryOperator, UnaryOperator } from '../syntax/ast.ts';
import { compareScalars } from './comparison.ts';
import { equalityOperator } from './equality.ts';
import { finite, type Value } from './value.ts';

/** The operators that look at both operands whatever the first one is. */
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

export const unaryOperators: Readonly<Record<UnaryOperator, (operand: Value) => Value>> = {
  NOT: negate,
  '-': (operand) => (typeof operand === 'number' ? -operand : undefined),
  '+': (operand) => (typeof operand === 'number' ? operand : undefined),
  '~': (operand) => (isInteger(operand) ? ~operand : undefined),
};

/** Three-valued: false wins, then undefined; what is not a boolean counts as undefined. */
export function and(left: Value, right: Value): boolean | undefined {
  if (left === false || right === false) return false;
  return left === true && right === true ? true : undefined;
}

/** Three-valued: true wins, then undefined. */
export function or(left: Value, right: Value): boolean | undefined {
  if (left === true || right === true) return true;
  return left === false && right === false ? false : undefined;
}

export function negate(value: Value): boolean | undefined {
  return typeof value === 'boolean' ? !value : undefined;
}

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

/** On 32-bit integers, as JavaScript's own; a fraction has no bits. */
function bitwise(compute: (left: number, right: number) => number): (left: Value, right: Value) => Value {
  return (left, right) => (isInteger(left) && isInteger(right) ? compute(left, right) : undefined);
}

function isInteger(value: Value): value is number {
  return Number.isInteger(value);
}

/** The longest string an operator builds, in characters: bounds `a || a || ...` over long values. */
const MAX_STRING = 4 * 1024 * 1024;

function concatenate(left: Value, right: Value): Value {
  if (typeof left !== 'string' || typeof right !== 'string') return undefined;
  return left.length + right.length <= MAX_STRING ? left + right : undefined;
}
