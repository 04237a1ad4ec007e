import { membersOf } from '../../domain/declared-property.ts';
import type { ComparisonOperator, Condition } from '../../domain/operation-query.ts';
import type { EnumView } from '../../domain/teams-async-operation.ts';
import { QueryOptionError } from '../query-option-error.ts';
import { compareEnum, enumAmong } from './enum-comparison.ts';
import type { LiteralOperand, Operand, OperandType } from './operands.ts';

const NOTHING: Condition = { kind: 'constant', value: false };

/** As OData's libraries call them in messages. */
const OPERATOR_KINDS: Readonly<Record<ComparisonOperator, string>> = {
  eq: 'Equal',
  ne: 'NotEqual',
  gt: 'GreaterThan',
  ge: 'GreaterThanOrEqual',
  lt: 'LessThan',
  le: 'LessThanOrEqual',
};

/** The operator with its sides exchanged. */
const MIRRORED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  eq: 'eq',
  ne: 'ne',
  gt: 'lt',
  ge: 'le',
  lt: 'gt',
  le: 'ge',
};

export function isComparisonOperator(text: string): text is ComparisonOperator {
  return Object.hasOwn(OPERATOR_KINDS, text);
}

/** @throws QueryOptionError the operands' types cannot be compared */
export function compare(operator: ComparisonOperator, sides: readonly [Operand, Operand], view: EnumView): Condition {
  const [left, right] = sides;
  if (isEnum(right) && !isEnum(left)) return compare(MIRRORED[operator], [right, left], view);
  if (!isComparable(operator, left.type, right.type)) throw incompatible(operator, left.type, right.type);
  const equality = operator === 'eq' || operator === 'ne';
  // OData 4.01, part 2, 5.1.1.1: with null on a side the four orderings are false.
  if (!equality && (left.type === 'null' || right.type === 'null')) return NOTHING;
  if (isNotFinite(left) || isNotFinite(right)) return compareSpecial(operator, [left, right]);
  const members = membersOf(left.type);
  if (members && right.type !== 'null') return compareEnum(operator, { property: left, literal: right, members, view });
  return { kind: 'comparison', operator, left: left.expression, right: right.expression };
}

function isNotFinite({ expression }: Operand): boolean {
  return expression.kind === 'literal' && typeof expression.value === 'number' && !Number.isFinite(expression.value);
}

/** The store knows neither INF nor NaN: what comparing with them means is said in finite numbers. */
function compareSpecial(operator: ComparisonOperator, [left, right]: readonly [Operand, Operand]): Condition {
  if (!isNotFinite(right)) return compareSpecial(MIRRORED[operator], [right, left]);
  const bound = right.expression.kind === 'literal' ? Number(right.expression.value) : Number.NaN;
  if (left.expression.kind === 'literal')
    return { kind: 'constant', value: COMPARES[operator](Number(left.expression.value), bound) };
  if (operator === 'eq' || operator === 'ne') return { kind: 'constant', value: operator === 'ne' };
  if (Number.isNaN(bound) || !COMPARES[operator](0, bound)) return NOTHING;
  // True for every number, and for nothing that is none.
  const limit = { kind: 'literal', value: bound > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE } as const;
  return { kind: 'comparison', operator: bound > 0 ? 'le' : 'ge', left: left.expression, right: limit };
}

const COMPARES: Readonly<Record<ComparisonOperator, (left: number, right: number) => boolean>> = {
  eq: (left, right) => left === right,
  ne: (left, right) => left !== right,
  gt: (left, right) => left > right,
  ge: (left, right) => left >= right,
  lt: (left, right) => left < right,
  le: (left, right) => left <= right,
};

/** @throws QueryOptionError a listed value's type is not the operand's */
export function among(value: Operand, listed: readonly LiteralOperand[], view: EnumView): Condition {
  for (const { type } of listed) if (!isComparable('eq', value.type, type)) throw incompatible('eq', value.type, type);
  const members = membersOf(value.type);
  if (members) return enumAmong(value, listed, { members, view });
  const finite = listed.filter((literal) => !isNotFinite(literal));
  if (finite.length === 0) return NOTHING;
  return { kind: 'in', value: value.expression, among: finite.map(({ expression }) => expression) };
}

function isEnum({ type }: Operand): boolean {
  return membersOf(type) !== undefined;
}

function isComparable(operator: ComparisonOperator, left: OperandType, right: OperandType): boolean {
  const equality = operator === 'eq' || operator === 'ne';
  const [first, second] = [familyOf(left), familyOf(right)];
  if (first === 'null' || second === 'null') return true;
  if (first === 'complex' || second === 'complex') return false;
  if (first === 'enum') return right === 'Edm.String';
  if (first === 'boolean' && second === 'boolean') return equality;
  if (first === 'any' || second === 'any')
    return ![first, second].includes('dateTime') && left !== 'Edm.Guid' && right !== 'Edm.Guid';
  return first === second && first !== 'guid';
}

type Family = 'text' | 'number' | 'boolean' | 'dateTime' | 'enum' | 'complex' | 'guid' | 'any' | 'null';

const FAMILIES: Readonly<Record<OperandType, Family>> = {
  'Edm.String': 'text',
  'Edm.Int32': 'number',
  'Edm.Double': 'number',
  'Edm.Boolean': 'boolean',
  'Edm.DateTimeOffset': 'dateTime',
  'Edm.Guid': 'guid',
  'Edm.Untyped': 'any',
  'microsoft.graph.teamsAsyncOperationType': 'enum',
  'microsoft.graph.teamsAsyncOperationStatus': 'enum',
  'microsoft.graph.operationError': 'complex',
  null: 'null',
};

function familyOf(type: OperandType): Family {
  return FAMILIES[type];
}

function incompatible(operator: ComparisonOperator, left: OperandType, right: OperandType): QueryOptionError {
  return new QueryOptionError(
    `A binary operator with incompatible types was detected. Found operand types '${left}' and '${right}' for operator kind '${OPERATOR_KINDS[operator]}'.`,
  );
}
