import type { Clock, Timer } from './clock.ts';

interface Pending {
  readonly dueAt: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that only `advance` and `set` move. Timers run inside `advance`, in the order in which they are due. */
export class VirtualClock implements Clock {
  #now: number;
  readonly #origin: number;
  #order = 0;
  readonly #pending = new Set<Pending>();

  /** @param startAt milliseconds since the Unix epoch; default: the time of the machine */
  constructor(startAt = Date.now()) {
    this.#now = startAt;
    this.#origin = startAt;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now - this.#origin;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const entry: Pending = { dueAt: this.#now + Math.max(0, delayMs), order: this.#order++, callback };
    this.#pending.add(entry);
    return { cancel: () => void this.#pending.delete(entry) };
  }

  /** Moves time on by `ms`, running every timer that falls due on the way and letting promises settle after each. */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms;
    for (let next = this.#next(target); next; next = this.#next(target)) {
      this.#pending.delete(next);
      this.#now = Math.max(this.#now, next.dueAt);
      next.callback();
      await settle();
    }
    this.#now = target;
    await settle();
  }

  /** Sets the time without running timers, also backwards, as when a machine's clock is corrected. */
  set(now: number): void {
    this.#now = now;
  }

  #next(target: number): Pending | undefined {
    let first: Pending | undefined;
    for (const entry of this.#pending) {
      if (entry.dueAt > target) continue;
      if (!first || entry.dueAt < first.dueAt || (entry.dueAt === first.dueAt && entry.order < first.order))
        first = entry;
    }
    return first;
  }
}

/** Lets every promise that is ready run on, I/O callbacks included. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
