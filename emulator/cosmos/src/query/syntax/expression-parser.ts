import type { BinaryOperator, Expression, UnaryOperator } from './ast.ts';
import { parsePrimary } from './primary-parser.ts';
import { queryError } from './query-error.ts';
import type { SyntaxParser } from './syntax-parser.ts';

/** Binary operators by how tightly they bind, loosest first, as the published grammar orders them. All associate to the left. */
const PRECEDENCE: ReadonlyMap<string, number> = new Map(
  [
    ['??'],
    ['OR'],
    ['AND'],
    ['BETWEEN', 'IN', 'LIKE', 'NOT'],
    ['||'],
    ['|'],
    ['^'],
    ['&'],
    ['=', '!='],
    ['<', '<=', '>', '>='],
    ['<<', '>>', '>>>'],
    ['+', '-'],
    ['*', '/', '%'],
  ].flatMap((operators, level) => operators.map((operator) => [operator, level] as const)),
);
const PREDICATE_LEVEL = 3;

/** The whole expression at this place, `a ? b : c` included. */
export function parseExpression(parser: SyntaxParser): Expression {
  const { tokens } = parser;
  const condition = parseBinary(parser, 0);
  if (!tokens.accept('?')) return condition;
  return tokens.nested(() => {
    const whenTrue = parseExpression(parser);
    tokens.expect(':');
    const whenFalse = parseExpression(parser);
    return { kind: 'conditional', condition, whenTrue, whenFalse, ...tokens.span(condition.start) };
  });
}

/** Precedence climbing: operators at this level or tighter. */
function parseBinary(parser: SyntaxParser, minimum: number): Expression {
  const { tokens } = parser;
  let left = parseUnary(parser);
  for (;;) {
    const token = tokens.peek();
    const level = token.type === 'symbol' || token.type === 'keyword' ? PRECEDENCE.get(token.text) : undefined;
    if (level === undefined || level < minimum) return left;
    if (level === PREDICATE_LEVEL) {
      const predicate = parsePredicate(parser, left);
      if (predicate === undefined) return left;
      left = predicate;
      continue;
    }
    tokens.next();
    const right = parseBinary(parser, level + 1);
    // Safe: PRECEDENCE holds the binary operators and the predicate words, which are handled above.
    const operator = token.text as BinaryOperator;
    left = { kind: 'binary', operator, left, right, ...tokens.span(left.start) };
  }
}

/** `[NOT] BETWEEN | IN | LIKE`; undefined when a lone NOT stands here. */
function parsePredicate(parser: SyntaxParser, operand: Expression): Expression | undefined {
  const { tokens } = parser;
  const negated = tokens.at('NOT');
  const word = tokens.peek(negated ? 1 : 0).text;
  if (negated && word !== 'BETWEEN' && word !== 'IN' && word !== 'LIKE') return undefined;
  if (negated) tokens.next();
  tokens.next();
  if (word === 'BETWEEN') return parseBetween(parser, operand, negated);
  if (word === 'IN') return parseIn(parser, operand, negated);
  return parseLike(parser, operand, negated);
}

function parseBetween(parser: SyntaxParser, operand: Expression, negated: boolean): Expression {
  const lower = parseBinary(parser, PREDICATE_LEVEL + 1);
  parser.tokens.expect('AND');
  const upper = parseBinary(parser, PREDICATE_LEVEL + 1);
  return { kind: 'between', negated, operand, lower, upper, ...parser.tokens.span(operand.start) };
}

/** `maxInExpressionItemsCount` of the account's query engine configuration. */
const MAX_IN_ITEMS = 16_000;

function parseIn(parser: SyntaxParser, operand: Expression, negated: boolean): Expression {
  const { tokens } = parser;
  tokens.expect('(');
  const list = tokens.nested(() => (tokens.at('SELECT') ? parser.query() : parseList(parser)));
  tokens.expect(')');
  const span = tokens.span(operand.start);
  if (Array.isArray(list) && list.length > MAX_IN_ITEMS) {
    throw queryError('SC3022', `The IN expression exceeded the maximum of ${MAX_IN_ITEMS} items.`, span);
  }
  return { kind: 'in', negated, operand, list, ...span };
}

function parseList(parser: SyntaxParser): readonly Expression[] {
  const items = [parser.expression()];
  while (parser.tokens.accept(',')) items.push(parser.expression());
  return items;
}

function parseLike(parser: SyntaxParser, operand: Expression, negated: boolean): Expression {
  const { tokens } = parser;
  const pattern = parseBinary(parser, PREDICATE_LEVEL + 1);
  if (!tokens.accept('ESCAPE')) return { kind: 'like', negated, operand, pattern, ...tokens.span(operand.start) };
  const token = tokens.peek();
  if (token.type !== 'string') throw tokens.unexpected();
  if ([...token.value].length !== 1) {
    throw queryError('SC2070', 'The ESCAPE clause of LIKE requires a string of exactly one character.', token);
  }
  tokens.next();
  return { kind: 'like', negated, operand, pattern, escape: token.value, ...tokens.span(operand.start) };
}

const UNARY = new Set(['-', '+', '~', 'NOT']);

function parseUnary(parser: SyntaxParser): Expression {
  const { tokens } = parser;
  const token = tokens.peek();
  if ((token.type !== 'symbol' && token.type !== 'keyword') || !UNARY.has(token.text)) return parsePrimary(parser);
  tokens.next();
  const operand = tokens.nested(() => parseUnary(parser));
  const span = tokens.span(token.start);
  // The grammar counts a sign before digits as part of the number, which is how the service prints it back.
  if (token.text === '-' && operand.kind === 'literal' && typeof operand.value === 'number') {
    return { kind: 'literal', value: -operand.value, ...span };
  }
  // Safe: UNARY holds exactly these.
  return { kind: 'unary', operator: token.text as UnaryOperator, operand, ...span };
}
