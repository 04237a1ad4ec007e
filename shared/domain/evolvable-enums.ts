import { BadRequestError } from './errors.ts';
import {
  type NewOperation,
  OPERATION_STATUSES,
  OPERATION_TYPES,
  type OperationChanges,
} from './teams-async-operation.ts';

/**
 * How a request sees the members of evolvable enums: Microsoft's API guidelines, "Evolvable enums".
 * - `asStored`: every member by its name, as Graph's own samples show them;
 * - `masked`: those after the sentinel as `unknownFutureValue`;
 * - `included`: every member, because the request asked with `Prefer: include-unknown-enum-members`.
 */
export type EnumView = 'asStored' | 'masked' | 'included';

/** The sentinel: members after it came later than the clients that a service must not surprise. */
export const SENTINEL = 'unknownFutureValue';

/** Whether a member came after the sentinel. `members` are in the order of their numbers. */
export function isAfterSentinel(member: string, members: readonly string[]): boolean {
  return members.indexOf(member) > members.indexOf(SENTINEL);
}

/** The member as the request may see it. */
export function showMember(member: string, members: readonly string[], view: EnumView): string {
  return view === 'masked' && isAfterSentinel(member, members) ? SENTINEL : member;
}

/**
 * What the guidelines ask of a new operation's enums: never the sentinel, and later members only from who knows them.
 *
 * @throws BadRequestError
 */
export function checkNewEnums(operation: NewOperation, view: EnumView): void {
  if (view === 'asStored') return;
  for (const given of enumsOf(operation)) {
    if (given.value === SENTINEL)
      throw new BadRequestError(`'${SENTINEL}' is not a valid value for the property '${given.name}'.`);
    requireKnown(given, view);
  }
}

/**
 * What the guidelines ask of an update: the sentinel stands for "unchanged".
 *
 * @throws BadRequestError a later member from who does not know it
 */
export function checkChangedEnums(changes: OperationChanges, view: EnumView): OperationChanges {
  if (view === 'asStored') return changes;
  for (const given of enumsOf(changes)) requireKnown(given, view);
  const { status, operationType, ...others } = changes;
  return {
    ...others,
    ...(status !== undefined && status !== SENTINEL && { status }),
    ...(operationType !== undefined && operationType !== SENTINEL && { operationType }),
  };
}

interface EnumValue {
  readonly name: string;
  readonly value: string;
  readonly members: readonly string[];
}

function enumsOf({ status, operationType }: OperationChanges): EnumValue[] {
  return [
    ...(operationType === undefined ? [] : [{ name: 'operationType', value: operationType, members: OPERATION_TYPES }]),
    ...(status === undefined ? [] : [{ name: 'status', value: status, members: OPERATION_STATUSES }]),
  ];
}

function requireKnown({ value, members }: EnumValue, view: EnumView): void {
  if (view === 'masked' && isAfterSentinel(value, members))
    throw new BadRequestError(
      `The enumeration member '${value}' requires the preference 'include-unknown-enum-members'.`,
    );
}
