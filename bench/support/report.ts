/** One measured quantity with what it is held against. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly bar: string;
  readonly passed: boolean;
}

/** Prints the rows as a table; the process fails when a bar is missed. */
export function report(rows: readonly Row[]): void {
  console.table(
    rows.map(({ what, measured, bar, passed }) => ({ what, measured, bar, verdict: passed ? 'pass' : 'FAIL' })),
  );
  if (rows.some(({ passed }) => !passed)) process.exitCode = 1;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError('A median needs a value');
  return middle;
}
