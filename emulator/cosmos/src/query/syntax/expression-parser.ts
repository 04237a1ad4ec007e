import type {
  BinaryOperator,
  Expression,
  LiteralValue,
  ObjectMember,
  Query,
  SubqueryForm,
  UnaryOperator,
} from './ast.ts';
import { queryError } from './query-error.ts';
import { commaSeparated, type TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';

/** What parsing an expression needs: the tokens, and the parser of queries, on which this file must not depend. */
export interface SyntaxParser {
  readonly tokens: TokenStream;
  query(): Query;
  expression(): Expression;
}

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

/** Parses a whole expression, `a ? b : c` included. */
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

/** Precedence climbing: parses operators of this level and of tighter ones. */
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

/** `[NOT] BETWEEN | IN | LIKE`; undefined for a NOT without one of them. */
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

const CONSTANTS: ReadonlyMap<string, LiteralValue> = new Map<string, LiteralValue>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', undefined],
]);

/** A name, literal, call or parenthesis, with the `.name` and `[index]` steps that follow it. */
function parsePrimary(parser: SyntaxParser): Expression {
  const { tokens } = parser;
  let expression = parseHead(parser);
  for (;;) {
    if (tokens.accept('.')) {
      const name = tokens.identifier();
      expression = { kind: 'property', object: expression, name, ...tokens.span(expression.start) };
    } else if (tokens.accept('[')) {
      expression = parseStep(parser, expression);
    } else {
      return expression;
    }
  }
}

function parseStep(parser: SyntaxParser, object: Expression): Expression {
  const { tokens } = parser;
  const index = tokens.nested(() => parser.expression());
  tokens.expect(']');
  const span = tokens.span(object.start);
  if (index.kind === 'literal' && typeof index.value === 'string') {
    return { kind: 'property', object, name: index.value, ...span };
  }
  return { kind: 'index', object, index, ...span };
}

function parseHead(parser: SyntaxParser): Expression {
  const { tokens } = parser;
  const token = tokens.peek();
  switch (token.type) {
    case 'number':
    case 'string':
      tokens.next();
      return { kind: 'literal', value: token.value, start: token.start, end: token.end };
    case 'parameter':
      tokens.next();
      return { kind: 'parameter', name: token.text, start: token.start, end: token.end };
    case 'identifier':
      return parseName(parser, token);
    case 'keyword':
      return parseKeyword(parser, token);
    default:
      return parseBracketed(parser, token);
  }
}

const FORMS_THAT_MAY_BE_NAMES = new Set(['ALL', 'FIRST', 'LAST']);

function parseName(parser: SyntaxParser, token: Token): Expression {
  const { tokens } = parser;
  const upper = token.text.toUpperCase();
  if (FORMS_THAT_MAY_BE_NAMES.has(upper) && tokens.at('(', 1) && tokens.at('SELECT', 2)) {
    tokens.next();
    // Safe: the set above holds sub-query forms only.
    return parseSubquery(parser, upper as SubqueryForm, token.start);
  }
  if (upper === 'UDF' && tokens.at('.', 1) && tokens.at('(', 3)) return parseUserFunction(parser, token.start);
  tokens.next();
  if (tokens.at('(')) return parseCall(parser, { name: token.text, udf: false, start: token.start });
  const number = NUMBERS_BY_NAME.get(token.text);
  if (number !== undefined) return { kind: 'literal', value: number, start: token.start, end: token.end };
  return { kind: 'identifier', name: token.text, start: token.start, end: token.end };
}

/** Source: the constants of the service's grammar that JSON does not have. */
const NUMBERS_BY_NAME: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
]);

function parseUserFunction(parser: SyntaxParser, start: number): Expression {
  const { tokens } = parser;
  tokens.next();
  tokens.expect('.');
  const name = tokens.identifier();
  return parseCall(parser, { name, udf: true, start });
}

function parseKeyword(parser: SyntaxParser, token: Token): Expression {
  const { tokens } = parser;
  if (CONSTANTS.has(token.text)) {
    tokens.next();
    return { kind: 'literal', value: CONSTANTS.get(token.text), start: token.start, end: token.end };
  }
  if (token.text === 'EXISTS' || token.text === 'ARRAY') {
    tokens.next();
    return parseSubquery(parser, token.text, token.start);
  }
  if (token.text !== 'udf') throw tokens.unexpected();
  return parseUserFunction(parser, token.start);
}

interface CallHead {
  readonly name: string;
  readonly udf: boolean;
  readonly start: number;
}

function parseCall(parser: SyntaxParser, { name, udf, start }: CallHead): Expression {
  const { tokens } = parser;
  tokens.expect('(');
  const list = tokens.nested(() => parseItems(tokens, ')', () => parser.expression()));
  return { kind: 'call', name, udf, arguments: list, ...tokens.span(start) };
}

/** A list that may be empty, up to and with its closing symbol. */
function parseItems<T>(tokens: TokenStream, close: string, item: () => T): T[] {
  const items = tokens.at(close) ? [] : commaSeparated(tokens, item);
  tokens.expect(close);
  return items;
}

function parseSubquery(parser: SyntaxParser, form: SubqueryForm, start: number): Expression {
  const { tokens } = parser;
  tokens.expect('(');
  const query = tokens.nested(() => parser.query());
  tokens.expect(')');
  return { kind: 'subquery', form, query, ...tokens.span(start) };
}

function parseBracketed(parser: SyntaxParser, token: Token): Expression {
  const { tokens } = parser;
  if (tokens.at('(')) return parseParenthesis(parser, token);
  if (tokens.accept('[')) {
    const items = tokens.nested(() => parseItems(tokens, ']', () => parser.expression()));
    return { kind: 'array', items, ...tokens.span(token.start) };
  }
  if (tokens.accept('{')) {
    const members = tokens.nested(() => parseItems(tokens, '}', () => parseMember(parser)));
    return { kind: 'object', members, ...tokens.span(token.start) };
  }
  throw tokens.unexpected();
}

function parseParenthesis(parser: SyntaxParser, token: Token): Expression {
  const { tokens } = parser;
  if (tokens.at('SELECT', 1)) return parseSubquery(parser, 'SCALAR', token.start);
  tokens.next();
  const inner = tokens.nested(() => parser.expression());
  tokens.expect(')');
  return inner;
}

function parseMember(parser: SyntaxParser): ObjectMember {
  const { tokens } = parser;
  const token = tokens.peek();
  if (token.type !== 'string' && token.type !== 'identifier') throw tokens.unexpected();
  tokens.next();
  tokens.expect(':');
  const value = parser.expression();
  return { name: token.type === 'string' ? token.value : token.text, value, ...tokens.span(token.start) };
}
