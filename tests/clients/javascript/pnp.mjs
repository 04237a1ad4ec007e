import { GraphCollection, GraphFI } from '@pnp/graph';
import '@pnp/graph/teams/index.js';
import { GraphDefault } from '@pnp/nodejs';
import { BearerToken, InjectHeaders } from '@pnp/queryable';
import { check, NEW_TEAM, origin, pollToTheEnd, SLOW, statusOf, token } from './checks.mjs';

/** `@pnp/graph`, which reads the ids out of `Location` itself. */
export async function playPnp() {
  const toGraph = () => new GraphFI().using(GraphDefault({ baseUrl: `${origin}/v1.0` }), BearerToken(token));
  const graph = toGraph();
  const slow = toGraph().using(InjectHeaders(SLOW));
  const waiting = await slow.teams.create(NEW_TEAM);
  const missing = graph.teams.getById(waiting.teamId);
  check('pnp: a team is not there before its operation ends', await statusOf(() => missing()), 404);
  const { teamId, operationId } = await graph.teams.create(NEW_TEAM);
  const team = graph.teams.getById(teamId);
  const done = await pollToTheEnd(() => team.getOperationById(operationId));
  check('pnp: the operation created the team', [done.operationType, done.targetResourceId], ['createTeam', teamId]);
  check('pnp: the team is there', (await team()).displayName, 'Wind turbines');

  const cloning = await team.cloneTeam('Water turbines', '', 'apps,channels', 'private');
  check('pnp: the clone is an operation of the team', cloning.teamId, teamId);
  const copy = await pollToTheEnd(() => team.getOperationById(cloning.operationId));
  check('pnp: the clone is there', (await graph.teams.getById(copy.targetResourceId)()).displayName, 'Water turbines');

  const operations = GraphCollection(team, 'operations');
  const latest = async (type) => (await operations()).find(({ operationType }) => operationType === type);
  await team.archive(true);
  const { id } = await latest('archiveTeam');
  await pollToTheEnd(() => team.getOperationById(id));
  check('pnp: the team is archived', (await team()).isArchived, true);
  await team.unarchive();
  const restoring = await latest('unarchiveTeam');
  await pollToTheEnd(() => team.getOperationById(restoring.id));
  check('pnp: the team is restored', (await team()).isArchived, false);
  check('pnp: all operations are listed', (await operations()).length, 4);
}
