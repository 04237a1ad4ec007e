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
