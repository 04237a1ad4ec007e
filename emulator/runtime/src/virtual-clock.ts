import type { Clock, Timer } from './clock.ts';

interface Pending {
  dueAt: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that only its owner moves. Timers run while it is moved, in the order in which they are due. */
export class VirtualClock implements Clock {
  #now: number;
  #origin: number;
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

  /** When the next timer is due; undefined when none is pending, or none is ever due. */
  get nextDue(): number | undefined {
    return this.#next(Number.MAX_VALUE)?.dueAt;
  }

  /** Moves time on to the first timer that is due at `limit` or earlier, and runs it. False: there is none, and time stays. */
  runNext(limit: number): boolean {
    const next = this.#next(limit);
    if (!next) return false;
    this.#pending.delete(next);
    this.#now = Math.max(this.#now, next.dueAt);
    next.callback();
    return true;
  }

  /** Moves time on by `ms`, running every timer that falls due on the way and letting promises settle after each. */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms;
    while (this.runNext(target)) await settle();
    this.#now = target;
    await settle();
  }

  /** Sets the time without running timers, also backwards, as when a machine's clock is corrected. */
  set(now: number): void {
    this.#now = now;
  }

  /** Makes `now` the present. Pending timers keep the delay that is left of them, and `monotonic` goes on from where it is. */
  rewind(now: number): void {
    const difference = now - this.#now;
    this.#now = now;
    this.#origin += difference;
    for (const entry of this.#pending) entry.dueAt += difference;
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
