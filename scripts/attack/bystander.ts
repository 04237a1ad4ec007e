import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Container } from '@azure/cosmos';

const READ_INTERVAL_MS = 3;

/** Reads one item again and again and notes how long each read took. */
export class PointReader {
  readonly #container: Container;
  readonly #end: number;
  readonly waits: number[] = [];
  longest = 0;

  constructor(container: Container, end: number) {
    this.#container = container;
    this.#end = end;
  }

  async run(): Promise<void> {
    const item = this.#container.item('point', 'point');
    while (performance.now() < this.#end) {
      const startedAt = performance.now();
      await item.read();
      const wait = performance.now() - startedAt;
      this.waits.push(wait);
      this.longest = Math.max(this.longest, wait);
      await delay(READ_INTERVAL_MS);
    }
  }
}

/** In megabytes. Only Linux tells it. */
export async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024;
}
