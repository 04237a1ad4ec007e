import type { EvaluationContext } from '../../values/evaluation-context.ts';
import type { Value } from '../../values/value.ts';
import { defineFunctions, type FunctionEntry } from '../scalar-function.ts';
import { areNumbers } from '../typed-arguments.ts';
import { formatWith } from './date-time-format.ts';
import { addParts, countBoundaries, type DateTimePart, parsePart, partOf, startOfBin } from './date-time-part.ts';
import {
  floorDivide,
  formatDateTime,
  fromFields,
  parseDateTime,
  TICKS_PER_MILLISECOND,
  type Ticks,
} from './date-time-value.ts';

/** The Windows epoch, before which DATETIMEBIN starts no bin. Source: "DateTimeBin", Cosmos DB query reference. */
const FIRST_BIN_START = parseDateTime('1601-01-01T00:00:00Z') ?? 0n;

/**
 * Source: "Date and time functions", Cosmos DB query reference. Dates and times are text in UTC,
 * `YYYY-MM-DDThh:mm:ss.fffffffZ`; what is none gives undefined, and so does an unknown part of one.
 */
export const dateTimeFunctions = defineFunctions('Date and time', {
  AGO: {
    signature: 'AGO(part, number)',
    summary: 'The current date and time less a number of parts',
    args: 2,
    evaluate: ([part, count], context) =>
      add(part, typeof count === 'number' ? -count : undefined, currentTicks(context)),
  },
  DATETIMEADD: {
    signature: 'DATETIMEADD(part, number, dateTime)',
    summary: 'The date and time with a whole number of parts added',
    args: 3,
    evaluate: ([part, count, dateTime]) => add(part, count, toTicks(dateTime)),
  },
  DATETIMEBIN: {
    signature: 'DATETIMEBIN(dateTime, part [, size [, start]])',
    summary: 'The start of the bin that holds the date and time; bins begin at the Unix epoch unless a start is given',
    args: [2, 4],
    evaluate: bin,
  },
  DATETIMEDIFF: {
    signature: 'DATETIMEDIFF(part, start, end)',
    summary: 'How many boundaries of the part lie between the two',
    args: 3,
    evaluate([part, start, end]) {
      const [known, from, to] = [toPart(part), toTicks(start), toTicks(end)];
      return known && from !== undefined && to !== undefined ? countBoundaries(known, from, to) : undefined;
    },
  },
  DATETIMEFORMAT: {
    signature: 'DATETIMEFORMAT(dateTime, format)',
    summary:
      'The date and time as the format says: y, M, d, H, h, m, s, f, F, t, and \\ before a letter meant literally',
    args: 2,
    evaluate: ([dateTime, format]) =>
      ofTicks(dateTime, (ticks) => (typeof format === 'string' ? formatWith(format, ticks) : undefined)),
  },
  DATETIMEFROMPARTS: {
    signature: 'DATETIMEFROMPARTS(year, month, day [, hour [, minute [, second [, fraction]]]])',
    summary: 'The date and time of the numbers; the fraction counts 100 nanoseconds',
    args: [3, 7],
    evaluate(args) {
      if (!areNumbers(args) || !args.every(Number.isInteger)) return undefined;
      const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, fraction = 0] = args;
      const ticks = fromFields({ year, month, day, hour, minute, second, fraction });
      return ticks === undefined ? undefined : formatDateTime(ticks);
    },
  },
  DATETIMEPART: {
    signature: 'DATETIMEPART(part, dateTime)',
    summary: 'One part of the date and time, as a number',
    args: 2,
    evaluate([part, dateTime]) {
      const known = toPart(part);
      return known && ofTicks(dateTime, (ticks) => partOf(known, ticks));
    },
  },
  DATETIMETOTICKS: {
    signature: 'DATETIMETOTICKS(dateTime)',
    summary: 'The 100-nanosecond ticks since the Unix epoch',
    args: 1,
    evaluate: ([dateTime]) => ofTicks(dateTime, Number),
  },
  DATETIMETOTIMESTAMP: {
    signature: 'DATETIMETOTIMESTAMP(dateTime)',
    summary: 'The milliseconds since the Unix epoch',
    args: 1,
    evaluate: ([dateTime]) => ofTicks(dateTime, (ticks) => Number(floorDivide(ticks, TICKS_PER_MILLISECOND))),
  },
  DAY: component('DAY', 'day'),
  GETCURRENTDATETIME: current('GETCURRENTDATETIME', 'The current date and time', formatDateTime),
  GETCURRENTDATETIMESTATIC: current(
    'GETCURRENTDATETIMESTATIC',
    'The current date and time, the same for all items',
    formatDateTime,
  ),
  GETCURRENTTICKS: current('GETCURRENTTICKS', 'The current time in 100-nanosecond ticks since the Unix epoch', Number),
  GETCURRENTTICKSSTATIC: current('GETCURRENTTICKSSTATIC', 'GETCURRENTTICKS(), the same for all items', Number),
  GETCURRENTTIMESTAMP: current(
    'GETCURRENTTIMESTAMP',
    'The current time in milliseconds since the Unix epoch',
    toTimestamp,
  ),
  GETCURRENTTIMESTAMPSTATIC: current(
    'GETCURRENTTIMESTAMPSTATIC',
    'GETCURRENTTIMESTAMP(), the same for all items',
    toTimestamp,
  ),
  IS_DATETIME: {
    signature: 'IS_DATETIME(expression)',
    summary: 'Whether the value is a date and time as text',
    args: 1,
    evaluate: ([value]) => toTicks(value) !== undefined,
  },
  MONTH: component('MONTH', 'month'),
  NOW: {
    signature: 'NOW([part, number])',
    summary: 'The current date and time, with a number of parts added',
    args: [0, 2],
    evaluate: (args, context) =>
      args.length === 0
        ? formatDateTime(currentTicks(context))
        : add(args[0], args.length === 2 ? args[1] : undefined, currentTicks(context)),
  },
  TICKSTODATETIME: {
    signature: 'TICKSTODATETIME(ticks)',
    summary: 'The date and time of 100-nanosecond ticks since the Unix epoch',
    args: 1,
    evaluate: ([ticks]) => (isFiniteNumber(ticks) ? formatDateTime(BigInt(Math.trunc(ticks))) : undefined),
  },
  TIMESTAMPTODATETIME: {
    signature: 'TIMESTAMPTODATETIME(timestamp)',
    summary: 'The date and time of milliseconds since the Unix epoch',
    args: 1,
    evaluate: ([timestamp]) =>
      isFiniteNumber(timestamp) ? formatDateTime(BigInt(Math.trunc(timestamp)) * TICKS_PER_MILLISECOND) : undefined,
  },
  YEAR: component('YEAR', 'year'),
});

