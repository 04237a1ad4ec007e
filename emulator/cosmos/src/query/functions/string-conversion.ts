import type { JsonValue } from '../../model/json.ts';
import { isArray, isObject, type Value } from '../values/value.ts';
import { defineFunctions, type FunctionEntry } from './scalar-function.ts';

/** Source: "StringToArray" to "ToString", Cosmos DB query reference. */
export const stringConversionFunctions = defineFunctions('String', {
  STRINGTOARRAY: conversion('STRINGTOARRAY', 'an array', isArray),
  STRINGTOBOOLEAN: conversion('STRINGTOBOOLEAN', 'a boolean', (value) => typeof value === 'boolean'),
  STRINGTONULL: conversion('STRINGTONULL', 'null', (value) => value === null),
  STRINGTONUMBER: conversion('STRINGTONUMBER', 'a number', Number.isFinite),
  STRINGTOOBJECT: conversion('STRINGTOOBJECT', 'an object', isObject),
  TOSTRING: {
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
