import type { Container } from '@azure/cosmos';
import { nextDueAt, type Plan } from '../domain/simulator/plan.ts';
import type { PlanRepository, StoredPlan } from '../domain/simulator/plan-repository.ts';
import { LOCAL_CONTAINERS } from './containers.ts';
import { type CosmosAdapterOptions, containerCalls, isItemId } from './cosmos-client.ts';
import { hasStatus } from './cosmos-errors.ts';
import { toQuery } from './statement.ts';

/** A plan as an item: the id is the operation's, the partition its chat. */
interface PlanDocument extends Plan {
  readonly id: string;
  readonly dueAt: number | null;
}

type Stored<T> = T & { readonly _etag: string };

/**
 * Plans in a container of their own, which is created on first use: nothing of the simulator is among the operations,
 * and nothing of it has to be provisioned.
 */
export function createCosmosPlanRepository(options: Omit<CosmosAdapterOptions, 'createIfMissing'>): PlanRepository {
  const call = containerCalls({ ...options, createIfMissing: true }, LOCAL_CONTAINERS.simulator);
  return {
    add: (plan) => call(({ container }) => add(container, plan)),
    get: (chatId, operationId) => call(({ container }) => get(container, chatId, operationId)),
    replace: (plan, etag) => call(({ container }) => replace(container, plan, etag)),
    findDue: (now, limit) => call(({ container }) => findDue(container, now, limit)),
  };
}

async function add(container: Container, plan: Plan): Promise<void> {
  try {
    await container.items.create(toDocument(plan));
  } catch (error) {
    if (!hasStatus(error, 409)) throw error;
  }
}

async function get(container: Container, chatId: string, operationId: string): Promise<StoredPlan | null> {
  if (!isItemId(operationId)) return null;
  const { resource } = await container.item(operationId, chatId).read<Stored<PlanDocument>>();
  return resource ? toStoredPlan(resource) : null;
}

async function replace(container: Container, plan: Plan, etag: string): Promise<void> {
  const accessCondition = { type: 'IfMatch', condition: etag };
  try {
    await container.item(plan.operationId, plan.chatId).replace(toDocument(plan), { accessCondition });
  } catch (error) {
    if (!hasStatus(error, 404) && !hasStatus(error, 412)) throw error;
  }
}

async function findDue(container: Container, now: number, limit: number): Promise<readonly StoredPlan[]> {
  const query = toQuery('SELECT TOP @limit * FROM c WHERE c.dueAt <= @now', { limit, now });
  const { resources } = await container.items.query<Stored<PlanDocument>>(query).fetchAll();
  return resources.map(toStoredPlan);
}

function toDocument(plan: Plan): PlanDocument {
  return { id: plan.operationId, dueAt: nextDueAt(plan), ...plan };
}

function toStoredPlan({ _etag, chatId, operationId, scenario, startedAt, done, ...target }: Stored<PlanDocument>) {
  const { targetId, targetLocation } = target;
  const location = targetLocation === undefined ? {} : { targetLocation };
  return { plan: { chatId, operationId, scenario, startedAt, targetId, ...location, done }, etag: _etag };
}
