import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VirtualClock } from '@lazurite/runtime';
import { createCatchAllHandler } from '../../functions/service/graph-handlers.ts';
import type { GraphDependencies } from '../../shared/composition/create-app.ts';
import type { PlanRepository } from '../../shared/domain/simulator/plan-repository.ts';
import { createSimulator, type Simulator } from '../../shared/domain/simulator/simulator.ts';
import type { WorkspaceRepository } from '../../shared/domain/teams/workspace.ts';
import { parseScenarios } from '../../shared/validation/scenarios.ts';
import { callFunction, callGraph, graphDependencies, type TestResponse } from '../support/call-handler.ts';
import { EXAMPLE, exampleWith, JSON_TYPE, operationsPath } from '../support/create-operation-request.ts';
import { createMemoryPlanRepository } from '../support/memory-plan-repository.ts';
import { createMemoryWorkspaceRepository } from '../support/memory-workspace-repository.ts';

const SCENARIOS = readFileSync(join(process.cwd(), 'lro-scenarios.json'), 'utf8');
const SECOND = 1_000;
const POLL_S = 31;

interface World {
  readonly clock: VirtualClock;
  readonly dependencies: GraphDependencies;
  readonly simulator: Simulator;
  readonly plans: PlanRepository;
  readonly workspace: WorkspaceRepository;
}

function newWorld(scenarios = SCENARIOS): World {
  const clock = new VirtualClock();
  const base = graphDependencies({ now: () => clock.now() });
  const plans = createMemoryPlanRepository();
  const { now, newId, repository: operations } = base;
  const workspace = createMemoryWorkspaceRepository();
  const simulator = createSimulator({ operations, plans, workspace, now, newId, scenarios: parseScenarios(scenarios) });
  return { clock, simulator, plans, workspace, dependencies: { ...base, simulator } };
}

function create(
  { dependencies }: World,
  prefer: string,
  changes: object = {},
  more: Readonly<Record<string, string>> = {},
): Promise<TestResponse> {
  const headers = { ...JSON_TYPE, prefer, ...more };
  return callGraph({ method: 'POST', headers, body: exampleWith({ id: 'it', ...changes }) }, dependencies);
}

function repeatableHeaders({ clock }: World): Readonly<Record<string, string>> {
  return { 'repeatability-request-id': 'mine', 'repeatability-first-sent': new Date(clock.now()).toUTCString() };
}

function poller({ dependencies }: World): () => Promise<TestResponse> {
  const dispatch = createCatchAllHandler(dependencies);
  return () => callFunction(dispatch, { path: `${operationsPath()}/it` });
}

interface Course {
  /** What the client saw, repetitions left out. */
  readonly seen: readonly string[];
  readonly last: TestResponse;
  readonly waits: readonly number[];
}

/** A client as Graph wants it: waits between polls, longer when Retry-After says so, until the operation has come to its end. */
async function pollToTheEnd(world: World, intervalSeconds: number): Promise<Course> {
  const poll = poller(world);
  const seen: string[] = [];
  const waits: number[] = [];
  for (let polls = 0; polls < 1_000; polls += 1) {
    const last = await poll();
    const state = last.status === 200 ? `${last.body.status} ${last.body.attemptsCount}` : String(last.status);
    if (seen.at(-1) !== state) seen.push(state);
    if (['succeeded', 'failed'].includes(last.body.status)) return { seen, last, waits };
    const asked = last.headers.get('retry-after');
    if (asked) waits.push(Number(asked));
    await world.clock.advance((asked ? Number(asked) : intervalSeconds) * SECOND);
  }
  throw new Error('The operation came to no end');
}

const COURSES: Readonly<Record<string, readonly string[]>> = {
  'immediate-success': ['succeeded 1'],
  'quick-success': ['notStarted 0', 'inProgress 0', 'succeeded 1'],
  'slow-success': ['notStarted 0', 'inProgress 0', 'succeeded 1'],
  'late-start': ['notStarted 0', 'inProgress 0', 'succeeded 1'],
  'retried-success': ['notStarted 0', 'inProgress 0', 'inProgress 1', 'inProgress 2', 'succeeded 3'],
  'late-target': ['notStarted 0', 'inProgress 0', 'succeeded 1'],
  'throttled-polls': ['429', 'inProgress 0', '429', 'inProgress 0', 'succeeded 1'],
  'quick-failure': ['notStarted 0', 'inProgress 0', 'failed 1'],
  'exhausted-retries': ['notStarted 0', ...[0, 1, 2, 3].map((count) => `inProgress ${count}`), 'failed 4'],
  rejected: ['failed 0'],
  'throttled-start': ['notStarted 0', 'inProgress 0', 'succeeded 1'],
  'rejected-start': ['succeeded 1'],
};
const NAMES = Object.keys(COURSES);

