import type { Parameters } from '../compile/compilation.ts';
import { constantOf } from '../compile/constants.ts';
import { likePrefix, likeSteps } from '../compile/like.ts';
import { isAggregate } from '../functions/aggregates.ts';
import type { BinaryOperator, Expression, Query } from '../syntax/ast.ts';
import { anyExpression, documentName, expressionsOf, propertyPath, sourcesOf } from '../syntax/walk.ts';
import type { Value } from '../values/value.ts';

export type Scalar = null | boolean | number | string;

export interface Bound {
  readonly value: Scalar;
  readonly inclusive: boolean;
}

/** A condition on the value at a path of the document. Values of another type than the bound's never meet it. */
export interface PathCondition {
  /** Property names from the document down; at least one. */
  readonly path: readonly string[];
  /** The value is one of these. */
  readonly among?: readonly Scalar[];
  readonly lower?: Bound;
  readonly upper?: Bound;
  /** The value is a string with this prefix. */
  readonly prefix?: string;
}

/** How a store may narrow what it reads for a query. */
export interface QueryFilters {
  /** Every document that passes the filter meets all of them. Other documents may meet them too, so the query checks again. */
  readonly conditions: readonly PathCondition[];
  /** Whether documents that meet the conditions all pass the filter. */
  readonly areExact: boolean;
  /** The paths the query sorts by, when all are properties of the document and rows are not grouped; else undefined. */
  readonly orderBy?: readonly { readonly path: readonly string[]; readonly descending: boolean }[];
}

/** @param isComputed whether items have no such property stored */
export function filtersOf(
  query: Query,
  parameters: Parameters,
  isComputed: (name: string) => boolean = () => false,
): QueryFilters {
  const document = documentName(query);
  if (document === undefined) return { conditions: [], areExact: false };
  const conditions = query.where === undefined ? [] : conditionsOf(query.where, { document, parameters, isComputed });
  const orderBy = orderPaths(query, document, isComputed);
  const areExact = query.where === undefined || (conditions.length === 1 && isExact(query.where));
  return { conditions, areExact, ...(orderBy !== undefined && { orderBy }) };
}

/** Whether the only condition of this filter is equivalent to it. One side of an AND may have no condition. */
function isExact(node: Expression): boolean {
  if (node.kind !== 'binary') return node.kind === 'in' || node.kind === 'between';
  return node.operator === 'OR' ? isExact(node.left) && isExact(node.right) : node.operator !== 'AND';
}

function orderPaths(query: Query, document: string, isComputed: FilterContext['isComputed']): QueryFilters['orderBy'] {
  if (query.orderBy === undefined || query.orderBy.rank || query.groupBy !== undefined) return undefined;
  const paths = query.orderBy.items.map(({ expression, direction }) => {
    const path = propertyPath(expression, document);
    const isStored = path?.[0] !== undefined && !isComputed(path[0]);
    return isStored ? [{ path, descending: direction === 'DESC' }] : [];
  });
  return paths.every((path) => path.length === 1) ? paths.flat() : undefined;
}

interface FilterContext {
  readonly document: string;
  readonly parameters: Parameters;
  readonly isComputed: (name: string) => boolean;
}

function conditionsOf(node: Expression, context: FilterContext): readonly PathCondition[] {
  if (node.kind === 'binary') return ofBinary(node, context);
  const condition = conditionOf(node, context);
  return condition === undefined ? [] : [condition];
}

/** The condition of a filter other than a binary operator. */
function conditionOf(node: Expression, context: FilterContext): PathCondition | undefined {
  switch (node.kind) {
    case 'property':
      return onPath(node, { among: [true] }, context);
    case 'unary':
      return node.operator === 'NOT' ? onPath(node.operand, { among: [false] }, context) : undefined;
    case 'in':
      return ofIn(node, context);
    case 'between':
      return ofBetween(node, context);
    case 'like':
      return ofLike(node, context);
    case 'call':
      return ofCall(node.name.toUpperCase(), node.arguments, context);
    default:
      return undefined;
  }
}

