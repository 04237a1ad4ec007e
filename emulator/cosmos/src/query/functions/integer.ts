import type { Value } from '../values/value.ts';
import { defineFunctions, type FunctionEntry } from './scalar-function.ts';

/**
 * The 64-bit integer functions. Arguments that are not integers give undefined; overflow wraps around as in C++.
 * Source: "IntAdd" to "IntSub", Cosmos DB query reference.
 */
export const integerFunctions = defineFunctions('Mathematical', {
  INTADD: binary('INTADD', 'The sum', (left, right) => left + right),
  INTBITAND: binary('INTBITAND', 'The bits set in both', (left, right) => left & right),
  INTBITLEFTSHIFT: binary(
    'INTBITLEFTSHIFT',
    'The first shifted left by the second',
    (left, right) => left << bits(right),
  ),
  INTBITNOT: {
    signature: 'INTBITNOT(integer)',
    summary: 'Every bit reversed',
    args: 1,
    evaluate: ([operand]) => (isInt64(operand) ? wrap(~BigInt(operand)) : undefined),
  },
  INTBITOR: binary('INTBITOR', 'The bits set in either', (left, right) => left | right),
  INTBITRIGHTSHIFT: binary(
    'INTBITRIGHTSHIFT',
    'The first shifted right by the second, keeping the sign',
    (left, right) => left >> bits(right),
  ),
  INTBITXOR: binary('INTBITXOR', 'The bits set in one of the two', (left, right) => left ^ right),
  INTDIV: binary('INTDIV', 'The quotient towards zero; undefined for a divisor of 0', (left, right) =>
    right === 0n ? undefined : left / right,
  ),
  INTMOD: binary('INTMOD', 'The remainder, with the sign of the first; undefined for a divisor of 0', (left, right) =>
    right === 0n ? undefined : left % right,
  ),
  INTMUL: binary('INTMUL', 'The product', (left, right) => left * right),
  INTSUB: binary('INTSUB', 'The difference', (left, right) => left - right),
});

function binary(
  name: string,
  summary: string,
  compute: (left: bigint, right: bigint) => bigint | undefined,
): FunctionEntry {
  return {
    signature: `${name}(integer, integer)`,
    summary,
    args: 2,
    evaluate([left, right]) {
      if (!isInt64(left) || !isInt64(right)) return undefined;
      const result = compute(BigInt(left), BigInt(right));
      return result === undefined ? undefined : wrap(result);
    },
  };
}

/** The service reads and writes doubles, so 2^63 - 1 arrives as 2^63, which it takes for the greatest integer. */
function isInt64(value: Value): value is number {
  return Number.isInteger(value) && Math.abs(Number(value)) <= 2 ** 63;
}

function wrap(result: bigint): number {
  return Number(BigInt.asIntN(64, result));
}

/** How far a shift goes: the low six bits, as x64 takes them, which also bounds the size of what a left shift makes. */
function bits(amount: bigint): bigint {
  return amount & 63n;
}
