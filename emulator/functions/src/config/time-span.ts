const DAY_MS = 86_400_000;
/** TimeSpan.MaxValue, rounded down. */
const MAX_MS = 922_337_203_685_477;
const FRACTION = String.raw`(?:\.(?<fraction>\d{1,7}))?`;

/**
 * The forms of a TimeSpan in the order in which .NET tries them (TimeSpanParse.cs). A form whose numbers are out of range
 * gives way to the next one, so that `24:00:00` has days, hours and minutes.
 */
const FORMS: readonly RegExp[] = [
  String.raw`(?<days>\d+)`,
  String.raw`(?<hours>\d+):(?<minutes>\d+)`,
  String.raw`(?<hours>\d+):(?<minutes>\d+):(?<seconds>\d+)${FRACTION}`,
  String.raw`(?<days>\d+)[.:](?<hours>\d+):(?<minutes>\d+)`,
  String.raw`(?<days>\d+)[.:](?<hours>\d+):(?<minutes>\d+):(?<seconds>\d+)${FRACTION}`,
].map((form) => new RegExp(`^${form}$`));

/**
 * Reads a .NET TimeSpan: a number of days, `hh:mm`, `[d.]hh:mm[:ss[.fffffff]]` or `d:hh:mm[:ss[.fffffff]]`, each with an
 * optional minus.
 *
 * @returns milliseconds, or undefined when the text is not a TimeSpan
 */
export function parseTimeSpan(text: string): number | undefined {
  const trimmed = text.trim();
  const isNegative = trimmed.startsWith('-');
  const digits = isNegative ? trimmed.slice(1) : trimmed;
  for (const form of FORMS) {
    const groups = form.exec(digits)?.groups;
    const magnitude = groups && toMilliseconds(groups);
    if (magnitude !== undefined) return isNegative ? -magnitude : magnitude;
  }
  return undefined;
}

/** Undefined when a number is out of its range. */
function toMilliseconds(groups: Readonly<Record<string, string | undefined>>): number | undefined {
  const { days = 0, hours = 0, minutes = 0, seconds = 0, fraction = 0 } = groups;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const clockSeconds = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  const total = Number(days) * DAY_MS + clockSeconds * 1_000 + Number(`0.${fraction}`) * 1_000;
  return total <= MAX_MS ? total : undefined;
}

/** `hh:mm:ss`, with days and fractions where there are any, as .NET writes a TimeSpan. */
export function formatTimeSpan(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  const clock = [hours, minutes, seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
  const fraction = ms % 1000 === 0 ? '' : `.${String(ms % 1000).padStart(3, '0')}0000`;
  return `${days > 0 ? `${days}.` : ''}${clock}${fraction}`;
}
