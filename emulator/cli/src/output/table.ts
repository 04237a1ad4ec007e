const MAX_WIDTH = 60;

/** Rows as aligned columns under their names, for a person. Objects are shown as JSON, and long texts are cut. */
export function formatTable(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) return '';
  const lines = [columns, ...rows.map((row) => columns.map((name) => toCell(row[name])))];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const ruled = [lines[0] ?? [], widths.map((width) => '-'.repeat(width)), ...lines.slice(1)];
  return ruled
    .map(
      (line) =>
        `${line
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function toCell(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  // Stored text could otherwise move the cursor or change colours.
  const shown = text.replace(/[\p{Cc}\p{Cf}]/gu, ' ');
  return shown.length > MAX_WIDTH ? `${shown.slice(0, MAX_WIDTH - 1)}…` : shown;
}
