/** A point in time: 100-nanosecond ticks since the Unix epoch, exact where a JavaScript Date would cut to milliseconds. */
export type Ticks = bigint;

export const TICKS_PER_MILLISECOND = 10_000n;

/** The first and the last tick that the text form, with four digits for the year, can say. */
const FIRST: Ticks = BigInt(Date.parse('0001-01-01T00:00:00Z')) * TICKS_PER_MILLISECOND;
const LAST: Ticks = (BigInt(Date.parse('9999-12-31T23:59:59Z')) + 1000n) * TICKS_PER_MILLISECOND - 1n;

/** The parts of a point in time, in UTC. */
export interface DateTimeFields {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  /** 1 to 31 */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 100-nanosecond ticks within the second, 0 to 9,999,999 */
  readonly fraction: number;
}

// The service's own form is YYYY-MM-DDThh:mm:ss.fffffffZ; its examples leave out the Z, the fraction, the time, or the T.
const PATTERN = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?)?Z?$/;

/** Undefined when the text is not a date and time in UTC as ISO 8601 writes it. */
export function parseDateTime(text: string): Ticks | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  return fromFields({ year, month, day, hour, minute, second, fraction: Number((match[7] ?? '').padEnd(7, '0')) });
}

/** `YYYY-MM-DDThh:mm:ss.fffffffZ`; undefined before year 1 and after year 9999. */
export function formatDateTime(ticks: Ticks): string | undefined {
  if (ticks < FIRST || ticks > LAST) return undefined;
  const milliseconds = floorDivide(ticks, TICKS_PER_MILLISECOND);
  const rest = ticks - milliseconds * TICKS_PER_MILLISECOND;
  return `${new Date(Number(milliseconds)).toISOString().slice(0, -1)}${String(rest).padStart(4, '0')}Z`;
}

/** Undefined when there is no such date or time, or the year is not from 1 to 9999. */
export function fromFields(fields: DateTimeFields): Ticks | undefined {
  const { year, month, day, hour, minute, second, fraction } = fields;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const ticks = BigInt(date.getTime() || 0) * TICKS_PER_MILLISECOND + BigInt(fraction);
  const back = toFields(ticks);
  // A Date takes 30 February for 1 March: what does not come back the same does not exist.
  const exists = (Object.keys(back) as (keyof DateTimeFields)[]).every((name) => back[name] === fields[name]); // its keys
  return exists && ticks >= FIRST && ticks <= LAST ? ticks : undefined;
}

export function toFields(ticks: Ticks): DateTimeFields {
  const seconds = floorDivide(ticks, 1000n * TICKS_PER_MILLISECOND);
  const date = new Date(Number(seconds) * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    fraction: Number(ticks - seconds * 1000n * TICKS_PER_MILLISECOND),
  };
}

/** The quotient towards negative infinity; BigInt's own goes towards zero. */
export function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}
