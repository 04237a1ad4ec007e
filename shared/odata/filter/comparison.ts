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
  const members = membersOf(left.type);
  if (members && right.type !== 'null') return compareEnum(operator, { property: left, literal: right, members, view });
  return { kind: 'comparison', operator, left: left.expression, right: right.expression };
}

/** @throws QueryOptionError a listed value's type is not the operand's */
export function among(value: Operand, listed: readonly LiteralOperand[], view: EnumView): Condition {
  for (const { type } of listed) if (!isComparable('eq', value.type, type)) throw incompatible('eq', value.type, type);
  const members = membersOf(value.type);
  if (members) return enumAmong(value, listed, { members, view });
  return { kind: 'in', value: value.expression, among: listed.map(({ expression }) => expression) };
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
