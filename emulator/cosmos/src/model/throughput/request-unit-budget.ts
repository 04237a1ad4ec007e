const MS_PER_SECOND = 1000;

/**
 * The request units a physical partition may spend. Each second brings its rate, and at most one second's worth is kept. As in the
 * service, a request is let in while anything is left and charged afterwards, so that one costly request makes later ones wait.
 */
export class RequestUnitBudget {
  readonly #now: () => number;
  #rate: number;
  #left: number;
  #filledAt: number;

  /**
   * @param rate request units per second, above 0
   * @param now milliseconds that never go back
   */
  constructor(rate: number, now: () => number) {
    this.#now = now;
    this.#rate = rate;
    this.#left = rate;
    this.#filledAt = now();
  }

  /** Milliseconds until a request may come, for `x-ms-retry-after-ms`; 0 when it may come now. */
  waitMs(): number {
    this.#refill();
    return this.#left > 0 ? 0 : Math.floor((-this.#left / this.#rate) * MS_PER_SECOND) + 1;
  }

  /** Takes what a request did cost. */
  spend(requestUnits: number): void {
    this.#refill();
    this.#left -= requestUnits;
  }

  /** Continues with another rate, from the next millisecond on. */
  setRate(rate: number): void {
    this.#refill();
    this.#rate = rate;
    this.#left = Math.min(this.#left, rate);
  }

  #refill(): void {
    const now = this.#now();
    const earned = ((now - this.#filledAt) / MS_PER_SECOND) * this.#rate;
    this.#left = Math.min(this.#rate, this.#left + earned);
    this.#filledAt = now;
  }
}
