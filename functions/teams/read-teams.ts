import { OperationsError } from '../../shared/domain/errors.ts';
import type { Simulator } from '../../shared/domain/simulator/simulator.ts';
import { channelOf } from '../../shared/domain/teams/team.ts';
import {
  type FunctionHandler,
  type GraphRequest,
  graphPipeline,
  type PipelineDependencies,
} from '../../shared/graph-http/pipeline.ts';
import { type GraphResponse, odataResponse } from '../../shared/graph-http/response/response.ts';
import { toChannelEntity, toChannelList, toTeamEntity } from '../../shared/graph-http/response/team-entity.ts';
import { parseSelect } from '../../shared/odata/query-options/list-options.ts';
import { toContentType } from '../../shared/odata/request-options.ts';
import { requireTeam } from './starter.ts';

export interface ReadTeamsDependencies extends PipelineDependencies {
  readonly simulator: Pick<Simulator, 'workspace'>;
}

/** `GET /teams/{teamId}`: answers 200 with the team, once there is one. */
export function getTeamHandler(dependencies: ReadTeamsDependencies): FunctionHandler {
  return graphPipeline('GetTeam', (request) => getTeam(request, dependencies), dependencies);
}

/** `GET /groups/{groupId}/team`: the same team. */
export function getGroupTeamHandler(dependencies: ReadTeamsDependencies): FunctionHandler {
  return graphPipeline('GetGroupTeam', (request) => getTeam(request, dependencies), dependencies);
}

async function getTeam(
  { url, options, format }: GraphRequest<'team' | 'groupTeam'>,
  dependencies: ReadTeamsDependencies,
): Promise<GraphResponse> {
  const select = parseSelect(options.select);
  const team = await requireTeam(url.teamId, dependencies);
  return odataResponse(200, toTeamEntity(team, { serviceRoot: url.serviceRoot, select, format }), {
    'content-type': toContentType(format),
  });
}

/** `GET /teams/{teamId}/channels`: answers 200 with all channels of the team. */
export function listChannelsHandler(dependencies: ReadTeamsDependencies): FunctionHandler {
  return graphPipeline('ListChannels', (request) => listChannels(request, dependencies), dependencies);
}

async function listChannels(
  { url, options, format }: GraphRequest<'channels'>,
  dependencies: ReadTeamsDependencies,
): Promise<GraphResponse> {
  const select = parseSelect(options.select);
  const team = await requireTeam(url.teamId, dependencies);
  return odataResponse(200, toChannelList(team, { serviceRoot: url.serviceRoot, select, format }), {
    'content-type': toContentType(format),
  });
}

/** `GET /teams/{teamId}/channels/{channelId}`: answers 200 with the channel. */
export function getChannelHandler(dependencies: ReadTeamsDependencies): FunctionHandler {
  return graphPipeline('GetChannel', (request) => getChannel(request, dependencies), dependencies);
}

async function getChannel(
  { url, options, format }: GraphRequest<'channel'>,
  dependencies: ReadTeamsDependencies,
): Promise<GraphResponse> {
  const select = parseSelect(options.select);
  const team = await requireTeam(url.teamId, dependencies);
  const channel = channelOf(team, url.channelId ?? '');
  if (!channel) throw new OperationsError('NotFound', `No channel was found with the id '${url.channelId}'.`);
  const entity = toChannelEntity(team, channel, { serviceRoot: url.serviceRoot, select, format });
  return odataResponse(200, entity, { 'content-type': toContentType(format) });
}