/** The time of a query is fixed for the whole of it, so that the static functions and the others agree. */
function current(name: string, summary: string, form: (ticks: Ticks) => Value): FunctionEntry {
  return { signature: `${name}()`, summary, args: 0, evaluate: (_args, context) => form(currentTicks(context)) };
}

function component(name: string, part: DateTimePart): FunctionEntry {
  return {
    signature: `${name}(dateTime)`,
    summary: `The ${part} of the date and time, as a number`,
    args: 1,
    evaluate: ([dateTime]) => ofTicks(dateTime, (ticks) => partOf(part, ticks)),
  };
}

function add(part: Value, count: Value, ticks: Ticks | undefined): Value {
  const known = toPart(part);
  if (!known || typeof count !== 'number' || !Number.isInteger(count) || ticks === undefined) return undefined;
  const moved = addParts(known, count, ticks);
  return moved === undefined ? undefined : formatDateTime(moved);
}

function bin([dateTime, part, size = 1, start = '1970-01-01']: readonly Value[]): Value {
  const [known, ticks, origin] = [toPart(part), toTicks(dateTime), toTicks(start)];
  if (!known || ticks === undefined || origin === undefined || origin < FIRST_BIN_START) return undefined;
  if (typeof size !== 'number' || !Number.isInteger(size) || size <= 0) return undefined;
  const started = startOfBin(known, size, ticks, origin);
  return started === undefined ? undefined : formatDateTime(started);
}

function ofTicks(dateTime: Value, compute: (ticks: Ticks) => Value): Value {
  const ticks = toTicks(dateTime);
  return ticks === undefined ? undefined : compute(ticks);
}

function toTicks(dateTime: Value): Ticks | undefined {
  return typeof dateTime === 'string' ? parseDateTime(dateTime) : undefined;
}

function toPart(part: Value): DateTimePart | undefined {
  return typeof part === 'string' ? parsePart(part) : undefined;
}

function toTimestamp(ticks: Ticks): number {
  return Number(floorDivide(ticks, TICKS_PER_MILLISECOND));
}

function currentTicks(context: EvaluationContext): Ticks {
  return BigInt(Math.round(context.now * 10_000));
}

function isFiniteNumber(value: Value): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
