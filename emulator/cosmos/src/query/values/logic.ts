import type { UnaryOperator } from '../syntax/ast.ts';
import type { Value } from './value.ts';

/** Three-valued AND: false wins, then undefined. A value that is not a boolean counts as undefined. */
export function and(left: Value, right: Value): boolean | undefined {
  if (left === false || right === false) return false;
  return left === true && right === true ? true : undefined;
}

/** Three-valued OR: true wins, then undefined. A value that is not a boolean counts as undefined. */
export function or(left: Value, right: Value): boolean | undefined {
  if (left === true || right === true) return true;
  return left === false && right === false ? false : undefined;
}

/** Three-valued NOT: undefined for a value that is not a boolean. */
export function negate(value: Value): boolean | undefined {
  return typeof value === 'boolean' ? !value : undefined;
}

/** Bitwise operators take integers only. */
export function isInteger(value: Value): value is number {
  return Number.isInteger(value);
}

export const unaryOperators: Readonly<Record<UnaryOperator, (operand: Value) => Value>> = {
  NOT: negate,
  '-': (operand) => (typeof operand === 'number' ? -operand : undefined),
  '+': (operand) => (typeof operand === 'number' ? operand : undefined),
  '~': (operand) => (isInteger(operand) ? ~operand : undefined),
};
