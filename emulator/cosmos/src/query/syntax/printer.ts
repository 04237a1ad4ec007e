import type { Collection, Expression, OrderBy, Query, Select, Source } from './ast.ts';
import { wordToken } from './tokens.ts';

/**
 * Writes a query in the service's own layout: one clause a line, every operator in parentheses, strings in double quotes.
 * Parsing the text gives the same tree, positions aside.
 */
export function printQuery(query: Query): string {
  return [
    printSelect(query.select),
    query.from && `FROM ${printSource(query.from)}`,
    query.where && `WHERE ${printExpression(query.where)}`,
    query.groupBy && `GROUP BY ${printList(query.groupBy)}`,
    query.orderBy && printOrderBy(query.orderBy),
    query.offsetLimit &&
      `OFFSET ${printExpression(query.offsetLimit.offset)} LIMIT ${printExpression(query.offsetLimit.limit)}`,
  ]
    .filter((clause) => clause !== undefined)
    .join('\n');
}

function printSelect({ distinct, top, selection }: Select): string {
  const head = `SELECT ${distinct ? 'DISTINCT ' : ''}${top === undefined ? '' : `TOP ${printExpression(top)} `}`;
  if (selection.kind === 'all') return `${head}*`;
  if (selection.kind === 'value') return `${head}VALUE ${printExpression(selection.expression)}`;
  const items = selection.items.map(
    ({ expression, alias }) => `${printExpression(expression)}${alias === undefined ? '' : ` AS ${alias}`}`,
  );
  return head + items.join(', ');
}

export function printSource(source: Source): string {
  switch (source.kind) {
    case 'join':
      return `${printSource(source.left)}\nJOIN ${printSource(source.right)}`;
    case 'iteration':
      return `${source.alias} IN ${printCollection(source.collection)}`;
    default:
      return `${printCollection(source.collection)}${source.alias === undefined ? '' : ` AS ${source.alias}`}`;
  }
}

function printCollection(collection: Collection): string {
  if (collection.kind === 'subquery') return `(${printQuery(collection.query)})`;
  const steps = collection.steps.map((step) => (typeof step === 'number' ? `[${step}]` : printStep(step)));
  return collection.root + steps.join('');
}

export function printOrderBy({ rank, items }: OrderBy): string {
  const printed = items.map(
    ({ expression, direction }) => `${printExpression(expression)}${direction === undefined ? '' : ` ${direction}`}`,
  );
  return `ORDER BY ${rank ? 'RANK ' : ''}${printed.join(', ')}`;
}

export function printList(expressions: readonly Expression[]): string {
  return expressions.map(printExpression).join(', ');
}

export function printExpression(node: Expression): string {
  switch (node.kind) {
    case 'literal':
      return printLiteral(node.value);
    case 'parameter':
    case 'identifier':
      return node.name;
    case 'property':
      return `${printExpression(node.object)}${printStep(node.name)}`;
    case 'index':
      return `${printExpression(node.object)}[${printExpression(node.index)}]`;
    case 'call':
      return `${node.udf ? 'udf.' : ''}${node.name}(${printList(node.arguments)})`;
    case 'subquery':
      return `${node.form === 'SCALAR' ? '' : node.form}(${printQuery(node.query)})`;
    case 'array':
      return `[${printList(node.items)}]`;
    case 'object':
      return `{${node.members.map(({ name, value }) => `${JSON.stringify(name)}: ${printExpression(value)}`).join(', ')}}`;
    default:
      return `(${printOperator(node)})`;
  }
}

type Operator = Extract<Expression, { kind: 'unary' | 'binary' | 'conditional' | 'between' | 'in' | 'like' }>;

function printOperator(node: Operator): string {
  const not = 'negated' in node && node.negated ? 'NOT ' : '';
  switch (node.kind) {
    case 'unary':
      return `${node.operator}${node.operator === 'NOT' ? ' ' : ''}${printExpression(node.operand)}`;
    case 'binary':
      return `${printExpression(node.left)} ${node.operator} ${printExpression(node.right)}`;
    case 'conditional':
      return [node.condition, '?', node.whenTrue, ':', node.whenFalse]
        .map((part) => (typeof part === 'string' ? part : printExpression(part)))
        .join(' ');
    case 'between':
      return `${printExpression(node.operand)} ${not}BETWEEN ${printExpression(node.lower)} AND ${printExpression(node.upper)}`;
    case 'in':
      return `${printExpression(node.operand)} ${not}IN (${'select' in node.list ? printQuery(node.list) : printList(node.list)})`;
    case 'like':
      return `${printExpression(node.operand)} ${not}LIKE ${printExpression(node.pattern)}${printEscape(node.escape)}`;
  }
}

function printEscape(character: string | undefined): string {
  return character === undefined ? '' : ` ESCAPE ${JSON.stringify(character)}`;
}

function printStep(name: string): string {
  const isName = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && wordToken(name, 0).type === 'identifier';
  return isName ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function printLiteral(value: Extract<Expression, { kind: 'literal' }>['value']): string {
  if (typeof value === 'number') return printNumber(value);
  return value === undefined ? 'undefined' : JSON.stringify(value);
}

/** Seventeen significant digits without trailing zeros, as the service prints a double. */
function printNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e17) return Object.is(value, -0) ? '-0' : String(value);
  if (!Number.isFinite(value)) return String(value);
  return value
    .toPrecision(17)
    .replace(/(\.\d*?)0+(?=e|$)/, '$1')
    .replace(/\.(?=e|$)/, '');
}
