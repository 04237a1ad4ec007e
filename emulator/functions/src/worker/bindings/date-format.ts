/** `{DateTime}` without format, and dates in binding data (BindingDataPathHelper of the WebJobs SDK). */
export const DEFAULT_DATE_FORMAT = 'yyyy-MM-ddTHH-mm-ssK';

const TOKEN = /'[^']*'|\\.|y+|M+|d+|H+|h+|m+|s+|f+|t+|K|./gs;
const MONTHS = 'January,February,March,April,May,June,July,August,September,October,November,December'.split(',');
const DAYS = 'Sunday,Monday,Tuesday,Wednesday,Thursday,Friday,Saturday'.split(',');

/** Formats a UTC time with a .NET custom date format, invariant culture. */
export function formatUtc(date: Date, format: string): string {
  return format.replace(TOKEN, (token) => formatToken(date, token));
}

function formatToken(date: Date, token: string): string {
  const width = token.length;
  switch (token[0]) {
    case 'y':
      return width <= 2 ? pad(date.getUTCFullYear() % 100, width) : pad(date.getUTCFullYear(), width);
    case 'M':
      return width <= 2 ? pad(date.getUTCMonth() + 1, width) : named(MONTHS, date.getUTCMonth(), width);
    case 'd':
      return width <= 2 ? pad(date.getUTCDate(), width) : named(DAYS, date.getUTCDay(), width);
    case 'H':
      return pad(date.getUTCHours(), width);
    case 'h':
      return pad(date.getUTCHours() % 12 || 12, width);
    case 'm':
      return pad(date.getUTCMinutes(), width);
    case 's':
      return pad(date.getUTCSeconds(), width);
    case 'f':
      return pad(date.getUTCMilliseconds(), 3).padEnd(7, '0').slice(0, width);
    case 't':
      return (date.getUTCHours() < 12 ? 'AM' : 'PM').slice(0, width);
    case 'K':
      return 'Z';
    case "'":
      return width > 1 ? token.slice(1, -1) : token;
    case '\\':
      return token.slice(1);
    default:
      return token;
  }
}

function pad(value: number, width: number): string {
  return String(value).padStart(Math.min(width, 7), '0');
}

/** Three letters give the abbreviation, more the whole name. */
function named(names: readonly string[], index: number, width: number): string {
  const name = names[index] ?? '';
  return width === 3 ? name.slice(0, 3) : name;
}
