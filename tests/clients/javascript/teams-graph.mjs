import { Client } from '@microsoft/teams.graph';
import * as teams from '@microsoft/teams.graph-endpoints/teams';
import { CLONE, check, idsIn, NEW_TEAM, origin, pollToTheEnd, SLOW, statusOf, token } from './checks.mjs';

/** `@microsoft/teams.graph` of the Teams SDK, with its functions for the endpoints. */
export async function playTeamsGraph() {
  const client = new Client({ token }, { baseUrlRoot: origin });
  const slow = await client.http.post('/teams', NEW_TEAM, { headers: SLOW });
  const waiting = { 'team-id': idsIn(slow.headers.location).team };
  check(
    'teams.graph: a team is not there before its operation ends',
    await statusOf(() => client.call(teams.get, waiting)),
    404,
  );
  const started = await client.http.post('/teams', teams.create(NEW_TEAM).body);
  check('teams.graph: POST /teams is accepted', [started.status, started.data], [202, '']);
  const { team, operation } = idsIn(started.headers.location);
  const inTeam = { 'team-id': team };
  const poll = (id) => () => client.call(teams.operations.get, { ...inTeam, 'teamsAsyncOperation-id': id });
  const done = await pollToTheEnd(poll(operation));
  check('teams.graph: the operation created the team', done.targetResourceLocation, `/teams('${team}')`);
  check('teams.graph: the team is there', (await client.call(teams.get, inTeam)).displayName, 'Wind turbines');

  const latest = async (type) =>
    (await client.call(teams.operations.list, { ...inTeam, $filter: `operationType eq '${type}'` })).value[0];
  check('teams.graph: clone is accepted', await client.call(teams.clone.create, CLONE, inTeam), '');
  const copy = await pollToTheEnd(poll((await latest('cloneTeam')).id));
  const clone = await client.call(teams.get, { 'team-id': copy.targetResourceId });
  check('teams.graph: the clone is there', [clone.displayName, clone.visibility], ['Water', 'public']);

  await client.call(teams.archive.create, { shouldSetSpoSiteReadOnlyForMembers: false }, inTeam);
  await pollToTheEnd(poll((await latest('archiveTeam')).id));
  check('teams.graph: the team is archived', (await client.call(teams.get, inTeam)).isArchived, true);
  await client.call(teams.unarchive.create, inTeam);
  await pollToTheEnd(poll((await latest('unarchiveTeam')).id));
  check('teams.graph: the team is restored', (await client.call(teams.get, inTeam)).isArchived, false);
  const { value } = await client.call(teams.operations.list, { ...inTeam, $orderby: 'createdDateTime', $top: 2 });
  check(
    'teams.graph: a page of operations is listed',
    value.map(({ operationType }) => operationType),
    ['createTeam', 'cloneTeam'],
  );
}
