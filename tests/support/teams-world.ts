import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VirtualClock } from '@lazurite/runtime';
import type { GraphDependencies } from '../../shared/composition/create-app.ts';
import type { Caller } from '../../shared/domain/caller.ts';
import { createSimulator, type Simulator } from '../../shared/domain/simulator/simulator.ts';
import { parseScenarios } from '../../shared/validation/scenarios.ts';
import { callGraph, graphDependencies, type TestResponse, WRITER } from './call-handler.ts';
import { JSON_TYPE } from './create-operation-request.ts';
import { createMemoryPlanRepository } from './memory-plan-repository.ts';
import { createMemoryWorkspaceRepository } from './memory-workspace-repository.ts';

const SCENARIOS = readFileSync(join(process.cwd(), 'lro-scenarios.json'), 'utf8');
/** What each of the calls that a test makes asks for. */
const PERMISSIONS = ['Team.Create', 'TeamSettings.ReadWrite.All', 'ChannelSettings.ReadWrite.All', 'Chat.ReadWrite'];
const ROOT = 'https://graph.example';

export const NEW_TEAM = {
  'template@odata.bind': "https://graph.microsoft.com/v1.0/teamsTemplates('standard')",
  displayName: 'Wind turbines',
  description: 'Plans and readings',
  visibility: 'Private',
  channels: [{ displayName: 'Readings' }],
};

/** The whole API with the simulator, in memory and on a clock that tests move. */
export interface TeamsWorld {
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  readonly dependencies: GraphDependencies;
  /** Default version: v1.0, which has all of teams. */
  call(method: string, path: string, options?: CallOptions): Promise<TestResponse>;
  /** Creates a team and waits until it is there; its id. */
  createTeam(body?: object): Promise<string>;
  pass(seconds: number): Promise<void>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly prefer?: string;
  /** Beside those that the other options ask for. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly version?: 'beta' | 'v1.0';
}

export function newTeamsWorld(caller: Partial<Caller> = {}, changes: Partial<GraphDependencies> = {}): TeamsWorld {
  const clock = new VirtualClock();
  const authenticator = { authenticate: async () => ({ ...WRITER, permissions: PERMISSIONS, ...caller }) };
  const base = graphDependencies({ now: () => clock.now(), authenticator, ...changes });
  const simulator = createSimulator({
    ...base,
    operations: base.repository,
    plans: createMemoryPlanRepository(),
    workspace: createMemoryWorkspaceRepository(),
    scenarios: parseScenarios(SCENARIOS),
  });
  const dependencies = { ...base, simulator };
  const call: TeamsWorld['call'] = (method, path, { body, prefer, headers, version = 'v1.0' } = {}) =>
    callGraph(
      {
        method,
        path: `${ROOT}/${version}${path}`,
        headers: { ...(body !== undefined && JSON_TYPE), ...(prefer !== undefined && { prefer }), ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      },
      dependencies,
    );
  const pass = (seconds: number) => clock.advance(seconds * 1_000);
  return {
    clock,
    simulator,
    dependencies,
    call,
    pass,
    createTeam: async (body = NEW_TEAM) => {
      const started = await call('POST', '/teams', { body, prefer: 'lro-scenario=immediate-success' });
      return /^\/teams\('(?<id>[^']+)'\)/.exec(started.headers.get('content-location') ?? '')?.groups?.id ?? '';
    },
  };
}
