import type {
  Collection,
  Count,
  Expression,
  OffsetLimit,
  OrderBy,
  OrderByItem,
  Query,
  Select,
  SelectItem,
  Source,
} from './ast.ts';
import { parseExpression, type SyntaxParser } from './expression-parser.ts';
import { tokenize } from './lexer.ts';
import { queryError } from './query-error.ts';
import { commaSeparated, TokenStream } from './token-stream.ts';
import { childrenOf, expressionsOf, fromQueriesOf, queriesOf } from './walk.ts';

/**
 * Parses the text of a query. Throws a CosmosError 400 with the service's code and the position, and nothing else: text length,
 * nesting and depth of the tree are limited.
 */
export function parseQuery(text: string): Query {
  const tokens = new TokenStream(tokenize(text));
  const parser: SyntaxParser = {
    tokens,
    query: () => query(parser),
    expression: () => parseExpression(parser),
  };
  const result = query(parser);
  if (tokens.peek().type !== 'end') throw tokens.unexpected();
  assertLimits(result);
  return result;
}

function query(parser: SyntaxParser): Query {
  const { tokens } = parser;
  const { start } = tokens.peek();
  return {
    select: parseSelect(parser),
    ...(tokens.accept('FROM') && { from: parseFrom(parser) }),
    ...(tokens.accept('WHERE') && { where: parser.expression() }),
    ...(tokens.at('GROUP') && { groupBy: parseGroupBy(parser) }),
    ...(tokens.at('ORDER') && { orderBy: parseOrderBy(parser) }),
    ...(tokens.at('OFFSET') && { offsetLimit: parseOffsetLimit(tokens) }),
    ...tokens.span(start),
  };
}

function parseSelect(parser: SyntaxParser): Select {
  const { tokens } = parser;
  const { start } = tokens.expect('SELECT');
  const distinct = tokens.accept('DISTINCT');
  const top = tokens.accept('TOP') ? parseCount(tokens) : undefined;
  const selection = parseSelection(parser);
  return { distinct, ...(top !== undefined && { top }), selection, ...tokens.span(start) };
}

function parseSelection(parser: SyntaxParser): Select['selection'] {
  const { tokens } = parser;
  const { start } = tokens.peek();
  if (tokens.accept('*')) return { kind: 'all', ...tokens.span(start) };
  if (tokens.accept('VALUE')) {
    const expression = parser.expression();
    return { kind: 'value', expression, ...tokens.span(start) };
  }
  const items = commaSeparated(tokens, () => parseSelectItem(parser));
  return { kind: 'list', items, ...tokens.span(start) };
}

function parseSelectItem(parser: SyntaxParser): SelectItem {
  const { tokens } = parser;
  const expression = parser.expression();
  const named = tokens.accept('AS') || tokens.peek().type === 'identifier';
  const alias = named ? tokens.identifier() : undefined;
  return { expression, ...(alias !== undefined && { alias }), ...tokens.span(expression.start) };
}

function parseCount(tokens: TokenStream): Count {
  const token = tokens.next();
  const { start, end } = token;
  if (token.type === 'number') return { kind: 'literal', value: token.value, start, end };
  if (token.type === 'parameter') return { kind: 'parameter', name: token.text, start, end };
  throw tokens.unexpectedToken(token);
}

/** `maxJoinsPerSqlQuery` of the account's query engine configuration. */
const MAX_JOINS = 5;

function parseFrom(parser: SyntaxParser): Source {
  const { tokens } = parser;
  let source = parseSource(parser);
  for (let joins = 1; tokens.accept('JOIN'); joins += 1) {
    if (joins > MAX_JOINS) {
      throw queryError('SC3021', `The query exceeded the maximum of ${MAX_JOINS} joins.`, tokens.span(source.start));
    }
    const right = parseSource(parser);
    source = { kind: 'join', left: source, right, ...tokens.span(source.start) };
  }
  return source;
}

function parseSource(parser: SyntaxParser): Source {
  const { tokens } = parser;
  const { start } = tokens.peek();
  if (tokens.at('IN', 1)) {
    const alias = tokens.identifier();
    tokens.expect('IN');
    const collection = parseCollection(parser);
    return { kind: 'iteration', alias, collection, ...tokens.span(start) };
  }
  const collection = parseCollection(parser);
  const named = tokens.accept('AS') || tokens.peek().type === 'identifier';
  const alias = named ? tokens.identifier() : undefined;
  return { kind: 'aliased', collection, ...(alias !== undefined && { alias }), ...tokens.span(start) };
}

function parseCollection(parser: SyntaxParser): Collection {
  const { tokens } = parser;
  const { start } = tokens.peek();
  if (tokens.accept('(')) {
    const inner = tokens.nested(() => parser.query());
    tokens.expect(')');
    return { kind: 'subquery', query: inner, ...tokens.span(start) };
  }
  const root = tokens.identifier();
  const steps: (string | number)[] = [];
  for (;;) {
    if (tokens.accept('.')) steps.push(tokens.identifier());
    else if (tokens.accept('[')) steps.push(parsePathStep(tokens));
    else return { kind: 'path', root, steps, ...tokens.span(start) };
  }
}

