/** How often each of a row of numbered runs took place. Its memory is that of one array, however many there were. */
export class Tally {
  readonly #counts: Uint8Array;
  readonly #first: number;
  #done = 0;
  #doubled = 0;

  /** For the numbers from `first` on; more than `capacity` of them are a mistake. */
  constructor(capacity: number, first = 0) {
    this.#counts = new Uint8Array(capacity);
    this.#first = first;
  }

  /** Numbers that were counted. */
  get done(): number {
    return this.#done;
  }

  /** Counts beyond the first of a number. */
  get doubled(): number {
    return this.#doubled;
  }

  count(number: number): void {
    const index = number - this.#first;
    const seen = this.#counts[index];
    if (seen === undefined) throw new RangeError(`${number} is not one of the numbers from ${this.#first} on`);
    if (seen > 0) this.#doubled += 1;
    else this.#done += 1;
    this.#counts[index] = Math.min(seen + 1, 255);
  }

  /** Numbers between the first and the last counted that were not. */
  gaps(): number {
    const counted = this.#counts.subarray(
      this.#counts.findIndex((seen) => seen > 0),
      this.#counts.findLastIndex((seen) => seen > 0) + 1,
    );
    return counted.reduce((gaps, seen) => gaps + (seen === 0 ? 1 : 0), 0);
  }
}
