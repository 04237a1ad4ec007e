import type { Clock } from '@lazurite/runtime';

/** Between two notices of one place: writes come by the thousand, and one notice says as much as many. */
const QUIET_MS = 5;

/** Passes on what has changed: the first change of a place at once, those shortly after it as one. */
export class CoalescingNotifier<T> {
  readonly #clock: Clock;
  /** The same for changes that one notice may stand for. */
  readonly #keyOf: (change: T) => string;
  readonly #send: (change: T) => void;
  /** By key: the change since the last notice, which was less than QUIET_MS ago; undefined: none since. */
  readonly #recent = new Map<string, T | undefined>();

  constructor(clock: Clock, keyOf: (change: T) => string, send: (change: T) => void) {
    this.#clock = clock;
    this.#keyOf = keyOf;
    this.#send = send;
  }

  notify(change: T): void {
    const key = this.#keyOf(change);
    if (this.#recent.has(key)) this.#recent.set(key, change);
    else this.#tell(change, key);
  }

  #tell(change: T, key: string): void {
    this.#send(change);
    this.#recent.set(key, undefined);
    this.#clock.setTimer(QUIET_MS, () => {
      const next = this.#recent.get(key);
      this.#recent.delete(key);
      if (next !== undefined) this.#tell(next, key);
    });
  }
}
