import { startCosmos } from '@lazurite/cosmos';
import type { Plan } from '../../shared/domain/simulator/plan.ts';
import type { PlanRepository } from '../../shared/domain/simulator/plan-repository.ts';
import { createCosmosClient } from '../../shared/persistence/cosmos-client.ts';
import { createCosmosPlanRepository } from '../../shared/persistence/cosmos-plan-repository.ts';
import { createMemoryPlanRepository } from '../support/memory-plan-repository.ts';

interface Running {
  readonly plans: PlanRepository;
  close(): Promise<void>;
}

describe.each([
  ['memory', async (): Promise<Running> => ({ plans: createMemoryPlanRepository(), close: async () => undefined })],
  ['Cosmos DB', startOnCosmos],
])('PlanRepository in %s', (_adapter, start) => {
  let running: Running;

  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running?.close());

  test('get() returns what add() stored, and null for another chat', async () => {
    const plan = newPlan({ operationId: 'stored', targetLocation: "/teams('target')" });
    await running.plans.add(plan);
    expect((await running.plans.get('chat', 'stored'))?.plan).toEqual(plan);
    expect(await running.plans.get('another', 'stored')).toBeNull();
  });

  test.each(['', '\n', 'a/b', 'a#b', '\ud800'])('get() returns null for the id %j', async (id) => {
    expect(await running.plans.get('chat', id)).toBeNull();
  });

  test('add() keeps the plan that an operation has', async () => {
    await running.plans.add(newPlan({ operationId: 'kept', startedAt: 1 }));
    await running.plans.add(newPlan({ operationId: 'kept', startedAt: 2 }));
    expect((await running.plans.get('chat', 'kept'))?.plan.startedAt).toBe(1);
  });

  test('replace() writes over the version it names and no other', async () => {
    await running.plans.add(newPlan({ operationId: 'replaced' }));
    const etag = (await running.plans.get('chat', 'replaced'))?.etag ?? '';
    await running.plans.replace(newPlan({ operationId: 'replaced', done: 1 }), etag);
    await running.plans.replace(newPlan({ operationId: 'replaced', done: 2 }), etag);
    expect((await running.plans.get('chat', 'replaced'))?.plan.done).toBe(1);
    await expect(running.plans.replace(newPlan({ operationId: 'absent' }), etag)).resolves.toBeUndefined();
  });

  test('findDue() finds what is due in any chat, up to the limit', async () => {
    const startedAt = -1_000_000;
    for (const chatId of ['a', 'b', 'c']) await running.plans.add(newPlan({ chatId, startedAt }));
    await running.plans.add(newPlan({ chatId: 'd', startedAt, done: 2 }));
    const due = (limit: number) => running.plans.findDue(startedAt + 10_000, limit);
    expect((await due(10)).map(({ plan }) => plan.chatId).sort()).toEqual(['a', 'b', 'c']);
    expect(await due(2)).toHaveLength(2);
    expect(await running.plans.findDue(startedAt + 9_999, 10)).toEqual([]);
  });
});

function newPlan(changes: Partial<Plan> = {}): Plan {
  const steps = [
    { afterSeconds: 10, status: 'inProgress', attemptsCount: 0, error: null },
    { afterSeconds: 20, status: 'succeeded', attemptsCount: 1, error: null },
  ] as const;
  const scenario = { description: 'two steps', steps, throttled: [], targetDelaySeconds: 0 };
  return { chatId: 'chat', operationId: 'operation', scenario, startedAt: 0, targetId: 'target', done: 0, ...changes };
}

async function startOnCosmos(): Promise<Running> {
  const server = await startCosmos();
  const client = createCosmosClient({ endpoint: server.endpoint, credential: { kind: 'key', key: server.key } });
  const plans = createCosmosPlanRepository({
    client,
    database: 'teams',
    startTimer: (milliseconds, callback) => {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
  });
  return {
    plans,
    close: async () => {
      client.dispose();
      await server.close();
    },
  };
}
