import { isArray, isObject, type Value } from '../values/value.ts';
import { defineFunctions, type FunctionEntry } from './scalar-function.ts';

/** Source: "Type checking functions", Cosmos DB query reference. Each answers true or false, for undefined too. */
export const typeCheckingFunctions = defineFunctions('Type checking', {
  IS_ARRAY: check('IS_ARRAY', 'an array', isArray),
  IS_BOOL: check('IS_BOOL', 'a boolean', (value) => typeof value === 'boolean'),
  IS_DEFINED: check('IS_DEFINED', 'defined; null is', (value) => value !== undefined),
  IS_FINITE_NUMBER: check('IS_FINITE_NUMBER', 'a number, neither infinite nor NaN', Number.isFinite),
  IS_INTEGER: check('IS_INTEGER', 'an integer that fits in 64 bits with a sign', isInteger),
  IS_NULL: check('IS_NULL', 'null', (value) => value === null),
  IS_NUMBER: check('IS_NUMBER', 'a number', (value) => typeof value === 'number'),
  IS_OBJECT: check('IS_OBJECT', 'an object', isObject),
  IS_PRIMITIVE: check('IS_PRIMITIVE', 'a string, number, boolean or null', isPrimitive),
  IS_STRING: check('IS_STRING', 'a string', (value) => typeof value === 'string'),
});

function check(name: string, what: string, test: (value: Value) => boolean): FunctionEntry {
  return {
    signature: `${name}(expression)`,
    summary: `Whether the value is ${what}`,
    args: 1,
    evaluate: ([value]) => test(value),
  };
}

function isInteger(value: Value): boolean {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2 ** 63;
}

function isPrimitive(value: Value): boolean {
  return value === null || (value !== undefined && typeof value !== 'object');
}
