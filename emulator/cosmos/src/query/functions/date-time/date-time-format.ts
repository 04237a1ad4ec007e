import { type Ticks, toFields } from './date-time-value.ts';

// Runs of one specifier letter, an escaped character, quoted text, or any other character.
const TOKEN = /y+|M+|d+|H+|h+|m+|s+|f{1,7}|F{1,7}|t{1,2}|\\.|'[^']*'|"[^"]*"|./gs;

/**
 * A point in time after a .NET custom format: y, M, d, H, h, m, s, f, F and t, with `\` before a letter that stands for
 * itself. Undefined when the format names a month or a day of the week (MMM, ddd), which depend on a language.
 * Source: "DateTimeFormat", Cosmos DB query reference; "Custom date and time format strings", .NET.
 */
export function formatWith(format: string, ticks: Ticks): string | undefined {
  const tokens = format.match(TOKEN) ?? [];
  if (tokens.some((token) => /^(?:MMM|ddd)/.test(token))) return undefined;
  return tokens.map((token) => formatToken(token, ticks)).join('');
}

function formatToken(token: string, ticks: Ticks): string {
  const { year, month, day, hour, minute, second, fraction } = toFields(ticks);
  const padded = (value: number) => String(value).padStart(token.length, '0');
  const digits = String(fraction).padStart(7, '0').slice(0, token.length);
  switch (token.charAt(0)) {
    case 'y':
      return padded(token.length <= 2 ? year % 100 : year);
    case 'M':
      return padded(month);
    case 'd':
      return padded(day);
    case 'H':
      return padded(hour);
    case 'h':
      return padded(hour % 12 === 0 ? 12 : hour % 12);
    case 'm':
      return padded(minute);
    case 's':
      return padded(second);
    case 'f':
      return digits;
    case 'F':
      return digits.replace(/0+$/, '');
    case 't':
      return (hour < 12 ? 'AM' : 'PM').slice(0, token.length);
    case '\\':
      return token.slice(1);
    case "'":
    case '"':
      return token.length === 1 ? token : token.slice(1, -1);
    default:
      return token;
  }
}
