import type { ComparisonOperator, Condition } from '../../domain/operation-query.ts';
import { type EnumView, isAfterSentinel, SENTINEL } from '../../domain/teams-async-operation.ts';
import { QueryOptionError, shown } from '../query-option-error.ts';
import type { LiteralOperand, Operand } from './operands.ts';

interface EnumComparison {
  readonly property: Operand;
  readonly literal: Operand;
  /** In the order of their numbers. */
  readonly members: readonly string[];
  readonly view: EnumView;
}

/** Enums compare by their numbers. What comes out names the members that pass, so that no number is ever stored or sent. */
export function compareEnum(operator: ComparisonOperator, comparison: EnumComparison): Condition {
  const { property, literal, members, view } = comparison;
  const member = memberOf(literal, { members, view });
  return isOneOf(property, passing(operator, member, { members, view }));
}

export function enumAmong(
  property: Operand,
  listed: readonly LiteralOperand[],
  rules: Pick<EnumComparison, 'members' | 'view'>,
): Condition {
  const named = listed.filter(({ type }) => type !== 'null').map((literal) => memberOf(literal, rules));
  return isOneOf(property, [...new Set(named.flatMap((member) => passing('eq', member, rules)))]);
}

function isOneOf({ expression }: Operand, members: readonly string[]): Condition {
  if (members.length === 0) return { kind: 'constant', value: false };
  return { kind: 'in', value: expression, among: members.map((value) => ({ kind: 'literal', value })) };
}

type Rules = Pick<EnumComparison, 'members' | 'view'>;

/** @throws QueryOptionError no member, or one that a caller without the preference may not name */
function memberOf({ expression }: Operand, { members, view }: Rules): string {
  const given = expression.kind === 'literal' ? String(expression.value) : '';
  // enumValue of the ABNF: a name, or the number of a member.
  const value = /^\d{1,4}$/.test(given) ? (members[Number(given)] ?? given) : given;
  if (!members.includes(value))
    throw new QueryOptionError(`The string '${shown(value)}' is not a valid enumeration type constant.`);
  if (view === 'masked' && isAfterSentinel(value, members))
    throw new QueryOptionError(
      `The enumeration member '${value}' requires the preference 'include-unknown-enum-members'.`,
    );
  return value;
}

function passing(operator: ComparisonOperator, member: string, { members, view }: Rules): readonly string[] {
  const number = members.indexOf(member);
  const test = member === SENTINEL && view !== 'asStored' ? sentinelTest(operator, view) : TESTS[operator];
  return members.filter((_, candidate) => test(candidate - number));
}

/** The guideline's table: who sees later members masked sees them equal to the sentinel, all others see nothing equal to it. */
function sentinelTest(operator: ComparisonOperator, view: EnumView): Test {
  if (view === 'included') return operator === 'eq' || operator === 'ne' ? () => operator === 'ne' : TESTS[operator];
  return operator === 'gt' ? TESTS.gt : (distance) => TESTS[operator](Math.min(distance, 0));
}

/** Called with how far a member's number lies above the one compared with. */
type Test = (distance: number) => boolean;

const TESTS: Readonly<Record<ComparisonOperator, Test>> = {
  eq: (distance) => distance === 0,
  ne: (distance) => distance !== 0,
  gt: (distance) => distance > 0,
  ge: (distance) => distance >= 0,
  lt: (distance) => distance < 0,
  le: (distance) => distance <= 0,
};
