import { CosmosError } from '../../model/errors.ts';

/** How much one run of a query may do, over all its sub-queries. */
export interface WorkLimits {
  /** Rows read from documents and arrays. */
  readonly rowsRead: number;
  /** Rows, groups and keys kept at once, for ORDER BY, GROUP BY and DISTINCT. */
  readonly rowsHeld: number;
  /** Asked now and then; once it says true, the query ends with a 408. Absent: time does not matter. */
  isExpired?(): boolean;
}

export const DEFAULT_WORK_LIMITS: WorkLimits = { rowsRead: 100_000_000, rowsHeld: 2_000_000 };

/** How many rows are read between two looks at the time: a power of two. */
const ROWS_BETWEEN_LOOKS = 1_024;

/** Counts the work of one run and stops it at the limit, with a 400, or a 408 when time is up. */
export class WorkBound {
  #read = 0;
  #held = 0;
  readonly #limits: WorkLimits;

  constructor(limits: WorkLimits) {
    this.#limits = limits;
  }

  /** True now and then: time to let others work. */
  read(): boolean {
    this.#read += 1;
    if (this.#read > this.#limits.rowsRead) throw exceeded('reads', this.#limits.rowsRead);
    if (this.#read % ROWS_BETWEEN_LOOKS !== 0) return false;
    if (this.#limits.isExpired?.()) throw new CosmosError('RequestTimeout', 'The query took longer than it may');
    return true;
  }

  hold(): void {
    this.#held += 1;
    if (this.#held > this.#limits.rowsHeld) throw exceeded('holds', this.#limits.rowsHeld);
  }

  /** Gives back what {@link hold} took. */
  release(count: number): void {
    this.#held -= count;
  }
}

function exceeded(verb: string, limit: number): CosmosError {
  return new CosmosError('BadRequest', `The query ${verb} more than ${limit} rows, which is the limit for one request`);
}
