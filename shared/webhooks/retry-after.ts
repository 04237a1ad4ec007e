const SECONDS = /^\d{1,9}$/;

/**
 * RFC 9110, section 10.2.3: whole seconds, or a date.
 *
 * @returns null: there is none, or it says neither
 */
export function readRetryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  if (SECONDS.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
