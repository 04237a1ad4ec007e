import { defineFunctions, type FunctionEntry } from './scalar-function.ts';
import { ofNumbers } from './typed-arguments.ts';

/**
 * Source: "Mathematical functions", Cosmos DB query reference. Arguments that are not numbers give undefined, and so does
 * a result that is not finite. The 64-bit integer family is in integer.ts.
 */
export const mathematicalFunctions = defineFunctions('Mathematical', {
  ABS: unary('ABS', 'The absolute value', Math.abs),
  ACOS: unary('ACOS', 'The angle in radians whose cosine is the number', Math.acos),
  ASIN: unary('ASIN', 'The angle in radians whose sine is the number', Math.asin),
  ATAN: unary('ATAN', 'The angle in radians whose tangent is the number', Math.atan),
  ATN2: {
    signature: 'ATN2(y, x)',
    summary: 'The angle in radians between the positive x-axis and the ray to (x, y)',
    args: 2,
    evaluate: ofNumbers((y = 0, x = 0) => Math.atan2(y, x)),
  },
  CEILING: unary('CEILING', 'The least integer not below the number', Math.ceil),
  COS: unary('COS', 'The cosine of an angle in radians', Math.cos),
  COT: unary('COT', 'The cotangent of an angle in radians', (angle) => 1 / Math.tan(angle)),
  DEGREES: unary('DEGREES', 'Radians as degrees', (radians) => (radians * 180) / Math.PI),
  EXP: unary('EXP', 'e to the power of the number', Math.exp),
  FLOOR: unary('FLOOR', 'The greatest integer not above the number', Math.floor),
  LOG: {
    signature: 'LOG(number [, base])',
    summary: 'The logarithm, natural unless a base is given',
    args: [1, 2],
    evaluate: ofNumbers((number = 0, base = Math.E) => (base === Math.E ? Math.log(number) : logarithm(number, base))),
  },
  LOG10: unary('LOG10', 'The logarithm to base 10', Math.log10),
  NUMBERBIN: {
    signature: 'NUMBERBIN(number [, size])',
    summary: 'The number rounded down to a multiple of the size, 1 by default; undefined for size 0',
    args: [1, 2],
    evaluate: ofNumbers((number = 0, size = 1) => Math.floor(number / size) * size),
  },
  PI: { signature: 'PI()', summary: 'The ratio of a circle to its diameter', args: 0, evaluate: () => Math.PI },
  POWER: {
    signature: 'POWER(base, exponent)',
    summary: 'The base to the power of the exponent',
    args: 2,
    evaluate: ofNumbers((base = 0, exponent = 0) => base ** exponent),
  },
  RADIANS: unary('RADIANS', 'Degrees as radians', (degrees) => (degrees * Math.PI) / 180),
  RAND: {
    signature: 'RAND()',
    summary: 'A random number from 0 up to, not including, 1',
    args: 0,
    evaluate: (_args, context) => context.random(),
  },
  ROUND: unary('ROUND', 'The nearest integer; from the middle, away from zero', roundAwayFromZero),
  SIGN: unary('SIGN', '-1, 0 or 1, as the number is negative, zero or positive', Math.sign),
  SIN: unary('SIN', 'The sine of an angle in radians', Math.sin),
  SQRT: unary('SQRT', 'The square root', Math.sqrt),
  SQUARE: unary('SQUARE', 'The number times itself', (number) => number * number),
  TAN: unary('TAN', 'The tangent of an angle in radians', Math.tan),
  TRUNC: unary('TRUNC', 'The integer part', Math.trunc),
});

function unary(name: string, summary: string, compute: (number: number) => number): FunctionEntry {
  return { signature: `${name}(number)`, summary, args: 1, evaluate: ofNumbers((number = 0) => compute(number)) };
}

function logarithm(number: number, base: number): number {
  // The two bases with a function of their own are exact where a quotient is not: LOG(1000, 10) is 3.
  if (base === 10) return Math.log10(number);
  if (base === 2) return Math.log2(number);
  return Math.log(number) / Math.log(base);
}

function roundAwayFromZero(number: number): number {
  // Math.round() takes the middle towards positive infinity.
  return Math.sign(number) * Math.round(Math.abs(number));
}