describe('the ready scenarios', () => {
  test('are the ones that are tested here', () => {
    expect([...parseScenarios(SCENARIOS).byName.keys()].sort()).toEqual(NAMES.toSorted());
  });

  test.each(NAMES)('%s goes through its stages before a client that polls every second', async (name) => {
    const world = newWorld();
    const created = await create(world, `lro-scenario=${name}`);
    expect(created.headers.get('preference-applied')).toBe(`lro-scenario=${name}`);
    expect(created.body).toMatchObject({ status: 'notStarted', attemptsCount: 0, error: null });
    const { seen, last } = await pollToTheEnd(world, 1);
    expect(seen).toEqual(COURSES[name]);
    const failed = last.body.status === 'failed';
    expect(last.body.error).toEqual(failed ? expect.objectContaining({ code: expect.stringMatching(/^[A-Z]/) }) : null);
    expect(last.body.targetResourceLocation).toEqual(failed ? null : `/chats('${last.body.targetResourceId}')`);
  });

  test.each(NAMES)('%s comes to the same end before a client that polls as Graph asks', async (name) => {
    const world = newWorld();
    await create(world, `lro-scenario=${name}`);
    const { seen, last } = await pollToTheEnd(world, POLL_S);
    expect(seen.at(-1)).toBe(COURSES[name]?.at(-1));
    expect(last.headers.get('warning')).toBeNull();
  });

  test.each(NAMES)('%s comes to the same end by the timer alone', async (name) => {
    const world = newWorld();
    await create(world, `lro-scenario=${name}`);
    for (let second = 0; second <= 400; second += 1) {
      await world.simulator.advance();
      await world.clock.advance(SECOND);
    }
    const { body } = await callGraph({ path: operationsPath() }, world.dependencies);
    expect(`${body.value[0].status} ${body.value[0].attemptsCount}`).toBe(COURSES[name]?.at(-1));
    expect(await world.simulator.advance()).toBe(0);
  });
});