/** The operator with its sides exchanged. */
const MIRRORED: Partial<Record<BinaryOperator, BinaryOperator>> = {
  '=': '=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

function ofBinary(node: Extract<Expression, { kind: 'binary' }>, context: FilterContext): readonly PathCondition[] {
  const { operator, left, right } = node;
  if (operator === 'AND') return [...conditionsOf(left, context), ...conditionsOf(right, context)];
  if (operator === 'OR') return ofOr(conditionsOf(left, context), conditionsOf(right, context));
  const mirrored = MIRRORED[operator];
  if (mirrored === undefined) return [];
  const condition = ofComparison(operator, [left, right], context) ?? ofComparison(mirrored, [right, left], context);
  return condition === undefined ? [] : [condition];
}

/** `c.a = 1 OR c.a = 2` fixes one path to two values; any other OR gives no condition. */
function ofOr(left: readonly PathCondition[], right: readonly PathCondition[]): readonly PathCondition[] {
  const [one] = left;
  const [other] = right;
  if (left.length !== 1 || right.length !== 1 || !one?.among || !other?.among) return [];
  if (one.among.length + other.among.length > MAX_VALUES) return [];
  return samePath(one.path, other.path) ? [{ path: one.path, among: [...one.among, ...other.among] }] : [];
}

function samePath(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}

function ofComparison(
  operator: BinaryOperator,
  [operand, other]: readonly [Expression, Expression],
  context: FilterContext,
): PathCondition | undefined {
  const value = constantOf(other, context.parameters)?.value;
  if (!isScalar(value)) return undefined;
  if (operator === '=') return onPath(operand, { among: [value] }, context);
  const bound = { value, inclusive: operator === '<=' || operator === '>=' };
  return onPath(operand, operator.startsWith('<') ? { upper: bound } : { lower: bound }, context);
}

function ofIn(
  { negated, operand, list }: Extract<Expression, { kind: 'in' }>,
  context: FilterContext,
): PathCondition | undefined {
  if (negated || 'select' in list) return undefined;
  const values = list.map((item) => constantOf(item, context.parameters)?.value);
  const among = values.filter(isScalar);
  return among.length === values.length ? onPath(operand, { among }, context) : undefined;
}

function ofBetween(node: Extract<Expression, { kind: 'between' }>, context: FilterContext): PathCondition | undefined {
  const lower = constantOf(node.lower, context.parameters)?.value;
  const upper = constantOf(node.upper, context.parameters)?.value;
  if (node.negated || !isScalar(lower) || !isScalar(upper)) return undefined;
  const bounds = { lower: { value: lower, inclusive: true }, upper: { value: upper, inclusive: true } };
  return onPath(node.operand, bounds, context);
}

function ofLike(node: Extract<Expression, { kind: 'like' }>, context: FilterContext): PathCondition | undefined {
  const pattern = constantOf(node.pattern, context.parameters)?.value;
  if (node.negated || typeof pattern !== 'string') return undefined;
  const { text, whole } = likePrefix(likeSteps(pattern, node.escape));
  return onPath(node.operand, whole ? { among: [text] } : { prefix: text }, context);
}

function ofCall(name: string, args: readonly Expression[], context: FilterContext): PathCondition | undefined {
  const [first, second] = args;
  if (first === undefined || second === undefined || args.length !== 2) return undefined;
  if (name === 'STARTSWITH') {
    const prefix = constantOf(second, context.parameters)?.value;
    return typeof prefix === 'string' ? onPath(first, { prefix }, context) : undefined;
  }
  if (name !== 'ARRAY_CONTAINS') return undefined;
  const array = constantOf(first, context.parameters)?.value;
  const among = Array.isArray(array) && array.every(isScalar) ? array : undefined;
  return among && onPath(second, { among }, context);
}

/** A condition with more values takes longer to look up than it spares. */
const MAX_VALUES = 5_000;

function onPath(
  node: Expression,
  condition: Omit<PathCondition, 'path'>,
  context: FilterContext,
): PathCondition | undefined {
  if (condition.among !== undefined && condition.among.length > MAX_VALUES) return undefined;
  const path = propertyPath(node, context.document);
  const [first] = path ?? [];
  return path === undefined || first === undefined || context.isComputed(first) ? undefined : { path, ...condition };
}

/** No stored value is NaN or infinite. */
function isScalar(value: Value): value is Scalar {
  if (typeof value === 'number') return Number.isFinite(value);
  return value !== undefined && (value === null || typeof value !== 'object');
}

/** Whether the only row of a query says how many documents pass its filter and nothing else: `SELECT VALUE COUNT(1) FROM c WHERE ...`. */
export function isPureCount(query: Query): boolean {
  const { select, groupBy, orderBy, offsetLimit, from } = query;
  if (groupBy || orderBy || offsetLimit || select.distinct || select.top !== undefined) return false;
  if (documentName(query) === undefined || sourcesOf(from).length !== 1) return false;
  const { where: _, ...unfiltered } = query;
  const selected = expressionsOf(unfiltered);
  return selected.some((node) => anyExpression(node, isAggregate)) && selected.every(countsDocuments);
}

/** Whether the expression uses no value of a document, except to count documents. */
function countsDocuments(node: Expression): boolean {
  return !anyExpression(node, (part) => {
    if (part.kind === 'identifier' || part.kind === 'subquery' || part.kind === 'in') return true;
    return part.kind === 'call' && isAggregate(part) && !isCountOfAll(part);
  });
}

function isCountOfAll(node: Extract<Expression, { kind: 'call' }>): boolean {
  const [argument] = node.arguments;
  return node.name.toUpperCase() === 'COUNT' && argument?.kind === 'literal' && argument.value !== undefined;
}
