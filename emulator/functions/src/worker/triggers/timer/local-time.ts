/** .NET's DateTime.MinValue: "never". */
const NEVER = '0001-01-01T00:00:00';

/**
 * A time as .NET serialises a local DateTime, `2026-01-31T10:00:00.0000000+01:00`, in the time zone of the process.
 * Undefined means "never".
 */
export function toLocalIso(time: number | undefined): string {
  if (time === undefined) return NEVER;
  const offsetMinutes = -new Date(time).getTimezoneOffset();
  const wallClock = new Date(time + offsetMinutes * 60_000).toISOString().slice(0, -1);
  const sign = offsetMinutes < 0 ? '-' : '+';
  const magnitude = Math.abs(offsetMinutes);
  return `${wallClock}0000${sign}${twoDigits(Math.floor(magnitude / 60))}:${twoDigits(magnitude % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
