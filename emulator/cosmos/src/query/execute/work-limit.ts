import { CosmosError } from '../../model/errors.ts';
import type { WorkCounter } from './evaluation-frame.ts';

/** How much one run of a query may do, its sub-queries included. */
export interface WorkLimits {
  /** Rows read from documents and arrays. */
  readonly rowsRead: number;
  /** Rows, groups and keys kept at once, for ORDER BY, GROUP BY and DISTINCT. */
  readonly rowsHeld: number;
  /** Called now and then; the query ends with a 408 once it returns true. Absent: no time limit. */
  isExpired?(): boolean;
}

export const DEFAULT_WORK_LIMITS: WorkLimits = { rowsRead: 100_000_000, rowsHeld: 2_000_000 };

/** How many rows are read between two checks of the time. A power of two. */
const ROWS_BETWEEN_CHECKS = 1_024;

/** Counts the work of one run and ends it at the limit: with a 400, or with a 408 when its time is up. */
export class WorkLimit implements WorkCounter {
  #read = 0;
  #held = 0;
  readonly #limits: WorkLimits;

  constructor(limits: WorkLimits) {
    this.#limits = limits;
  }

  read(): boolean {
    this.#read += 1;
    if (this.#read > this.#limits.rowsRead) throw exceeded('reads', this.#limits.rowsRead);
    if (this.#read % ROWS_BETWEEN_CHECKS !== 0) return false;
    if (this.#limits.isExpired?.()) throw new CosmosError('RequestTimeout', 'The query exceeded its time limit');
    return true;
  }

  hold(): void {
    this.#held += 1;
    if (this.#held > this.#limits.rowsHeld) throw exceeded('holds', this.#limits.rowsHeld);
  }

  release(count: number): void {
    this.#held -= count;
  }
}

function exceeded(verb: string, limit: number): CosmosError {
  return new CosmosError('BadRequest', `The query ${verb} more than ${limit} rows, which is the limit for one request`);
}
