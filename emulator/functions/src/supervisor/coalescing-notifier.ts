import type { Clock } from '@lazurite/runtime';

/** Minimum interval between notifications for one key. Bursts of writes collapse into one. */
const MIN_INTERVAL_MS = 5;

/** Emits the first change of a key at once, and the changes shortly after it as one. */
export class CoalescingNotifier<T> {
  readonly #clock: Clock;
  /** Changes with the same key collapse into one. */
  readonly #keyOf: (change: T) => string;
  readonly #send: (change: T) => void;
  /** Keys notified within the last MIN_INTERVAL_MS, with the latest change since then; undefined: no change since. */
  readonly #recent = new Map<string, T | undefined>();

  constructor(clock: Clock, keyOf: (change: T) => string, send: (change: T) => void) {
    this.#clock = clock;
    this.#keyOf = keyOf;
    this.#send = send;
  }

  notify(change: T): void {
    const key = this.#keyOf(change);
    if (this.#recent.has(key)) this.#recent.set(key, change);
    else this.#emit(change, key);
  }

  #emit(change: T, key: string): void {
    this.#send(change);
    this.#recent.set(key, undefined);
    this.#clock.setTimer(MIN_INTERVAL_MS, () => {
      const next = this.#recent.get(key);
      this.#recent.delete(key);
      if (next !== undefined) this.#emit(next, key);
    });
  }
}
