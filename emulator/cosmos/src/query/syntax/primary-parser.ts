import type { Expression, LiteralValue, ObjectMember, SubqueryForm } from './ast.ts';
import type { SyntaxParser } from './syntax-parser.ts';
import { commaSeparated, type TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';

const CONSTANTS: ReadonlyMap<string, LiteralValue> = new Map<string, LiteralValue>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', undefined],
]);

/** A name, literal, call or parenthesis, with the `.name` and `[index]` steps behind it. */
export function parsePrimary(parser: SyntaxParser): Expression {
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
  tokens.next();
  if (tokens.at('(')) return parseCall(parser, { name: token.text, udf: false, start: token.start });
  return { kind: 'identifier', name: token.text, start: token.start, end: token.end };
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
  tokens.next();
  tokens.expect('.');
  const name = tokens.identifier();
  return parseCall(parser, { name, udf: true, start: token.start });
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
