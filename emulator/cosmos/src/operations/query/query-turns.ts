import type { Account } from '../../account/account.ts';
import { DEFAULT_WORK_LIMITS, type WorkLimits } from '../../query/execute/work-limit.ts';

/** How long a query runs before it yields to other requests. */
const SLICE_MS = 10;
/** After this time a query that cannot stop between two rows is rejected. */
const MAX_TIME_MS = 60_000;

/** Event-loop fairness: when a query that runs in steps yields to other requests, and when it has run for too long. */
export class QueryTurns {
  readonly #clock: Account['clock'];
  readonly #startedAt: number;
  #sliceEnd = SLICE_MS;

  constructor(clock: Account['clock']) {
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
  }

  /** The limits of the work of the query, its time included. */
  get limits(): WorkLimits {
    return { ...DEFAULT_WORK_LIMITS, isExpired: () => this.elapsed() > MAX_TIME_MS };
  }

  /** In milliseconds. */
  elapsed(): number {
    return this.#clock.monotonic() - this.#startedAt;
  }

  /** Whether it is time to yield: see {@link next}. */
  isOver(): boolean {
    return this.elapsed() >= this.#sliceEnd;
  }

  /** Lets other requests run. */
  async next(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#sliceEnd = this.elapsed() + SLICE_MS;
  }
}
