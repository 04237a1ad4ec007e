import { type DateTimeFields, floorDivide, fromFields, type Ticks, toFields } from './date-time-value.ts';

export type DateTimePart =
  | 'year'
  | 'month'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond'
  | 'microsecond'
  | 'nanosecond';

/** Every spelling of a part. Source: "DateTimePart", Cosmos DB query reference; `y` from "AGO". */
const SPELLINGS: Readonly<Record<DateTimePart, readonly string[]>> = {
  year: ['year', 'yyyy', 'yy', 'y'],
  month: ['month', 'mm', 'm'],
  day: ['day', 'dd', 'd'],
  hour: ['hour', 'hh'],
  minute: ['minute', 'mi', 'n'],
  second: ['second', 'ss', 's'],
  millisecond: ['millisecond', 'ms'],
  microsecond: ['microsecond', 'mcs'],
  nanosecond: ['nanosecond', 'ns'],
};

const PART_OF_SPELLING: ReadonlyMap<string, DateTimePart> = new Map(
  (Object.keys(SPELLINGS) as DateTimePart[]).flatMap((part) => SPELLINGS[part].map((text) => [text, part])), // its keys
);

/** The length in nanoseconds of the parts that always have the same; years and months do not. */
const NANOSECONDS: ReadonlyMap<DateTimePart, bigint> = new Map([
  ['day', 86_400_000_000_000n],
  ['hour', 3_600_000_000_000n],
  ['minute', 60_000_000_000n],
  ['second', 1_000_000_000n],
  ['millisecond', 1_000_000n],
  ['microsecond', 1_000n],
  ['nanosecond', 1n],
]);

const NANOSECONDS_PER_TICK = 100n;

export function parsePart(spelling: string): DateTimePart | undefined {
  return PART_OF_SPELLING.get(spelling.toLowerCase());
}

/** The part's value; that of a millisecond, microsecond or nanosecond is the whole fraction of the second in that unit. */
export function partOf(part: DateTimePart, ticks: Ticks): number {
  const fields = toFields(ticks);
  switch (part) {
    case 'millisecond':
      return Math.floor(fields.fraction / 10_000);
    case 'microsecond':
      return Math.floor(fields.fraction / 10);
    case 'nanosecond':
      return fields.fraction * 100;
    default:
      return fields[part];
  }
}

/** Adds whole parts. A month that lacks the day ends on its last one. Undefined past year 9999. */
export function addParts(part: DateTimePart, count: number, ticks: Ticks): Ticks | undefined {
  if (part === 'year') return addMonths(count * 12, ticks);
  if (part === 'month') return addMonths(count, ticks);
  return ticks + (BigInt(count) * (NANOSECONDS.get(part) ?? 0n)) / NANOSECONDS_PER_TICK;
}

/** How many boundaries of the part lie between the two, negative when the end is before the start. */
export function countBoundaries(part: DateTimePart, start: Ticks, end: Ticks): number {
  return Number(ordinal(part, end) - ordinal(part, start));
}

/**
 * The start of the bin that holds the time, bins being `size` parts long from `origin` on.
 * Undefined for years and months, which differ in length.
 */
export function startOfBin(part: DateTimePart, size: number, ticks: Ticks, origin: Ticks): Ticks | undefined {
  const unit = NANOSECONDS.get(part);
  if (unit === undefined) return undefined;
  const length = unit * BigInt(size);
  const offset = (ticks - origin) * NANOSECONDS_PER_TICK;
  return origin + (floorDivide(offset, length) * length) / NANOSECONDS_PER_TICK;
}

function addMonths(count: number, ticks: Ticks): Ticks | undefined {
  const fields = toFields(ticks);
  const months = fields.year * 12 + fields.month - 1 + count;
  const moved: DateTimeFields = { ...fields, year: Math.floor(months / 12), month: (((months % 12) + 12) % 12) + 1 };
  return [0, 1, 2, 3].reduce<Ticks | undefined>(
    (found, less) => found ?? fromFields({ ...moved, day: moved.day - less }),
    undefined,
  );
}

function ordinal(part: DateTimePart, ticks: Ticks): bigint {
  const { year, month } = toFields(ticks);
  if (part === 'year') return BigInt(year);
  if (part === 'month') return BigInt(year * 12 + month);
  return floorDivide(ticks * NANOSECONDS_PER_TICK, NANOSECONDS.get(part) ?? 1n);
}
