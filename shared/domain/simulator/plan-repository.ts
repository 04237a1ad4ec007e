import type { Plan } from './plan.ts';

export interface StoredPlan {
  readonly plan: Plan;
  /** Opaque; changes with every write. */
  readonly etag: string;
}

/** Where the plans of operations in the simulator are kept. */
export interface PlanRepository {
  /** Stores a plan, unless the operation has one already. */
  add(plan: Plan): Promise<void>;
  /** Null when the operation has none. */
  get(chatId: string, operationId: string): Promise<StoredPlan | null>;
  /** Replaces a plan if it is still the one with this etag; otherwise nothing happens. */
  replace(plan: Plan, etag: string): Promise<void>;
  /** Plans with a step due at `now`, up to `limit` of them. */
  findDue(now: number, limit: number): Promise<readonly StoredPlan[]>;
}
