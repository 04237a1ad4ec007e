const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago that was; the title of an element has the exact time. */
export function ago(at: number, now = Date.now()): string {
  const past = now - at;
  if (past < 5_000) return 'just now';
  if (past < MINUTE) return `${Math.round(past / 1_000)} s ago`;
  if (past < HOUR) return `${Math.round(past / MINUTE)} min ago`;
  if (past < DAY) return `${Math.round(past / HOUR)} h ago`;
  return new Date(at).toLocaleDateString();
}

export function exactTime(at: number): string {
  return new Date(at).toISOString();
}

export function clockTime(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}

/** Null: it still runs. */
export function duration(ms: number | null): string {
  if (ms === null) return '…';
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 10_000) return `${Math.round(ms)} ms`;
  return `${(ms / 1_000).toFixed(1)} s`;
}

export function requestUnits(charge: number): string {
  return charge === 0 ? '' : `${charge.toFixed(charge < 100 ? 2 : 0)} RU`;
}

/** Indented, where the text is JSON. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** For a POSIX shell. */
export function toCurl({ method, url, input }: { method: string; url: string; input: string | null }): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const body = input === null || input === '' ? '' : ` -H 'Content-Type: application/json' --data ${quoted(input)}`;
  return `curl -X ${method} ${quoted(url)}${body}`;
}
