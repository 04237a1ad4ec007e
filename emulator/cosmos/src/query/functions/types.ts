import type { JsonValue } from '../../model/json.ts';
import { isArray, isObject, type Value } from '../values/value.ts';
import { constantCost, defineFunctions, type FunctionCost, type FunctionEntry } from './scalar-function.ts';

/** Source: "Type checking functions", Cosmos DB query reference. Each returns true or false, for undefined as well. */
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
    cost: constantCost,
    evaluate: ([value]) => test(value),
  };
}

function isInteger(value: Value): boolean {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2 ** 63;
}

function isPrimitive(value: Value): boolean {
  return value === null || (value !== undefined && typeof value !== 'object');
}

/** JSON is read and written at about 5 ns a character. */
const jsonCost: FunctionCost = ([value], { weightOf }) => weightOf(value) >> 1;

/** Source: "StringToArray" to "ToString", Cosmos DB query reference. */
export const stringConversionFunctions = defineFunctions('String', {
  STRINGTOARRAY: conversion('STRINGTOARRAY', 'an array', isArray),
  STRINGTOBOOLEAN: conversion('STRINGTOBOOLEAN', 'a boolean', (value) => typeof value === 'boolean'),
  STRINGTONULL: conversion('STRINGTONULL', 'null', (value) => value === null),
  STRINGTONUMBER: conversion('STRINGTONUMBER', 'a number', Number.isFinite),
  STRINGTOOBJECT: conversion('STRINGTOOBJECT', 'an object', isObject),
  TOSTRING: {
    cost: jsonCost,
    signature: 'TOSTRING(expression)',
    summary: 'The value as a string: a string as it is, anything else as JSON; undefined stays undefined',
    args: 1,
    evaluate: ([value]) => toText(value),
  },
});

/** Whitespace around the JSON is allowed, as JSON itself allows it. */
function conversion(name: string, what: string, isWanted: (value: Value) => boolean): FunctionEntry {
  return {
    signature: `${name}(string)`,
    summary: `The JSON in a string, when it is ${what}; else undefined`,
    args: 1,
    cost: jsonCost,
    evaluate([text]) {
      const value = typeof text === 'string' ? parse(text) : undefined;
      return isWanted(value) ? value : undefined;
    },
  };
}

function parse(text: string): Value {
  try {
    return JSON.parse(text) as JsonValue; // what JSON.parse() yields is a JsonValue by definition
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function toText(value: Value): Value {
  if (value === undefined || typeof value === 'string') return value;
  // JSON has no NaN and no infinity, which the service writes by name.
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
