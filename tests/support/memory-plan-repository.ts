import { nextDueAt } from '../../shared/domain/simulator/plan.ts';
import type { PlanRepository, StoredPlan } from '../../shared/domain/simulator/plan-repository.ts';

/** The port's simplest adapter; held to the same contract as the real one. */
export function createMemoryPlanRepository(): PlanRepository {
  const plans = new Map<string, StoredPlan>();
  let writes = 0;
  const keyOf = (chatId: string, operationId: string) => JSON.stringify([chatId, operationId]);
  return {
    add: async (plan) => {
      const key = keyOf(plan.chatId, plan.operationId);
      if (!plans.has(key)) plans.set(key, { plan, etag: String(++writes) });
    },
    get: async (chatId, operationId) => plans.get(keyOf(chatId, operationId)) ?? null,
    replace: async (plan, etag) => {
      const key = keyOf(plan.chatId, plan.operationId);
      if (plans.get(key)?.etag === etag) plans.set(key, { plan, etag: String(++writes) });
    },
    findDue: async (now, limit) =>
      [...plans.values()].filter(({ plan }) => (nextDueAt(plan) ?? Number.POSITIVE_INFINITY) <= now).slice(0, limit),
  };
}
