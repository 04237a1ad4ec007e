import type { Span } from './ast.ts';

/** Words that are never a name; a property called so is written `c["order"]`. `true`, `null`... are matched in lower case only. */
const RESERVED = new Set([
  'AND',
  'ARRAY',
  'AS',
  'ASC',
  'BETWEEN',
  'BY',
  'DESC',
  'DISTINCT',
  'ESCAPE',
  'EXISTS',
  'FROM',
  'GROUP',
  'IN',
  'JOIN',
  'LIKE',
  'LIMIT',
  'NOT',
  'OFFSET',
  'OR',
  'ORDER',
  'SELECT',
  'TOP',
  'VALUE',
  'WHERE',
]);

const CONSTANTS = new Set(['true', 'false', 'null', 'undefined', 'udf']);

interface TextToken extends Span {
  /** `keyword`: `text` is upper case (lower case for a constant); otherwise as written. `end` closes every token list. */
  readonly type: 'keyword' | 'identifier' | 'parameter' | 'symbol' | 'end';
  readonly text: string;
}

interface StringToken extends Span {
  readonly type: 'string';
  readonly text: string;
  readonly value: string;
}

interface NumberToken extends Span {
  readonly type: 'number';
  readonly text: string;
  readonly value: number;
}

export type Token = TextToken | StringToken | NumberToken;

/** The token of a word: a reserved word, a constant, or a name. */
export function wordToken(text: string, start: number): Token {
  const end = start + text.length;
  if (CONSTANTS.has(text)) return { type: 'keyword', text, start, end };
  const upper = text.toUpperCase();
  return RESERVED.has(upper) ? { type: 'keyword', text: upper, start, end } : { type: 'identifier', text, start, end };
}
