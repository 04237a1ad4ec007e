/** A payload as a trigger delivers it: text as it is, other values as JSON; null: nothing. */
export function toInput(payload: unknown): string | null {
  if (payload === undefined || payload === null) return null;
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}
