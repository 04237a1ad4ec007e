import type { BinaryOperator } from '../query/syntax/ast.ts';
import { equalityOperator } from '../query/values/equality.ts';
import { compareScalars } from '../query/values/operators.ts';
import type { Value } from '../query/values/value.ts';

/** A binary operator on values. Sources: the operator pages of the Cosmos DB query reference. */
export function binaryOperation(operator: BinaryOperator, left: Value, right: Value): Value {
  switch (operator) {
    case '??':
      return left === undefined ? right : left;
    case 'OR':
      return disjunction(left, right);
    case 'AND':
      return conjunction(left, right);
    case '=':
      return equalityOperator(left, right);
    case '!=':
      return negation(equalityOperator(left, right));
    case '||':
      return typeof left === 'string' && typeof right === 'string' ? left + right : undefined;
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(operator, compareScalars(left, right));
    default:
      return typeof left === 'number' && typeof right === 'number' ? calculate(operator, left, right) : undefined;
  }
}

/** False when either is false, true when both are true, else undefined. */
export function conjunction(left: Value, right: Value): Value {
  if (left === false || right === false) return false;
  return left === true && right === true ? true : undefined;
}

/** True when either is true, false when both are false, else undefined. */
export function disjunction(left: Value, right: Value): Value {
  return negation(conjunction(negation(left), negation(right)));
}

export function negation(value: Value): Value {
  return typeof value === 'boolean' ? !value : undefined;
}

function compare(operator: '<' | '<=' | '>' | '>=', order: number | undefined): Value {
  if (order === undefined) return undefined;
  if (order === 0) return operator === '<=' || operator === '>=';
  return order < 0 ? operator === '<' || operator === '<=' : operator === '>' || operator === '>=';
}

const BITWISE: ReadonlySet<string> = new Set(['|', '^', '&', '<<', '>>', '>>>']);

function calculate(operator: BinaryOperator, left: number, right: number): Value {
  if (BITWISE.has(operator) && !(Number.isInteger(left) && Number.isInteger(right))) return undefined;
  const result = CALCULATIONS.get(operator)?.(left, right);
  return Number.isFinite(result) ? result : undefined;
}

const CALCULATIONS: ReadonlyMap<BinaryOperator, (left: number, right: number) => number> = new Map([
  ['+', (left, right) => left + right],
  ['-', (left, right) => left - right],
  ['*', (left, right) => left * right],
  ['/', (left, right) => left / right],
  ['%', (left, right) => left % right],
  ['|', (left, right) => left | right],
  ['^', (left, right) => left ^ right],
  ['&', (left, right) => left & right],
  ['<<', (left, right) => left << right],
  ['>>', (left, right) => left >> right],
  ['>>>', (left, right) => left >>> right],
]);
