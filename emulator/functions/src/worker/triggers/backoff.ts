import type { Randomness } from '@lazurite/runtime';

export interface BackoffLimits {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Delays between polls that grow while nothing is found, with jitter (RandomizedExponentialBackoffStrategy). */
export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: Randomness;
  #current = 0;

  constructor(limits: BackoffLimits, random: Randomness) {
    this.#limits = limits;
    this.#random = random;
  }

  /** The next poll finds more, so soon again. */
  reset(): void {
    this.#current = 0;
  }

  /** How long to wait before the next poll, in ms. */
  next(): number {
    const { minMs, maxMs } = this.#limits;
    const jitter = 0.8 + 0.4 * this.#random.fraction();
    this.#current = this.#current === 0 ? minMs : Math.min(maxMs, Math.max(minMs, this.#current * 2 * jitter));
    return this.#current;
  }
}
