import { newChannel, newTeam } from '../../../shared/domain/teams/workspace.ts';
import { type FunctionHandler, graphPipeline } from '../../../shared/graph-http/pipeline.ts';
import { readJson } from '../../../shared/graph-http/request/message.ts';
import type { GraphResponse } from '../../../shared/graph-http/response/response.ts';
import { parseClone } from '../../../shared/validation/team-bodies.ts';
import {
  requireTeam,
  type StarterDependencies,
  type StarterRequest,
  startOperation,
  withScenario,
} from '../starter.ts';

/** `POST /teams/{teamId}/clone`: starts to copy a team, and answers 202. The operation is one of the team that is copied. */
export function cloneTeamHandler(dependencies: StarterDependencies): FunctionHandler {
  return graphPipeline('CloneTeam', (it) => clone(withScenario(it, dependencies), dependencies), dependencies);
}

async function clone(request: StarterRequest<'clone'>, dependencies: StarterDependencies): Promise<GraphResponse> {
  const { displayName, description, visibility, parts } = parseClone(await readJson(request.http));
  const original = await requireTeam(request.url.teamId, dependencies);
  const [, ...channels] = parts.includes('channels') ? original.channels : []; // every team has a General of its own
  const team = newTeam(
    {
      displayName,
      description,
      visibility: visibility ?? original.visibility,
      channels: channels.map((channel) =>
        newChannel({ displayName: channel.displayName, description: channel.description }, dependencies),
      ),
    },
    dependencies,
  );
  const owner = { set: 'teams', id: original.id } as const;
  return startOperation(request, { owner, type: 'cloneTeam', effect: { kind: 'team', team } }, dependencies);
}
