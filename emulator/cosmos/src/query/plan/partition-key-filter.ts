import type { PartitionKeyComponent } from '../../model/partition-key/partition-key.ts';
import type { Parameters } from '../compile/compilation.ts';
import { type Constant, constantOf } from '../compile/constants.ts';
import { likePrefix, likeSteps } from '../compile/like.ts';
import type { Expression } from '../syntax/ast.ts';
import { propertyPath } from '../syntax/names.ts';
import { isArray, type Value } from '../values/value.ts';

/** One way in which a filter fixes components of the key, by position. A component that it leaves open is absent. */
export type KeyAssignment = ReadonlyMap<number, PartitionKeyComponent>;

/** The value of an expression that depends on no document; undefined for any other. */
export type FoldConstant = (node: Expression) => Constant | undefined;

export interface KeyFilterContext {
  /** The name of the document in the query; undefined when it has none. */
  readonly document: string | undefined;
  /** The partition key's paths, as property names. */
  readonly paths: readonly (readonly string[])[];
  readonly parameters: Parameters;
  readonly fold: FoldConstant;
}

/** With more combinations than this the filter counts as open. */
const MAX_ASSIGNMENTS = 20_000;
const OPEN: readonly KeyAssignment[] = [new Map()];
const NONE: readonly KeyAssignment[] = [];

/** A superset of the partition keys that pass a filter. Empty when nothing can pass. */
export function keysPassing(where: Expression | undefined, context: KeyFilterContext): readonly KeyAssignment[] {
  return where === undefined ? OPEN : assignmentsOf(where, context);
}

function assignmentsOf(node: Expression, context: KeyFilterContext): readonly KeyAssignment[] {
  const constant = context.fold(node);
  if (constant !== undefined) return constant.value === true ? OPEN : NONE;
  switch (node.kind) {
    case 'binary':
      return ofBinary(node, context);
    case 'identifier':
    case 'property':
      return pinned(node, [true], context);
    case 'unary':
      return node.operator === 'NOT' ? pinned(node.operand, [false], context) : OPEN;
    case 'in':
      return ofIn(node, context);
    case 'like':
      return ofLike(node, context);
    case 'call':
      return ofCall(node.name.toUpperCase(), node.arguments, context);
    default:
      return OPEN;
  }
}

function ofBinary(
  { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
  context: KeyFilterContext,
): readonly KeyAssignment[] {
  if (operator === 'AND') return intersection(assignmentsOf(left, context), assignmentsOf(right, context));
  if (operator === 'OR') return union(assignmentsOf(left, context), assignmentsOf(right, context));
  if (operator !== '=') return OPEN;
  return intersection(ofEquality(left, right, context), ofEquality(right, left, context));
}

function ofEquality(operand: Expression, value: Expression, context: KeyFilterContext): readonly KeyAssignment[] {
  const constant = context.fold(value);
  return constant === undefined ? OPEN : pinned(operand, [constant.value], context);
}

function ofIn(
  { negated, operand, list }: Extract<Expression, { kind: 'in' }>,
  context: KeyFilterContext,
): readonly KeyAssignment[] {
  if (negated || 'select' in list) return OPEN;
  const constants = list.map((item) => constantOf(item, context.parameters));
  const values = constants.flatMap((constant) => (constant === undefined ? [] : [constant.value]));
  return values.length === list.length ? pinned(operand, values, context) : OPEN;
}

function ofLike(node: Extract<Expression, { kind: 'like' }>, context: KeyFilterContext): readonly KeyAssignment[] {
  const pattern = constantOf(node.pattern, context.parameters)?.value;
  if (node.negated || typeof pattern !== 'string') return OPEN;
  const { text, whole } = likePrefix(likeSteps(pattern, node.escape));
  return whole ? pinned(node.operand, [text], context) : OPEN;
}

function ofCall(name: string, args: readonly Expression[], context: KeyFilterContext): readonly KeyAssignment[] {
  const [first, second] = args;
  if (first === undefined) return OPEN;
  if (name === 'IS_BOOL') return pinned(first, [true, false], context);
  if (name === 'IS_NULL') return pinned(first, [null], context);
  if (name !== 'ARRAY_CONTAINS' || second === undefined || args.length !== 2) return OPEN;
  const array = constantOf(first, context.parameters)?.value;
  return isArray(array) ? pinned(second, array, context) : OPEN;
}

/** The property must be one of the values, if it is a component of the key. Undefined equals nothing, itself included. */
function pinned(node: Expression, values: readonly Value[], context: KeyFilterContext): readonly KeyAssignment[] {
  const path = propertyPath(node, context.document);
  const index = context.paths.findIndex((names) => path !== undefined && names.join('\0') === path.join('\0'));
  if (index < 0) return OPEN;
  const components = new Set(values.filter((value) => value !== undefined).map(componentOf));
  return [...components].map((component) => new Map([[index, component]]));
}

/** An array or object is stored under the key of a missing value. */
function componentOf(value: Exclude<Value, undefined>): PartitionKeyComponent {
  return typeof value === 'object' && value !== null ? undefined : (value as PartitionKeyComponent); // a scalar
}

function union(left: readonly KeyAssignment[], right: readonly KeyAssignment[]): readonly KeyAssignment[] {
  return left.length + right.length <= MAX_ASSIGNMENTS ? [...left, ...right] : OPEN;
}

function intersection(left: readonly KeyAssignment[], right: readonly KeyAssignment[]): readonly KeyAssignment[] {
  if (left.length * right.length > MAX_ASSIGNMENTS) return left.length < right.length ? left : right;
  return left.flatMap((one) => right.flatMap((other) => merged(one, other)));
}

/** The combination of both; none when they contradict each other. */
function merged(left: KeyAssignment, right: KeyAssignment): readonly KeyAssignment[] {
  for (const [index, component] of right) {
    if (left.has(index) && left.get(index) !== component) return [];
  }
  return [new Map([...left, ...right])];
}
