import { BadRequestError, OperationsError } from '../../shared/domain/errors.ts';
import { channelOf } from '../../shared/domain/teams/team.ts';
import { type FunctionHandler, graphPipeline } from '../../shared/graph-http/pipeline.ts';
import { readOptionalJson } from '../../shared/graph-http/request/message.ts';
import type { GraphResponse } from '../../shared/graph-http/response/response.ts';
import { checkArchive, checkUnarchive } from '../../shared/validation/team-bodies.ts';
import { requireTeam, type StarterDependencies, type StarterRequest, startOperation, withScenario } from './starter.ts';

/** `POST /teams/{teamId}/archive`: starts to make a team read-only, and answers 202. */
export function archiveTeamHandler(dependencies: StarterDependencies): FunctionHandler {
  return graphPipeline('ArchiveTeam', (it) => changeTeam(withScenario(it, dependencies), dependencies), dependencies);
}

/** `POST /teams/{teamId}/unarchive`: starts to restore an archived team, and answers 202. */
export function unarchiveTeamHandler(dependencies: StarterDependencies): FunctionHandler {
  return graphPipeline('UnarchiveTeam', (it) => changeTeam(withScenario(it, dependencies), dependencies), dependencies);
}

async function changeTeam(
  request: StarterRequest<'archive' | 'unarchive'>,
  dependencies: StarterDependencies,
): Promise<GraphResponse> {
  const isArchived = request.url.kind === 'archive';
  const body = await readOptionalJson(request.http);
  if (isArchived) checkArchive(body);
  else checkUnarchive(body);
  const team = await requireTeam(request.url.teamId, dependencies);
  return startOperation(
    request,
    {
      owner: { set: 'teams', id: team.id },
      type: isArchived ? 'archiveTeam' : 'unarchiveTeam',
      effect: { kind: 'archive', team, isArchived },
    },
    dependencies,
  );
}

/** `POST /teams/{teamId}/channels/{channelId}/archive`: starts to make a channel read-only, and answers 202. */
export function archiveChannelHandler(dependencies: StarterDependencies): FunctionHandler {
  return graphPipeline(
    'ArchiveChannel',
    (it) => changeChannel(withScenario(it, dependencies), dependencies),
    dependencies,
  );
}

/** `POST /teams/{teamId}/channels/{channelId}/unarchive`: starts to restore an archived channel, and answers 202. */
export function unarchiveChannelHandler(dependencies: StarterDependencies): FunctionHandler {
  return graphPipeline(
    'UnarchiveChannel',
    (it) => changeChannel(withScenario(it, dependencies), dependencies),
    dependencies,
  );
}

async function changeChannel(
  request: StarterRequest<'archiveChannel' | 'unarchiveChannel'>,
  dependencies: StarterDependencies,
): Promise<GraphResponse> {
  const { kind, teamId, channelId } = request.url;
  const isArchived = kind === 'archiveChannel';
  const body = await readOptionalJson(request.http);
  if (isArchived) checkArchive(body);
  else checkUnarchive(body);
  const team = await requireTeam(teamId, dependencies);
  const channel = channelOf(team, channelId ?? '');
  if (!channel) throw new OperationsError('NotFound', `No channel was found with the id '${channelId}'.`);
  if (team.isArchived)
    throw new BadRequestError(`Team has to be active, for channel to be archived or unarchived: ${channelId}`);
  return startOperation(
    request,
    {
      owner: { set: 'teams', id: team.id },
      type: isArchived ? 'archiveChannel' : 'unarchiveChannel',
      effect: { kind: 'channel', team, channel: { ...channel, isArchived } },
      locationForm: 'segments',
    },
    dependencies,
  );
}
