/** Whether a route value, which is always text, satisfies an inline constraint. */
export type RouteConstraint = (value: string) => boolean;

/** Compiles a pattern to a search that takes time linear in the value's length. Throws when the pattern is not supported. */
export type RegexCompiler = (pattern: string) => (value: string) => boolean;

const INT32_MAX = 2n ** 31n - 1n;
const INT64_MAX = 2n ** 63n - 1n;
/** The magnitude of .NET's decimal.MaxValue. */
const DECIMAL_MAX = 2 ** 96;

const INTEGER = /^\s*[+-]?\d+\s*$/;
const BOOL = /^\s*(?:true|false)\s*$/i;
const DECIMAL = /^\s*(?:[+-]?\s*(?:\d[\d,]*(?:\.\d*)?|\.\d+)|(?:\d[\d,]*(?:\.\d*)?|\.\d+)\s*[+-])\s*$/;
const DOUBLE = /^\s*[+-]?(?:(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|nan|infinity)\s*$/i;
const GUID =
  /^\s*(?:[\da-f]{32}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|\{[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\}|\([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\))\s*$/i;
const CLOCK = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,7})?)?(?:\s?([ap]m))?`;
const DATE = String.raw`(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}))`;
const DATE_TIME = new RegExp(String.raw`^\s*${DATE}(?:(?:t|\s+)${CLOCK})?\s*(?:z|[+-]\d{2}:?\d{2})?\s*$`, 'i');
const TIME_ONLY = new RegExp(String.raw`^\s*${CLOCK}\s*$`, 'i');
/** Longer text is neither a number nor a date. The limit also bounds the time of the expressions above. */
const MAX_FORMATTED_CHARACTERS = 128;

/** Undefined when there is no constraint of that name and number of arguments. */
export function createConstraint(
  name: string,
  argument: string | undefined,
  compileRegex: RegexCompiler,
): RouteConstraint | undefined {
  if (argument === undefined) return PLAIN.get(name.toLowerCase());
  if (name.toLowerCase() === 'regex') return compileRegex(argument);
  const numbers = argument.split(',').map(toInteger);
  if (numbers.some((number) => number === undefined)) return undefined;
  // The check above leaves only integers.
  return createBound(name.toLowerCase(), numbers as bigint[]);
}

const PLAIN: ReadonlyMap<string, RouteConstraint> = new Map<string, RouteConstraint>([
  ['int', (value) => isIntegerUpTo(value, INT32_MAX)],
  ['long', (value) => isIntegerUpTo(value, INT64_MAX)],
  ['bool', (value) => hasFormat(value, BOOL)],
  ['datetime', isDateTime],
  ['decimal', (value) => hasFormat(value, DECIMAL) && Math.abs(Number(value.replace(/[\s,+-]/g, ''))) < DECIMAL_MAX],
  ['double', (value) => hasFormat(value, DOUBLE)],
  ['float', (value) => hasFormat(value, DOUBLE)],
  ['guid', (value) => hasFormat(value, GUID)],
  ['alpha', (value) => /^[a-z]*$/i.test(value)],
  ['required', (value) => value !== ''],
  ['file', isFileName],
  ['nonfile', (value) => !isFileName(value)],
]);

function createBound(name: string, numbers: readonly bigint[]): RouteConstraint | undefined {
  const [first, second] = numbers;
  if (first === undefined || numbers.length > 2) return undefined;
  if (second === undefined) return createSingleBound(name, first);
  if (first > second) return undefined;
  if (name === 'length') return (value) => value.length >= first && value.length <= second;
  if (name === 'range') return (value) => isBetween(value, first, second);
  return undefined;
}

function createSingleBound(name: string, bound: bigint): RouteConstraint | undefined {
  switch (name) {
    case 'minlength':
      return (value) => value.length >= bound;
    case 'maxlength':
      return (value) => value.length <= bound;
    case 'length':
      return (value) => BigInt(value.length) === bound;
    case 'min':
      return (value) => isBetween(value, bound, INT64_MAX);
    case 'max':
      return (value) => isBetween(value, -INT64_MAX - 1n, bound);
    default:
      return undefined;
  }
}

function toInteger(text: string): bigint | undefined {
  if (!hasFormat(text, INTEGER)) return undefined;
  return BigInt(text.trim().replace('+', ''));
}

function hasFormat(value: string, format: RegExp): boolean {
  return value.length <= MAX_FORMATTED_CHARACTERS && format.test(value);
}

function isIntegerUpTo(value: string, max: bigint): boolean {
  return isBetween(value, -max - 1n, max);
}

function isBetween(value: string, min: bigint, max: bigint): boolean {
  const number = toInteger(value);
  return number !== undefined && number >= min && number <= max;
}

/** The forms of .NET's invariant culture that fit in a path: ISO 8601, month-day-year, and a time alone. */
function isDateTime(value: string): boolean {
  if (value.length > MAX_FORMATTED_CHARACTERS) return false;
  const time = TIME_ONLY.exec(value);
  if (time) return isClockTime(time.slice(1));
  const match = DATE_TIME.exec(value);
  if (!match) return false;
  const [, year = match[6], month = match[4], day = match[5]] = match;
  return isCalendarDay(Number(year), Number(month), Number(day)) && isClockTime(match.slice(7));
}

function isCalendarDay(year: number, month: number, day: number): boolean {
  // setUTCFullYear rather than Date.UTC, which reads the years 0 to 99 as 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function isClockTime([hour = '0', minute = '0', second = '0', half]: readonly (string | undefined)[]): boolean {
  const maxHour = half === undefined ? 23 : 12;
  return Number(hour) <= maxHour && Number(minute) <= 59 && Number(second) <= 59;
}

/** A dot that is not the last character of the last path segment, as FileNameRouteConstraint has it. */
function isFileName(value: string): boolean {
  const name = value.slice(value.lastIndexOf('/') + 1);
  const dot = name.indexOf('.');
  return dot !== -1 && dot < name.length - 1;
}
