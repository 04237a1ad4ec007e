import {
  AllowedHostsValidator,
  BaseBearerTokenAuthenticationProvider,
  NativeResponseHandler,
  ResponseHandlerOption,
} from '@microsoft/kiota-abstractions';
import { GraphRequestAdapter } from '@microsoft/msgraph-sdk';
import { createTeamsServiceClient } from '@microsoft/msgraph-sdk-teams';
import { CLONE, check, idsIn, NEW_TEAM, origin, pollToTheEnd, SLOW, statusOf, token } from './checks.mjs';

/** `@microsoft/msgraph-sdk-teams`: request builders and models that Kiota generated. */
export async function playKiota() {
  const adapter = new GraphRequestAdapter(
    new BaseBearerTokenAuthenticationProvider({
      getAuthorizationToken: async () => token,
      getAllowedHostsValidator: () => new AllowedHostsValidator(new Set(['localhost'])),
    }),
  );
  adapter.baseUrl = `${origin}/v1.0`;
  const { teams } = createTeamsServiceClient(adapter);

  /** The way that Kiota documents to see a response itself: 202 has its answer in a header. */
  const start = async (call, headers = {}) => {
    const handler = new NativeResponseHandler();
    const option = new ResponseHandlerOption();
    option.responseHandler = handler;
    await call({ headers, options: [option] });
    return handler.value;
  };

  const { 'template@odata.bind': template, ...named } = NEW_TEAM;
  const body = { ...named, additionalData: { 'template@odata.bind': template } };
  const slow = await start((options) => teams.post(body, options), SLOW);
  const { team: waiting } = idsIn(slow.headers.get('location'));
  check(
    'kiota: a team is not there before its operation ends',
    await statusOf(() => teams.byTeamId(waiting).get()),
    404,
  );
  const created = await start((options) => teams.post(body, options));
  check('kiota: POST /teams is accepted', created.status, 202);
  const { team, operation } = idsIn(created.headers.get('location'));
  const item = teams.byTeamId(team);
  const poll = (id) => () => item.operations.byTeamsAsyncOperationId(id).get();
  const done = await pollToTheEnd(poll(operation));
  check(
    'kiota: the operation created the team',
    [done.status, done.operationType, done.targetResourceId, done.attemptsCount],
    ['succeeded', 'createTeam', team, 1],
  );
  const found = await item.get();
  check(
    'kiota: the team is there',
    [found.displayName, found.visibility, found.isArchived],
    ['Wind turbines', 'public', false],
  );

  const clone = { ...CLONE, partsToClone: ['apps', 'channels'] };
  const cloned = await start((options) => item.clone.post(clone, options));
  const copy = await pollToTheEnd(poll(idsIn(cloned.headers.get('location')).operation));
  check('kiota: the clone is there', (await teams.byTeamId(copy.targetResourceId).get()).displayName, 'Water');

  await item.archive.post({ shouldSetSpoSiteReadOnlyForMembers: true });
  const archiving = (await item.operations.get()).value.find(({ operationType }) => operationType === 'archiveTeam');
  await pollToTheEnd(poll(archiving.id));
  check('kiota: the team is archived', (await item.get()).isArchived, true);
  await item.unarchive.post();
  const types = (await item.operations.get()).value.map(({ operationType }) => operationType).sort();
  check('kiota: all operations are listed', types, ['archiveTeam', 'cloneTeam', 'createTeam', 'unarchiveTeam']);
  check('kiota: all operations are counted', await item.operations.count.get(), 4);
  const restoring = (await item.operations.get()).value.find(({ operationType }) => operationType === 'unarchiveTeam');
  await pollToTheEnd(poll(restoring.id));
  check('kiota: the team is restored', (await item.get()).isArchived, false);

  const [general] = (await item.channels.get()).value;
  const channel = item.channels.byChannelId(general.id);
  await channel.archive.post({});
  const [ofChannel] = (await item.operations.get()).value.filter(({ operationType }) =>
    operationType?.includes('Channel'),
  );
  await pollToTheEnd(poll(ofChannel.id));
  check('kiota: the channel is archived', (await channel.get()).isArchived, true);
  const missing = teams.byTeamId('71392b2f-1765-406e-86af-5907d9bdb2ab');
  check('kiota: nobody can clone what is not there', await statusOf(() => missing.clone.post(clone)), 404);
  check('kiota: a wrong body is rejected', await statusOf(() => item.clone.post({})), 400);
}
