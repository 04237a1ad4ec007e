import { CosmosError } from '../model/errors.ts';
import { RequestUnitBudget } from '../model/throughput/request-unit-budget.ts';

/** Whose request units are spent: a container's, or a database's that its containers share. */
export interface ThroughputOwner {
  /** Its `_rid`. */
  readonly rid: string;
  /** Request units per second of all its physical partitions together. */
  readonly requestUnits: number;
  readonly partitions: number;
}

const RATE_TOO_LARGE = 3200;

/** Refuses requests to physical partitions that have spent their request units. */
export class ThroughputGate {
  readonly #now: () => number;
  readonly #budgets = new Map<string, readonly RequestUnitBudget[]>();

  /** @param now milliseconds that never go back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws CosmosError TooManyRequests, 3200, with the time until which one of these partitions is in debt */
  assertAvailable(owner: ThroughputOwner, partitions: readonly number[]): void {
    const budgets = this.#budgetsOf(owner);
    const waitMs = Math.max(0, ...partitions.map((partition) => budgets[partition]?.waitMs() ?? 0));
    if (waitMs === 0) return;
    throw new CosmosError(
      'TooManyRequests',
      'The request rate is too large. Please retry after sometime. Learn more: http://aka.ms/cosmosdb-error-429',
      { substatus: RATE_TOO_LARGE, retryAfterMs: waitMs },
    );
  }

  /** Takes what a request did cost, in equal parts from the partitions that it has read or written. */
  spend(owner: ThroughputOwner, partitions: readonly number[], requestUnits: number): void {
    const budgets = this.#budgetsOf(owner);
    for (const partition of partitions) budgets[partition]?.spend(requestUnits / partitions.length);
  }

  /** Goes on with another rate from now. */
  setRate({ rid, requestUnits }: Omit<ThroughputOwner, 'partitions'>): void {
    const budgets = this.#budgets.get(rid) ?? [];
    for (const budget of budgets) budget.setRate(requestUnits / budgets.length);
  }

  #budgetsOf({ rid, requestUnits, partitions }: ThroughputOwner): readonly RequestUnitBudget[] {
    const known = this.#budgets.get(rid);
    if (known) return known;
    const rate = requestUnits / partitions;
    const budgets = Array.from({ length: partitions }, () => new RequestUnitBudget(rate, this.#now));
    this.#budgets.set(rid, budgets);
    return budgets;
  }
}
