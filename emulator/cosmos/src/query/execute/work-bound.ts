import { CosmosError } from '../../model/errors.ts';

/** How much one run of a query may do, over all its sub-queries. */
export interface WorkLimits {
  /** Rows read from documents and arrays. */
  readonly rowsRead: number;
  /** Rows, groups and keys kept at once, for ORDER BY, GROUP BY and DISTINCT. */
  readonly rowsHeld: number;
}

export const DEFAULT_WORK_LIMITS: WorkLimits = { rowsRead: 100_000_000, rowsHeld: 2_000_000 };

/** Counts the work of one run and stops it with a 400 at the limit. */
export class WorkBound {
  #read = 0;
  #held = 0;
  readonly #limits: WorkLimits;

  constructor(limits: WorkLimits) {
    this.#limits = limits;
  }

  read(): void {
    this.#read += 1;
    if (this.#read > this.#limits.rowsRead) throw exceeded('reads', this.#limits.rowsRead);
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
