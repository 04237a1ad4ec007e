import { YIELD, type Yield } from './evaluation-frame.ts';

/** The most rows that are sorted without a `YIELD`. */
const MAX_CHUNK = 4_096;

/** What sorting in steps knows of its rows. */
export interface StepSorting<Row> {
  compare(left: Row, right: Row): number;
  /** How many steps one comparison of the row takes. */
  stepsOf(row: Row): number;
  charge(steps: number): void;
  isYieldDue(): boolean;
}

/** The most steps of comparing that a chunk of several rows may take. */
const MAX_CHUNK_STEPS = 4_096;

/** Sorts as `rows.sort()` does, stable, with `YIELD`s in between: chunks are sorted on their own, then merged in pairs. */
export function* sortInSteps<Row>(rows: readonly Row[], sorting: StepSorting<Row>): Generator<Yield, Row[]> {
  let runs: Row[][] = [];
  for (const chunk of chunksOf(rows, sorting)) {
    sorting.charge(chunk.length * Math.ceil(Math.log2(chunk.length + 1)) * 4);
    runs.push(chunk.length > 1 ? chunk.sort(sorting.compare) : chunk);
    if (sorting.isYieldDue()) yield YIELD;
  }
  while (runs.length > 1) {
    const merged: Row[][] = [];
    for (let index = 0; index < runs.length; index += 2) {
      merged.push(yield* mergeInSteps(runs[index] ?? [], runs[index + 1] ?? [], sorting));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* chunksOf<Row>(rows: readonly Row[], { stepsOf }: StepSorting<Row>): Iterable<Row[]> {
  let start = 0;
  let steps = 0;
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index] as Row; // inside
    const size = index - start;
    if (size > 0 && (size === MAX_CHUNK || steps + stepsOf(row) > MAX_CHUNK_STEPS)) {
      yield rows.slice(start, index);
      start = index;
      steps = 0;
    }
    steps += stepsOf(row);
  }
  yield rows.slice(start);
}

function* mergeInSteps<Row>(left: Row[], right: Row[], sorting: StepSorting<Row>): Generator<Yield, Row[]> {
  const merged: Row[] = [];
  let [nextLeft, nextRight] = [0, 0];
  while (nextLeft < left.length && nextRight < right.length) {
    const [first, second] = [left[nextLeft] as Row, right[nextRight] as Row]; // both positions are inside
    sorting.charge(4 + sorting.stepsOf(first) + sorting.stepsOf(second));
    const isLeft = sorting.compare(first, second) <= 0;
    merged.push(isLeft ? first : second);
    if (isLeft) nextLeft += 1;
    else nextRight += 1;
    if (sorting.isYieldDue()) yield YIELD;
  }
  for (; nextLeft < left.length; nextLeft += 1) merged.push(left[nextLeft] as Row); // inside
  for (; nextRight < right.length; nextRight += 1) merged.push(right[nextRight] as Row); // inside
  return merged;
}
