import { TeamNotFoundError } from '../../shared/domain/errors.ts';
import type { OperationRepository } from '../../shared/domain/operation-repository.ts';
import type { Simulator } from '../../shared/domain/simulator/simulator.ts';
import { type OperationsOwner, toKey, toOwnerKey } from '../../shared/domain/teams/operations-owner.ts';
import type { Team } from '../../shared/domain/teams/team.ts';
import type { Effect } from '../../shared/domain/teams/workspace.ts';
import { createOperation, type OperationType } from '../../shared/domain/teams-async-operation.ts';
import type { GraphRequest, PipelineDependencies } from '../../shared/graph-http/pipeline.ts';
import type { ResourceKind } from '../../shared/graph-http/request/address.ts';
import { readOrigin } from '../../shared/graph-http/request/message.ts';
import { type GraphResponse, preferenceApplied } from '../../shared/graph-http/response/response.ts';

/** What a function needs that starts operations. */
export interface StarterDependencies extends PipelineDependencies {
  readonly repository: Pick<OperationRepository, 'create'>;
  readonly simulator: Pick<Simulator, 'chooseForStarter' | 'start' | 'workspace'>;
}

/** Chosen before the body is read: a service that is busy looks at nothing. */
export interface StarterRequest<Kind extends ResourceKind> extends GraphRequest<Kind> {
  readonly scenario: string;
}

/** @throws OperationsError the scenario says that the request is rejected */
export function withScenario<Kind extends ResourceKind>(
  request: GraphRequest<Kind>,
  { simulator }: StarterDependencies,
): StarterRequest<Kind> {
  const { caller, http, preferences } = request;
  const { pathname } = new URL(http.url);
  const from = JSON.stringify([caller.tenantId, caller.kind, caller.id, http.method, pathname]);
  return { ...request, scenario: simulator.chooseForStarter(preferences.scenario, from) };
}

export interface NewWork {
  readonly owner: OperationsOwner;
  readonly type: OperationType;
  readonly effect: Effect;
  /** Absent: a GUID, as operations of teams have it. */
  readonly operationId?: string;
  readonly dynamicProperties?: Readonly<Record<string, unknown>>;
  /** How the documentation of the call writes `Location`. Default: with the keys in brackets. */
  readonly locationForm?: 'segments';
}

/**
 * Starts an operation and answers as Teams does: 202 without a body, and where the operation is, below any version. (JSON
 * clients that expect a body stumble over the content type there too.)
 */
export async function startOperation(
  { http, scenario, preferences }: Pick<StarterRequest<ResourceKind>, 'http' | 'scenario' | 'preferences'>,
  { owner, type, effect, operationId, dynamicProperties = {}, locationForm }: NewWork,
  dependencies: StarterDependencies,
): Promise<GraphResponse> {
  const { repository, simulator, now, newId, telemetry } = dependencies;
  const operation = createOperation(
    {
      id: operationId ?? newId(),
      operationType: type,
      status: 'notStarted',
      lastActionDateTime: new Date(now()).toISOString(),
      attemptsCount: 0,
      targetResourceId: null,
      targetResourceLocation: null,
      error: null,
      dynamicProperties,
    },
    dependencies,
  );
  const chatId = toOwnerKey(owner);
  await repository.create(chatId, operation, { origin: readOrigin(http.headers, telemetry) });
  await simulator.start({ chatId, operationId: operation.id, operationType: type }, scenario, { effect });
  return {
    status: 202,
    headers: {
      'content-type': 'text/plain',
      ...toLocations(owner, operation.id, locationForm),
      ...preferenceApplied(scenario === preferences.scenario ? [`lro-scenario=${scenario}`] : []),
    },
  };
}

function toLocations({ set, id }: OperationsOwner, operationId: string, form: NewWork['locationForm']) {
  const parent = `/${set}${toKey(id)}`;
  const [team, operation] = [id, operationId].map(encodeURIComponent);
  const segments = `/${set}/${team}/operations/${operation}`;
  return {
    location: form === 'segments' ? segments : `${parent}/operations${toKey(operationId)}`,
    'content-location': parent,
  };
}

/** @throws TeamNotFoundError there is none, or not yet */
export async function requireTeam(
  id: string,
  { simulator }: { readonly simulator: Pick<Simulator, 'workspace'> },
): Promise<Team> {
  const team = await simulator.workspace.findTeam(id);
  if (!team) throw new TeamNotFoundError(id);
  return team;
}
