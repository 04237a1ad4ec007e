// Edm.DateTimeOffset of OData 4.01 (dateTimeOffsetValue in the ABNF): seconds are optional, the offset is not.
const PATTERN =
  /^(?<date>\d{4}-\d\d-\d\d)T(?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?<fraction>\.\d{1,12})?)?(?:Z|(?<sign>[+-])(?<offsetHour>\d\d):(?<offsetMinute>\d\d))$/i;
/** .NET's DateTimeOffset, which Graph is built on, goes no further. */
const MAX_OFFSET_MINUTES = 14 * 60;
const MINUTE_MS = 60_000;
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59Z');

/**
 * Converts a DateTimeOffset to UTC, with the fraction's digits as they were sent (a Date keeps only three).
 *
 * @returns null when the text is no DateTimeOffset of the years 1 to 9999
 * @example toUtc('2021-05-27T23:23:41.9085453+02:00') // '2021-05-27T21:23:41.9085453Z'
 */
export function toUtc(text: string): string | null {
  const parts = PATTERN.exec(text)?.groups;
  if (!parts) return null;
  const offset = offsetMinutes(parts);
  const local = wholeSeconds(parts);
  if (offset === null || local === null) return null;
  const utc = local - offset * MINUTE_MS;
  if (utc < FIRST_MS || utc > LAST_MS) return null;
  return `${new Date(utc).toISOString().slice(0, 'yyyy-MM-ddTHH:mm:ss'.length)}${parts.fraction ?? ''}Z`;
}

type Parts = Record<string, string | undefined>;

function wholeSeconds({ date, hour, minute, second = '00' }: Parts): number | null {
  const iso = `${date}T${hour}:${minute}:${second}`;
  const milliseconds = Date.parse(`${iso}Z`);
  if (Number.isNaN(milliseconds)) return null;
  // Date.parse takes 30 February for 2 March, and 24:00 for the next day.
  return new Date(milliseconds).toISOString().startsWith(iso) ? milliseconds : null;
}

function offsetMinutes({ sign, offsetHour = '0', offsetMinute = '0' }: Parts): number | null {
  const minutes = Number(offsetHour) * 60 + Number(offsetMinute);
  if (Number(offsetMinute) > 59 || minutes > MAX_OFFSET_MINUTES) return null;
  return sign === '-' ? -minutes : minutes;
}
