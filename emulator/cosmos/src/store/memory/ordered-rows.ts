/** How many gaps of removed rows are allowed before the list is compacted. */
const MIN_GAPS = 64;

/**
 * Rows in ascending numeric key, for keys that almost always grow: adding is a push, finding a binary search, removing
 * leaves a gap until half of the list is gaps.
 */
export class OrderedRows<T> {
  #keys: number[] = [];
  #rows: (T | undefined)[] = [];
  #gaps = 0;

  /** A list of its own with the same rows. */
  copy(): OrderedRows<T> {
    const copy = new OrderedRows<T>();
    copy.#keys = this.#keys.slice();
    copy.#rows = this.#rows.slice();
    copy.#gaps = this.#gaps;
    return copy;
  }

  get(key: number): T | undefined {
    const index = this.#indexAfter(key - 1);
    return this.#keys[index] === key ? this.#rows[index] : undefined;
  }

  set(key: number, row: T): void {
    const index = this.#indexAfter(key - 1);
    if (this.#keys[index] !== key) {
      this.#keys.splice(index, 0, key);
      this.#rows.splice(index, 0, row);
      return;
    }
    if (this.#rows[index] === undefined) this.#gaps--;
    this.#rows[index] = row;
  }

  delete(key: number): void {
    const index = this.#indexAfter(key - 1);
    if (this.#keys[index] !== key || this.#rows[index] === undefined) return;
    this.#rows[index] = undefined;
    this.#gaps++;
    if (this.#gaps > MIN_GAPS && this.#gaps * 2 > this.#keys.length) this.#compact();
  }

  /** The rows with a key above `after`, in order. Do not change the list while reading. */
  *after(after: number): Generator<T> {
    for (let index = this.#indexAfter(after); index < this.#keys.length; index++) {
      const row = this.#rows[index];
      if (row !== undefined) yield row;
    }
  }

  /** The lowest and the highest key of a row; undefined when there is none. */
  bounds(): { first: number; last: number } | undefined {
    const first = this.#rows.findIndex((row) => row !== undefined);
    const last = this.#rows.findLastIndex((row) => row !== undefined);
    return first < 0 ? undefined : { first: this.#keys[first] ?? 0, last: this.#keys[last] ?? 0 };
  }

  /** The index of the first key above `key`. Keys are whole numbers. */
  #indexAfter(key: number): number {
    let low = 0;
    let high = this.#keys.length;
    const last = this.#keys[high - 1];
    if (last === undefined || last <= key) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? 0) <= key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compact(): void {
    this.#keys = this.#keys.filter((_, index) => this.#rows[index] !== undefined);
    this.#rows = this.#rows.filter((row) => row !== undefined);
    this.#gaps = 0;
  }
}