describe('the simulator', () => {
  test('tells a throttled client how long to wait, and no longer', async () => {
    const world = newWorld();
    await create(world, 'lro-scenario=throttled-polls');
    await world.clock.advance(5 * SECOND);
    expect((await pollToTheEnd(world, 5)).waits).toEqual([15]);
  });

  test('keeps the target back for as long as the scenario says', async () => {
    const world = newWorld();
    await create(world, 'lro-scenario=late-target');
    const { last } = await pollToTheEnd(world, 10);
    const path = last.body.targetResourceLocation;
    const dispatch = createCatchAllHandler(world.dependencies);
    const read = async () =>
      (await dispatch(new Request(`https://graph.example/beta${path}`) as never, console)).status;
    expect(await read()).toBe(404);
    await world.clock.advance(59 * SECOND);
    expect(await read()).toBe(404);
    await world.clock.advance(SECOND);
    expect(await read()).toBe(200);
  });

  test('warns who polls sooner than Graph asks, and answers all the same', async () => {
    const world = newWorld();
    await create(world, 'lro-scenario=slow-success');
    const poll = poller(world);
    expect((await poll()).headers.get('warning')).toBeNull();
    await world.clock.advance(29 * SECOND);
    const early = await poll();
    expect(early.status).toBe(200);
    expect(early.headers.get('warning')).toMatch(/^299 - "Polled again after 29 s;/);
    await world.clock.advance(30 * SECOND);
    expect((await poll()).headers.get('warning')).toBeNull();
  });

  test('rejects a scenario that there is not, naming those that there are', async () => {
    const { status, body } = await create(newWorld(), 'lro-scenario=nonsense');
    expect(status).toBe(400);
    expect(body.error.message).toMatch(/^There is no scenario 'nonsense'\. There are: immediate-success, /);
  });

  test('leaves an operation without a scenario alone, and gives it the default where the file names one', async () => {
    const plain = newWorld();
    expect((await create(plain, 'return=representation')).body.status).toBe(EXAMPLE.status);
    expect((await poller(plain)()).body.status).toBe(EXAMPLE.status);
    const withDefault = newWorld(SCENARIOS.replace('{', '{"default":"rejected",'));
    const created = await create(withDefault, 'return=representation');
    expect(created.body.status).toBe('notStarted');
    expect(created.headers.get('preference-applied')).toBe('return=representation');
    expect((await poller(withDefault)()).body.status).toBe('failed');
  });

  test('is not there when it is off: the preference is ignored', async () => {
    const answer = await callGraph(
      { method: 'POST', headers: { ...JSON_TYPE, prefer: 'lro-scenario=rejected' }, body: exampleWith({ id: 'it' }) },
      graphDependencies(),
    );
    expect(answer.body.status).toBe(EXAMPLE.status);
    expect(answer.headers.get('preference-applied')).toBeNull();
  });

  test('ends with an operation that is deleted', async () => {
    const world = newWorld();
    await create(world, 'lro-scenario=quick-success');
    await callGraph({ method: 'DELETE', path: `${operationsPath()}/it` }, world.dependencies);
    await world.clock.advance(10 * SECOND);
    expect(await world.simulator.advance()).toBe(1);
    expect(await world.simulator.advance()).toBe(0);
    expect((await poller(world)()).status).toBe(404);
  });

  test('does not take back what a client wrote after a step was due', async () => {
    const world = newWorld();
    await create(world, 'lro-scenario=quick-success');
    await world.clock.advance(10 * SECOND);
    const body = JSON.stringify({ status: 'failed', error: { code: 'Mine' } });
    await callGraph({ method: 'PATCH', path: `${operationsPath()}/it`, headers: JSON_TYPE, body }, world.dependencies);
    await world.simulator.advance();
    expect((await poller(world)()).body).toMatchObject({ status: 'failed', error: { code: 'Mine' } });
  });

  test('moves an operation once, however many do it at the same time', async () => {
    const world = newWorld();
    await create(world, 'lro-scenario=retried-success');
    await world.clock.advance(20 * SECOND);
    const poll = poller(world);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? poll() : world.simulator.advance())),
    );
    const tags = answers.filter((answer) => typeof answer === 'object').map(({ headers }) => headers.get('etag'));
    expect(new Set(tags).size).toBe(1);
    expect((await poll()).body.attemptsCount).toBe(1);
  });

  test('does not look for the plan of an operation without one at every read', async () => {
    const { clock, plans, dependencies } = newWorld();
    let looks = 0;
    const counted = createSimulator({
      operations: dependencies.repository,
      scenarios: parseScenarios(SCENARIOS),
      now: dependencies.now,
      newId: dependencies.newId,
      workspace: createMemoryWorkspaceRepository(),
      plans: {
        ...plans,
        get: (chatId, id) => {
          looks += 1;
          return plans.get(chatId, id);
        },
      },
    });
    for (let reads = 0; reads < 10; reads += 1) await counted.refresh('chat', 'it');
    expect(looks).toBe(1);
    await counted.start({ chatId: 'chat', operationId: 'it', operationType: 'createChat' }, 'quick-success');
    await counted.refresh('chat', 'it');
    expect(looks).toBe(2);
    await counted.refresh('chat', 'another');
    await clock.advance(10 * SECOND);
    await counted.refresh('chat', 'another');
    expect(looks).toBe(4);
  });

  test.each(['createChat', 'archiveTeam'])(
    'applies an operation of the type %s once, however often the request is repeated',
    async (operationType) => {
      const world = newWorld();
      const added = jest.spyOn(world.workspace, 'add');
      const headers = repeatableHeaders(world);
      const ids: unknown[] = [];
      for (let times = 0; times < 3; times += 1) {
        ids.push((await create(world, 'lro-scenario=quick-success', { operationType }, headers)).body.id);
        await world.clock.advance(SECOND);
      }
      expect(new Set(ids)).toEqual(new Set(['it']));
      expect(added).toHaveBeenCalledTimes(1);
    },
  );

  test('starts an operation at the repeat of a request that stored it and then failed', async () => {
    const world = newWorld();
    const headers = repeatableHeaders(world);
    jest.spyOn(world.plans, 'add').mockRejectedValueOnce(new Error('the power went'));
    expect((await create(world, 'lro-scenario=quick-success', {}, headers)).status).toBe(500);
    expect((await create(world, 'lro-scenario=quick-success', {}, headers)).status).toBe(201);
    expect((await pollToTheEnd(world, 1)).last.body.status).toBe('succeeded');
  });

  test('takes a step again that was written while its plan was not', async () => {
    const world = newWorld();
    await create(world, 'lro-scenario=quick-success');
    await world.clock.advance(SECOND);
    const lost = createSimulator({
      operations: world.dependencies.repository,
      scenarios: parseScenarios(SCENARIOS),
      now: world.dependencies.now,
      newId: world.dependencies.newId,
      workspace: world.workspace,
      plans: { ...world.plans, replace: () => Promise.reject(new Error('the power went')) },
    });
    await expect(lost.advance()).rejects.toThrow('the power went');
    const { headers } = await poller(world)();
    await world.simulator.advance();
    expect((await poller(world)()).headers.get('etag')).toBe(headers.get('etag'));
  });
});

