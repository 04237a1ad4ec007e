const MS_PER_SECOND = 1000;

/**
 * The request units that a physical partition may spend: a token bucket that holds the units of one second. As in the service, a
 * request is accepted while any units are left and charged afterwards, so that one costly request delays the next ones.
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

  /** Milliseconds until the next request is accepted, for `x-ms-retry-after-ms`; 0 when it is accepted now. */
  waitMs(): number {
    this.#refill();
    return this.#left > 0 ? 0 : Math.floor((-this.#left / this.#rate) * MS_PER_SECOND) + 1;
  }

  /** Subtracts the charge of a request. */
  spend(requestUnits: number): void {
    this.#refill();
    this.#left -= requestUnits;
  }

  /** Changes the rate from the next millisecond on. */
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
