import type { ThroughputGate, ThroughputOwner } from '../../account/account.ts';
import { CosmosError } from '../../model/errors.ts';
import { RequestUnitBudget } from '../../model/throughput/request-unit-budget.ts';

const RATE_TOO_LARGE = 3200;

/** Rejects requests to physical partitions that have spent their request units. */
export class RequestUnitGate implements ThroughputGate {
  readonly #now: () => number;
  readonly #budgets = new Map<string, readonly RequestUnitBudget[]>();

  /** @param now milliseconds that never go back */
  constructor(now: () => number) {
    this.#now = now;
  }

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

  spend(owner: ThroughputOwner, partitions: readonly number[], requestUnits: number): void {
    const budgets = this.#budgetsOf(owner);
    for (const partition of partitions) budgets[partition]?.spend(requestUnits / partitions.length);
  }

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
