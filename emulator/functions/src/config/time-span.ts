const TIME_SPAN = /^\s*(-)?(?:(\d{1,8})\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?\s*$/;
const DAYS_ONLY = /^\s*(-)?(\d{1,8})\s*$/;
const DAY_MS = 86_400_000;

/**
 * Reads a .NET TimeSpan: `[-][d.]hh:mm[:ss[.fffffff]]`, or a number of days.
 *
 * @returns milliseconds, or undefined when the text is not a TimeSpan
 */
export function parseTimeSpan(text: string): number | undefined {
  const days = DAYS_ONLY.exec(text);
  if (days) return Number(days[2]) * DAY_MS * (days[1] ? -1 : 1);
  const match = TIME_SPAN.exec(text);
  if (!match) return undefined;
  const [, sign, day = '0', hours = '0', minutes = '0', seconds = '0', fraction = '0'] = match;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const clockSeconds = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  const magnitude = Number(day) * DAY_MS + clockSeconds * 1_000 + Number(`0.${fraction}`) * 1_000;
  return sign ? -magnitude : magnitude;
}
