import { setTimeout as delay } from 'node:timers/promises';
import type { Container } from '@azure/cosmos';

const READ_INTERVAL_MS = 3;

/** Reads one item again and again and notes how long each read took. */
export class PointReader {
  readonly #container: Container;
  readonly #end: number;
  readonly waits: number[] = [];
  longest = 0;

  /** @param end when it stops, as `performance.now()` gives it */
  constructor(container: Container, end: number) {
    this.#container = container;
    this.#end = end;
  }

  async run(): Promise<readonly number[]> {
    const item = this.#container.item('point', 'point');
    while (performance.now() < this.#end) {
      const startedAt = performance.now();
      await item.read();
      const wait = performance.now() - startedAt;
      this.waits.push(wait);
      this.longest = Math.max(this.longest, wait);
      await delay(READ_INTERVAL_MS);
    }
    return this.waits;
  }
}

/** The value below which this share of the values lies; NaN when there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
