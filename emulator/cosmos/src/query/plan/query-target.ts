import { parsePropertyPath } from '../../model/json.ts';
import { effectivePartitionKey, FULL_EPK_RANGE } from '../../model/partition-key/effective-partition-key.ts';
import {
  formatPartitionKey,
  type PartitionKeyComponent,
  type PartitionKeyDefinition,
  type PartitionKeyValue,
} from '../../model/partition-key/partition-key.ts';
import type { Parameters } from '../compile/compilation.ts';
import { type Constant, constantOf } from '../compile/constants.ts';
import { likePrefix, likeSteps } from '../compile/like.ts';
import type { Expression, Query } from '../syntax/ast.ts';
import { documentName, propertyPath } from '../syntax/walk.ts';
import type { GeospatialType } from '../values/evaluation-context.ts';
import { isArray, type Value } from '../values/value.ts';

/** The constants of a query: the values of its parameters, and of expressions over constants. */
export interface QueryConstants {
  readonly parameters: Parameters;
  /** The value of an expression that depends on no document; undefined for any other. */
  readonly fold: (node: Expression, geospatialType?: GeospatialType) => Constant | undefined;
}

/** Which partition keys a query must visit. */
export type QueryTarget =
  | { readonly kind: 'all' }
  /** No key at all: the filter can never pass, or there is no FROM. */
  | { readonly kind: 'none' }
  /** Full keys, or prefixes of a hierarchical key; distinct, at least one. */
  | { readonly kind: 'keys'; readonly keys: readonly PartitionKeyValue[] };

/** What the partition keys of a query depend on besides the query. */
export interface TargetPolicy {
  readonly partitionKey: PartitionKeyDefinition;
  /** Default: Geography. */
  readonly geospatialType?: GeospatialType;
}

/** Which partition keys the query must visit, as far as its filter tells. */
export function queryTarget(
  query: Query,
  { parameters, fold }: QueryConstants,
  { partitionKey: definition, geospatialType }: TargetPolicy,
): QueryTarget {
  if (query.from === undefined) return { kind: 'none' };
  const paths = definition.paths.map(parsePropertyPath);
  return targetOf(
    keysPassing(query.where, {
      parameters,
      fold: (node) => fold(node, geospatialType),
      document: documentName(query),
      paths,
    }),
    definition,
  );
}

function targetOf(assignments: readonly KeyAssignment[], definition: PartitionKeyDefinition): QueryTarget {
  if (assignments.length === 0) return { kind: 'none' };
  const keys = assignments.map((assignment) => keyOf(assignment, definition));
  if (keys.some((key) => key.length === 0)) return { kind: 'all' };
  return { kind: 'keys', keys: [...new Map(keys.map((key) => [formatPartitionKey(key), key])).values()] };
}

/** The components that are fixed from the first on without a gap; a part of a key is only useful when it is hierarchical. */
function keyOf(assignment: KeyAssignment, { kind, paths }: PartitionKeyDefinition): PartitionKeyValue {
  const open = paths.findIndex((_, index) => !assignment.has(index));
  const length = open < 0 ? paths.length : open;
  if (length < paths.length && kind !== 'MultiHash') return [];
  return paths.slice(0, length).map((_, index) => assignment.get(index));
}

/** One way in which a filter fixes components of the key, by position. A component that it leaves open is absent. */
type KeyAssignment = ReadonlyMap<number, PartitionKeyComponent>;

interface KeyFilterContext extends QueryConstants {
  /** The name of the document in the query; undefined when it has none. */
  readonly document: string | undefined;
  /** The partition key's paths, as property names. */
  readonly paths: readonly (readonly string[])[];
}

/** With more combinations than this the filter counts as open: each is hashed. */
const MAX_ASSIGNMENTS = 5_000;
const OPEN: readonly KeyAssignment[] = [new Map()];
const NONE: readonly KeyAssignment[] = [];

/** A superset of the partition keys that pass a filter. Empty when nothing can pass. */
function keysPassing(where: Expression | undefined, context: KeyFilterContext): readonly KeyAssignment[] {
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
  if (constant === undefined) return OPEN;
  const magnitudeOf =
    operand.kind === 'call' && operand.name.toUpperCase() === 'ABS' ? operand.arguments[0] : undefined;
  if (magnitudeOf === undefined) return pinned(operand, [constant.value], context);
  const { value: magnitude } = constant;
  return typeof magnitude === 'number' && magnitude >= 0 ? pinned(magnitudeOf, [magnitude, -magnitude], context) : NONE;
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

/** The property must be one of the values, if it is a component of the key. Undefined equals nothing, itself included, and no key is NaN. */
function pinned(node: Expression, values: readonly Value[], context: KeyFilterContext): readonly KeyAssignment[] {
  const path = propertyPath(node, context.document);
  const index = context.paths.findIndex((names) => path !== undefined && names.join('\0') === path.join('\0'));
  if (index < 0 || values.length > MAX_ASSIGNMENTS) return OPEN;
  const components = new Set(values.filter(isStored).map(componentOf));
  return [...components].map((component) => new Map([[index, component]]));
}

function isStored(value: Value): value is Exclude<Value, undefined> {
  return value !== undefined && (typeof value !== 'number' || Number.isFinite(value));
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

/** Whether the query stays in one logical partition, so that a single server can run it alone. */
export function isSinglePartition(target: QueryTarget, { paths }: PartitionKeyDefinition): boolean {
  if (target.kind !== 'keys') return target.kind === 'none';
  return target.keys.length === 1 && target.keys[0]?.length === paths.length;
}

/** A range of effective partition keys as the query plan writes it; a point has equal ends, both included. */
export interface QueryRange {
  readonly min: string;
  readonly max: string;
  readonly isMinInclusive: boolean;
  readonly isMaxInclusive: boolean;
}

/** The ranges in order of their effective partition keys, not overlapping. */
export function rangesOf(target: QueryTarget, definition: PartitionKeyDefinition): readonly QueryRange[] {
  if (target.kind === 'all') return [{ ...FULL_EPK_RANGE, isMinInclusive: true, isMaxInclusive: false }];
  if (target.kind === 'none') return [pointAt('')];
  const ranges = target.keys.map((key) => rangeOf(key, definition));
  return withoutCovered(ranges.sort((left, right) => (left.min < right.min ? -1 : 1)));
}

function rangeOf(key: PartitionKeyValue, definition: PartitionKeyDefinition): QueryRange {
  const epk = effectivePartitionKey(key, definition);
  if (key.length === definition.paths.length) return pointAt(epk);
  return { min: epk, max: `${epk}FF`, isMinInclusive: true, isMaxInclusive: false };
}

function pointAt(epk: string): QueryRange {
  return { min: epk, max: epk, isMinInclusive: true, isMaxInclusive: true };
}

/** Drops ranges inside an earlier one: a full key below a prefix, or a key with the same hash. */
function withoutCovered(sorted: readonly QueryRange[]): readonly QueryRange[] {
  const kept: QueryRange[] = [];
  for (const range of sorted) {
    const last = kept.at(-1);
    if (last === undefined || range.max > last.max) kept.push(range);
  }
  return kept;
}