function parsePathStep(tokens: TokenStream): string | number {
  const token = tokens.next();
  if (token.type !== 'string' && token.type !== 'number') throw tokens.unexpectedToken(token);
  tokens.expect(']');
  return token.value;
}

function parseGroupBy(parser: SyntaxParser): Query['groupBy'] & object {
  parser.tokens.expect('GROUP');
  parser.tokens.expect('BY');
  return commaSeparated(parser.tokens, () => parser.expression());
}

function parseOrderBy(parser: SyntaxParser): OrderBy {
  const { tokens } = parser;
  const { start } = tokens.expect('ORDER');
  tokens.expect('BY');
  const rank = tokens.atWord('RANK') && startsExpression(tokens);
  if (rank) return parseRank(parser, start);
  const items = commaSeparated(tokens, () => parseOrderByItem(parser));
  return { rank, items, ...tokens.span(start) };
}

/** One score, without a direction. Source: `SqlOrderByRankClause` of azure-cosmos-dotnet-v3. */
function parseRank(parser: SyntaxParser, start: number): OrderBy {
  const { tokens } = parser;
  tokens.next();
  const expression = parser.expression();
  return { rank: true, items: [{ expression, ...tokens.span(expression.start) }], ...tokens.span(start) };
}

/** `ORDER BY rank.x` sorts by a path whose root is called rank; `ORDER BY RANK f(...)` ranks. */
function startsExpression(tokens: TokenStream): boolean {
  return tokens.peek(1).type === 'identifier' && tokens.at('(', 2);
}

function parseOrderByItem(parser: SyntaxParser): OrderByItem {
  const { tokens } = parser;
  const expression = parser.expression();
  const direction = tokens.accept('ASC') ? 'ASC' : tokens.accept('DESC') ? 'DESC' : undefined;
  return { expression, ...(direction !== undefined && { direction }), ...tokens.span(expression.start) };
}

function parseOffsetLimit(tokens: TokenStream): OffsetLimit {
  const { start } = tokens.expect('OFFSET');
  const offset = parseCount(tokens);
  tokens.expect('LIMIT');
  const limit = parseCount(tokens);
  return { offset, limit, ...tokens.span(start) };
}

/** How deep the tree may be. Later passes recurse along it, and `1+1+1...` adds a level per operator without any parentheses. */
const MAX_DEPTH = 1_000;

interface Pending {
  readonly node: Expression;
  readonly depth: number;
}

/** Throws when the tree is too deep for a pass that recurses along it, or exceeds a limit of the query engine. */
function assertLimits(query: Query): void {
  const counts = COUNTED.map((counted) => ({ ...counted, count: 0 }));
  for (const { node, depth } of allExpressions(query)) {
    if (depth >= MAX_DEPTH) throw tooDeep(node);
    for (const one of counts) if (one.isCounted(node)) one.count += 1;
  }
  for (const { count, most, code, what } of counts) {
    if (count <= most) continue;
    throw queryError(code, `The query exceeded the maximum number of ${what}. The allowed limit is ${most}.`, query);
  }
}

/** All expressions of a query and its sub-queries. Does not recurse, so that it can say of a tree that it is too deep. */
function* allExpressions(query: Query): Iterable<Pending> {
  const queries = [{ query, depth: 0 }];
  for (let next = queries.pop(); next !== undefined; next = queries.pop()) {
    const depth = next.depth + 1;
    const pending: Pending[] = expressionsOf(next.query).map((node) => ({ node, depth }));
    for (const inner of fromQueriesOf(next.query)) queries.push({ query: inner, depth });
    for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
      yield item;
      const below = item.depth + 1;
      for (const node of childrenOf(item.node)) pending.push({ node, depth: below });
      for (const inner of queriesOf(item.node)) queries.push({ query: inner, depth: below });
    }
  }
}

interface Counted {
  readonly code: string;
  readonly what: string;
  readonly most: number;
  isCounted(node: Expression): boolean;
}

/** `maxUdfRefPerSqlQuery`, `maxLogicalAndPerSqlQuery` and `maxLogicalOrPerSqlQuery` of the account's query engine configuration. */
const COUNTED: readonly Counted[] = [
  {
    code: 'SC3023',
    what: 'user-defined function calls',
    most: 10,
    isCounted: (node) => node.kind === 'call' && node.udf,
  },
  { code: 'SC3024', what: 'AND operators', most: 500, isCounted: (node) => isOperator(node, 'AND') },
  { code: 'SC3025', what: 'OR operators', most: 500, isCounted: (node) => isOperator(node, 'OR') },
];

function isOperator(node: Expression, operator: string): boolean {
  return node.kind === 'binary' && node.operator === operator;
}

function tooDeep(node: Expression): Error {
  return queryError('SC3002', `The query nests deeper than ${MAX_DEPTH} levels.`, node);
}
