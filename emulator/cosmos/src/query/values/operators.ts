import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { BinaryOperator, UnaryOperator } from '../syntax/ast.ts';
import { equalityOperator } from './equality.ts';
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

/**
 * The order behind `<`, `<=`, `>`, `>=` and BETWEEN: negative, zero or positive for two nulls, booleans, numbers or
 * strings; undefined for anything else, as no order exists between types, arrays or objects.
 * Source: "Equality and comparison operators", Cosmos DB query reference.
 */
export function compareScalars(left: Value, right: Value): number | undefined {
  // Infinity less itself would be NaN.
  if (typeof left === 'number') return typeof right === 'number' ? (left === right ? 0 : left - right) : undefined;
  if (typeof left === 'string') return typeof right === 'string' ? compareStrings(left, right) : undefined;
  if (typeof left === 'boolean') return typeof right === 'boolean' ? Number(left) - Number(right) : undefined;
  return left === null && right === null ? 0 : undefined;
}

/**
 * The total order of ORDER BY, MIN and MAX: by type first ({@link typeOrder}), then by value. The service leaves the order
 * among arrays and among objects open; here arrays go by their items, objects by their properties in name order.
 */
export function compareValues(left: Value, right: Value): number {
  if (left === right) return 0;
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right);
  const byType = typeOrder(left) - typeOrder(right);
  if (byType !== 0) return byType;
  if (typeof left === 'boolean') return left ? 1 : -1;
  if (Array.isArray(left)) return compareArrays(left, right as readonly JsonValue[]); // of the same type as `left`
  return compareObjects(left as JsonObject, right as JsonObject); // only objects are left, and both are
}

function compareArrays(left: readonly JsonValue[], right: readonly JsonValue[]): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const order = compareValues(left[index], right[index]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareObjects(left: JsonObject, right: JsonObject): number {
  const leftNames = Object.keys(left).sort(compareStrings);
  const rightNames = Object.keys(right).sort(compareStrings);
  const length = Math.min(leftNames.length, rightNames.length);
  for (let index = 0; index < length; index++) {
    const leftName = leftNames[index] ?? '';
    const rightName = rightNames[index] ?? '';
    const order = compareStrings(leftName, rightName) || compareValues(left[leftName], right[rightName]);
    if (order !== 0) return order;
  }
  return leftNames.length - rightNames.length;
}

/** Shorter strings are compared unit by unit. */
const SHORT = 64;

/**
 * Orders strings by Unicode code point, which is the order of their UTF-8 bytes and so that of the service's index.
 * JavaScript's own `<` orders by UTF-16 code unit and puts U+1F600 before U+FF5E.
 */
export function compareStrings(left: string, right: string): number {
  if (left === right) return 0;
  const at = firstDifference(left, right);
  // One string begins with the other.
  if (at === left.length || at === right.length) return left.length - right.length;
  return rank(left.charCodeAt(at)) - rank(right.charCodeAt(at));
}

/** The position of the first different unit, or the length of the shorter string. */
function firstDifference(left: string, right: string): number {
  let low = 0;
  let high = Math.min(left.length, right.length);
  // Slices share the memory of their string and are compared as a block, which is much faster than unit by unit.
  while (high - low > SHORT) {
    const middle = (low + high) >> 1;
    if (left.slice(low, middle) === right.slice(low, middle)) low = middle;
    else high = middle;
  }
  while (low < high && left.charCodeAt(low) === right.charCodeAt(low)) low += 1;
  return low;
}

/** Ranks surrogates, which encode code points above U+FFFF, above all other code units. */
function rank(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit <= 0xdfff ? codeUnit + 0x10000 : codeUnit;
}

/**
 * The rank of a value's type in the order by which the service sorts mixed types: undefined, null, boolean, number, string,
 * array, object. The numbers are those the service's own clients use when they merge partitions.
 */
function typeOrder(value: Value): number {
  switch (typeof value) {
    case 'undefined':
      return 0;
    case 'boolean':
      return 2;
    case 'number':
      return 4;
    case 'string':
      return 5;
    default:
      return orderOfObjectType(value);
  }
}

function orderOfObjectType(value: Value): number {
  if (value === null) return 1;
  return Array.isArray(value) ? 6 : 7;
}