describe('parseScenarios()', () => {
  const step = { afterSeconds: 1, status: 'succeeded', attemptsCount: 1 };
  const file = (...steps: object[]) => ({ scenarios: { mine: { description: 'mine', steps } } });
  const error = { code: 'NotFound' };

  test.each<[string, unknown, string]>([
    ['no scenario', { scenarios: {} }, '"scenarios" must have at least 1 key'],
    ['an array', [], '"value" must be of type object'],
    ['an unknown property', { ...file(step), more: 1 }, '"more" is not allowed'],
    ['a name in capitals', { scenarios: { Mine: {} } }, '"scenarios.Mine" is not allowed'],
    ['no steps', file(), '"scenarios.mine.steps" must contain at least 1 items'],
    [
      'a status that there is not',
      file({ ...step, status: 'done' }),
      '"scenarios.mine.steps[0].status" must be one of',
    ],
    [
      'a time that is text',
      file({ ...step, afterSeconds: '1' }),
      '"scenarios.mine.steps[0].afterSeconds" must be a number',
    ],
    ['a failure without error', file({ ...step, status: 'failed' }), '"scenarios.mine.steps[0].error" is required'],
    ['a success with an error', file({ ...step, error }), '"scenarios.mine.steps[0].error" must be [null]'],
    ['no end', file({ ...step, status: 'inProgress' }), '"scenarios.mine.steps" must end with succeeded or failed'],
    ['two ends', file(step, { ...step, afterSeconds: 2 }), '"scenarios.mine.steps" must end with succeeded or failed'],
    [
      'steps that go back in time',
      file({ ...step, status: 'inProgress', afterSeconds: 9 }, step),
      '"scenarios.mine.steps" must be in the order of afterSeconds',
    ],
    [
      'attempts that become fewer',
      file({ ...step, status: 'inProgress', attemptsCount: 2 }, step),
      '"scenarios.mine.steps" must not lower attemptsCount',
    ],
    ['a default that there is not', { ...file(step), default: 'other' }, '"default" names no scenario of this file'],
    ['starters that there are not', { ...file(step), starters: 'other' }, '"starters" names no scenario of this file'],
    [
      'a rejection that Graph does not document',
      { scenarios: { mine: { description: 'mine', steps: [step], start: { code: 'Teapot' } } } },
      '"scenarios.mine.start.code" must be one of',
    ],
  ])('rejects %s and says where', (_title, content, message) => {
    expect(() => parseScenarios(JSON.stringify(content))).toThrow(message);
  });

  test('rejects what is no JSON', () => {
    expect(() => parseScenarios('{')).toThrow('The scenario file is not valid: it is no JSON');
  });

  test('names everything that is wrong at once', () => {
    const content = file({ ...step, attemptsCount: -1, afterSeconds: -1 });
    expect(() => parseScenarios(JSON.stringify(content))).toThrow(/afterSeconds.*attemptsCount/);
  });
});
