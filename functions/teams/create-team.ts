import { BadRequestError, OperationsError } from '../../shared/domain/errors.ts';
import { toTeamId } from '../../shared/domain/teams/operations-owner.ts';
import type { Team } from '../../shared/domain/teams/team.ts';
import { newChannel, newTeam, type ResourceSource } from '../../shared/domain/teams/workspace.ts';
import { type FunctionHandler, type GraphRequest, graphPipeline } from '../../shared/graph-http/pipeline.ts';
import { readJson } from '../../shared/graph-http/request/message.ts';
import { type GraphResponse, odataResponse } from '../../shared/graph-http/response/response.ts';
import { toTeamEntity } from '../../shared/graph-http/response/team-entity.ts';
import { toContentType } from '../../shared/odata/request-options.ts';
import { type NewTeamBody, parseGroupTeam, parseNewTeam } from '../../shared/validation/team-bodies.ts';
import { type StarterDependencies, type StarterRequest, startOperation, withScenario } from './starter.ts';

/** `POST /teams`: starts to create a team, of a template or of a group, and answers 202. */
export function createTeamHandler(dependencies: StarterDependencies): FunctionHandler {
  return graphPipeline('CreateTeam', (it) => create(withScenario(it, dependencies), dependencies), dependencies);
}

async function create(request: StarterRequest<'teams'>, dependencies: StarterDependencies): Promise<GraphResponse> {
  const given = parseNewTeam(await readJson(request.http), dependencies.now());
  if (request.caller.kind === 'application' && given.groupId === null && !given.hasOwner)
    throw new BadRequestError('A team owner must be provided when creating a team in application context.');
  const team = await toTeam(given, dependencies);
  const type = given.groupId === null ? 'createTeam' : 'teamifyGroup';
  const owner = { set: 'teams', id: team.id } as const;
  return startOperation(request, { owner, type, effect: { kind: 'team', team } }, dependencies);
}

/** `PUT /groups/{groupId}/team`: makes a team of the group at once, and answers 201 with it. */
export function addTeamToGroupHandler(dependencies: StarterDependencies): FunctionHandler {
  return graphPipeline('AddTeamToGroup', (request) => add(request, dependencies), dependencies);
}

async function add(
  { http, url, format }: GraphRequest<'groupTeam'>,
  dependencies: StarterDependencies,
): Promise<GraphResponse> {
  const { now, simulator } = dependencies;
  const team = await toTeam(parseGroupTeam(await readJson(http), url.teamId, now()), dependencies);
  await simulator.workspace.apply({ kind: 'team', team }, now());
  return odataResponse(201, toTeamEntity(team, { serviceRoot: url.serviceRoot, select: null, format }), {
    location: `${url.serviceRoot}/teams/${encodeURIComponent(team.id)}`,
    'content-type': toContentType(format),
  });
}

/** @throws OperationsError the group is a team already */
async function toTeam(
  { groupId, displayName, description, visibility, channels, createdDateTime }: NewTeamBody,
  { simulator, ...source }: Pick<StarterDependencies, 'simulator'> & ResourceSource,
): Promise<Team> {
  if (groupId !== null && (await simulator.workspace.hasTeam(toTeamId(groupId))))
    throw new OperationsError('Conflict', 'The group is already provisioned.');
  return newTeam(
    {
      ...(groupId !== null && { id: toTeamId(groupId) }),
      ...(displayName !== undefined && { displayName }),
      ...(description !== undefined && { description }),
      ...(visibility !== undefined && { visibility }),
      ...(createdDateTime !== undefined && { createdDateTime }),
      channels: channels.map((channel) => newChannel(channel, source)),
    },
    source,
  );
}
