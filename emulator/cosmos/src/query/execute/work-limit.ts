import { CosmosError } from '../../model/errors.ts';
import { type Value, Weights } from '../values/value.ts';
import type { WorkCounter } from './evaluation-frame.ts';

/** How much one run of a query may do, its sub-queries included. See docs/decisions/query-budget.md. */
export interface WorkLimits {
  /** Rows read from documents and arrays. */
  readonly rowsRead: number;
  /** Rows, groups and keys kept at once, for ORDER BY, GROUP BY and DISTINCT. */
  readonly rowsHeld: number;
  /** Bytes kept at once: those of what `rowsHeld` counts, and those of the values that the expressions of one row make. */
  readonly bytesHeld: number;
  /** Steps between two points where the query can yield. A step is about 10 ns. */
  readonly stepsPerStretch: number;
  /** Called now and then; the query ends with a 408 once it returns true. Absent: no time limit. */
  isExpired?(): boolean;
  /** Gives the error that ends a query beyond `bytesHeld` or `stepsPerStretch`. Absent: a 400. */
  moreNeeded?(): Error;
}

export const DEFAULT_WORK_LIMITS: WorkLimits = {
  rowsRead: 100_000_000,
  rowsHeld: 2_000_000,
  bytesHeld: 64 * 1024 * 1024,
  stepsPerStretch: 3_000_000,
};

/** After so many steps, a fraction of a millisecond, the query may yield. */
const STEPS_BETWEEN_YIELDS = 16_384;

const STEPS_PER_ROW = 8;

/** How much of a value one step reads, in bytes. */
const BYTES_PER_STEP = 16;

/** Counts the work of one run and ends it at the limit: with a 400, or with a 408 when its time is up. */
export class WorkLimit implements WorkCounter {
  #read = 0;
  #rowsHeld = 0;
  #bytesHeld = 0;
  #allocated = 0;
  #steps = 0;
  readonly #weights = new Weights();
  readonly #limits: WorkLimits;

  constructor(limits: WorkLimits) {
    this.#limits = limits;
  }

  read(): void {
    this.#read += 1;
    if (this.#read > this.#limits.rowsRead) throw exceeded(`reads more than ${this.#limits.rowsRead} rows`);
    this.charge(STEPS_PER_ROW);
  }

  charge(steps: number): void {
    this.#steps += steps;
    const { stepsPerStretch, moreNeeded } = this.#limits;
    if (this.#steps > stepsPerStretch)
      throw moreNeeded?.() ?? exceeded(`needs more than ${stepsPerStretch} steps for one row`);
  }

  chargeValue(value: Value): void {
    if (typeof value === 'string') this.charge(value.length / BYTES_PER_STEP);
    else if (typeof value === 'object' && value !== null) this.charge(this.#weights.of(value) / BYTES_PER_STEP);
  }

  /** A property, because the costs of functions take it on its own. */
  readonly weightOf = (value: Value): number => this.#weights.of(value);

  isYieldDue(): boolean {
    if (this.#steps < STEPS_BETWEEN_YIELDS) return false;
    this.#steps = 0;
    if (this.#limits.isExpired?.()) throw new CosmosError('RequestTimeout', 'The query exceeded its time limit');
    return true;
  }

  hold(rows: number, bytes: number): void {
    this.#rowsHeld += rows;
    if (this.#rowsHeld > this.#limits.rowsHeld) throw exceeded(`holds more than ${this.#limits.rowsHeld} rows`);
    this.#bytesHeld += bytes;
    this.#checkBytes();
  }

  release(rows: number, bytes: number): void {
    this.#rowsHeld -= rows;
    this.#bytesHeld -= bytes;
  }

  get allocated(): number {
    return this.#allocated;
  }

  allocate(bytes: number): void {
    this.#allocated += bytes;
    this.#checkBytes();
  }

  freeTo(allocated: number): void {
    if (this.#allocated > allocated) this.#allocated = allocated;
  }

  #checkBytes(): void {
    const { bytesHeld, moreNeeded } = this.#limits;
    if (this.#bytesHeld + this.#allocated > bytesHeld)
      throw moreNeeded?.() ?? exceeded(`holds more than ${bytesHeld} bytes`);
  }
}

function exceeded(what: string): CosmosError {
  return new CosmosError('BadRequest', `The query ${what}, which is the limit for one request`);
}
