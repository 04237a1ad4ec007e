import { type CallOptions, NEW_TEAM, newTeamsWorld, type TeamsWorld } from '../support/teams-world.ts';

const GUID = '[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}';
const GROUP = '71392b2f-1765-406e-86af-5907d9bdb2ab';
const USERS = ['8b081ef6-4792-4def-b2c9-c363a1bf41d5', '82af01c5-f7cc-4a2e-a728-3a5df21afd9d'];
const bind = (set: string, id: string) => `https://graph.microsoft.com/v1.0/${set}('${id}')`;
const OWNER = { roles: ['owner'], 'user@odata.bind': bind('users', USERS[0] ?? '') };
const MEMBERS = USERS.map((id) => ({ roles: ['owner'], 'user@odata.bind': bind('users', id) }));
const CLONE = { displayName: 'Water', mailNickname: 'water', partsToClone: 'apps,channels', visibility: 'public' };

/** A starter on a team that is there, whose operation ends well in three seconds. */
interface Starter {
  readonly type: string;
  readonly path: (teamId: string, channelId: string) => string;
  readonly options?: CallOptions;
  readonly target: (teamId: string, channelId: string) => unknown;
}

const STARTERS: readonly Starter[] = [
  {
    type: 'cloneTeam',
    path: (team) => `/teams/${team}/clone`,
    options: { body: CLONE },
    target: () => expect.stringMatching(new RegExp(`^/teams\\('${GUID}'\\)$`)),
  },
  { type: 'archiveTeam', path: (team) => `/teams/${team}/archive`, target: (team) => `/teams('${team}')` },
  { type: 'unarchiveTeam', path: (team) => `/teams('${team}')/unarchive`, target: (team) => `/teams('${team}')` },
  {
    type: 'archiveChannel',
    path: (team, channel) => `/teams/${team}/channels/${channel}/archive`,
    options: { body: { shouldSetSpoSiteReadOnlyForMembers: true } },
    target: (team, channel) => `/teams('${team}')/channels('${channel}')`,
  },
  {
    type: 'unarchiveChannel',
    path: (team, channel) => `/groups/${team}/team/channels/${encodeURIComponent(channel)}/microsoft.graph.unarchive`,
    target: (team, channel) => `/teams('${team}')/channels('${channel}')`,
  },
];

function repeatableHeaders(now: number): Record<string, string> {
  return { 'repeatability-request-id': GROUP, 'repeatability-first-sent': new Date(now).toUTCString() };
}

async function channelOf(world: TeamsWorld, teamId: string): Promise<string> {
  const { body } = await world.call('GET', `/teams/${teamId}/channels`);
  return body.value.find(({ displayName }: { displayName: string }) => displayName === 'Readings').id;
}

describe('POST /teams', () => {
  test('answers 202 as Teams does, and the team appears when its operation has succeeded', async () => {
    const world = newTeamsWorld();
    const started = await world.call('POST', '/teams', { body: NEW_TEAM });
    expect({ status: started.status, text: started.text }).toEqual({ status: 202, text: '' });
    expect(started.headers.get('content-type')).toBe('text/plain');
    const location = started.headers.get('location') ?? '';
    expect(location).toMatch(new RegExp(`^/teams\\('${GUID}'\\)/operations\\('${GUID}'\\)$`));
    const team = started.headers.get('content-location') ?? '';
    expect(location.startsWith(`${team}/`)).toBe(true);
    const poll = async () => (await world.call('GET', location)).body;
    expect(await poll()).toMatchObject({ operationType: 'createTeam', status: 'notStarted', targetResourceId: null });
    const missing = await world.call('GET', team);
    expect({ status: missing.status, code: missing.body.error.code }).toEqual({ status: 404, code: 'NotFound' });
    await world.pass(1);
    expect((await poll()).status).toBe('inProgress');
    expect((await world.call('GET', team)).status).toBe(404);
    await world.pass(2);
    const done = await poll();
    expect(done).toMatchObject({ status: 'succeeded', attemptsCount: 1, targetResourceLocation: team });
    const found = await world.call('GET', done.targetResourceLocation, { version: 'beta' });
    expect(found.body).toMatchObject({
      id: done.targetResourceId,
      displayName: 'Wind turbines',
      description: 'Plans and readings',
      visibility: 'private',
      isArchived: false,
    });
    expect(found.body['@odata.context']).toBe('https://graph.example/beta/$metadata#teams/$entity');
  });

  test('makes a team of a group, under the id of the group, once', async () => {
    const world = newTeamsWorld();
    const body = { ...pick(NEW_TEAM, 'template@odata.bind'), 'group@odata.bind': bind('groups', GROUP) };
    const started = await world.call('POST', '/teams', { body });
    expect(started.headers.get('content-location')).toBe(`/teams('${GROUP}')`);
    expect((await world.call('GET', started.headers.get('location') ?? '')).body.operationType).toBe('teamifyGroup');
    const again = await world.call('POST', '/teams', { body });
    expect({ status: again.status, code: again.body.error.code }).toEqual({ status: 409, code: 'Conflict' });
    await world.pass(3);
    expect((await world.call('GET', `/groups/${GROUP.toUpperCase()}/team`)).body.id).toBe(GROUP);
  });

  test('asks an application for an owner', async () => {
    const world = newTeamsWorld({ kind: 'application' });
    const without = await world.call('POST', '/teams', { body: NEW_TEAM });
    expect(without.status).toBe(400);
    expect(without.body.error.message).toBe(
      'A team owner must be provided when creating a team in application context.',
    );
    expect((await world.call('POST', '/teams', { body: { ...NEW_TEAM, members: [OWNER] } })).status).toBe(202);
  });

  const group = { 'group@odata.bind': bind('groups', GROUP) };
  test.each<[string, unknown, string]>([
    ['no template', { ...NEW_TEAM, 'template@odata.bind': undefined }, 'template@odata.bind'],
    ['the URL of no template', { ...NEW_TEAM, 'template@odata.bind': 'standard' }, 'template@odata.bind'],
    ['no name', { ...NEW_TEAM, displayName: undefined }, 'displayName'],
    ['a blank name', { ...NEW_TEAM, displayName: ' ' }, 'displayName'],
    ['a long description', { ...NEW_TEAM, description: 'x'.repeat(1_025) }, 'description'],
    ['an unknown visibility', { ...NEW_TEAM, visibility: 'secret' }, 'visibility'],
    ['the sentinel', { ...NEW_TEAM, visibility: 'unknownFutureValue' }, 'visibility'],
    ['a channel without name', { ...NEW_TEAM, channels: [{}] }, 'channels/0/displayName'],
    ['a member without user', { ...NEW_TEAM, members: [{ roles: ['owner'] }] }, 'members/0'],
    ['a date that is none', { ...NEW_TEAM, createdDateTime: 'yesterday' }, 'createdDateTime'],
    ['a group and a name', { ...NEW_TEAM, ...group }, 'displayName'],
    ['a type of something else', { ...NEW_TEAM, '@odata.type': '#microsoft.graph.chat' }, '@odata.type'],
  ])('rejects %s', async (_title, body, target) => {
    const { status, body: answer } = await newTeamsWorld().call('POST', '/teams', { body });
    expect(status).toBe(400);
    expect(answer.error.details.map((detail: { target: string }) => detail.target)).toContain(target);
    expect(JSON.stringify(answer)).not.toContain('undefined');
  });

  test.each([
    ['[]', 'The request body must be a JSON object.'],
    ['', 'Empty Payload. JSON content expected.'],
    [JSON.stringify({ ...NEW_TEAM, createdDateTime: '1969-01-01T00:00:00Z' }), /teamCreationMode/],
    [
      JSON.stringify({
        ...NEW_TEAM,
        createdDateTime: '2999-01-01T00:00:00Z',
        '@microsoft.graph.teamCreationMode': 'migration',
      }),
      'createdDateTime cannot be in the future.',
    ],
  ])('rejects the body %s', async (body, message) => {
    const answer = await newTeamsWorld().call('POST', '/teams', { body });
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toEqual(expect.stringMatching(message));
  });
});

describe.each(STARTERS)('the starter of $type', ({ type, path, options, target }) => {
  test('starts an operation of its type, whose target is what it changes', async () => {
    const world = newTeamsWorld();
    const team = await world.createTeam();
    const channel = await channelOf(world, team);
    const started = await world.call('POST', path(team, channel), options);
    expect({ status: started.status, text: started.text }).toEqual({ status: 202, text: '' });
    expect(started.headers.get('content-location')).toBe(`/teams('${team}')`);
    await world.pass(3);
    const { body } = await world.call('GET', started.headers.get('location') ?? '');
    expect(body).toMatchObject({ operationType: type, status: 'succeeded' });
    expect(body.targetResourceLocation).toEqual(target(team, channel));
    expect((await world.call('GET', body.targetResourceLocation)).body.id).toBe(body.targetResourceId);
  });

  test('finds no team before there is one', async () => {
    const answer = await newTeamsWorld().call('POST', path(GROUP, '19:x@thread.tacv2'), options);
    expect(answer.status).toBe(404);
    expect(answer.body.error).toMatchObject({ code: 'NotFound', message: `No team found with Group Id ${GROUP}.` });
  });

  test('changes nothing when its operation fails', async () => {
    const world = newTeamsWorld();
    const team = await world.createTeam();
    const before = (await world.call('GET', `/teams/${team}`)).body;
    const call = { ...options, prefer: 'lro-scenario=quick-failure' };
    const started = await world.call('POST', path(team, await channelOf(world, team)), call);
    expect(started.headers.get('preference-applied')).toBe('lro-scenario=quick-failure');
    await world.pass(10);
    const { body } = await world.call('GET', started.headers.get('location') ?? '');
    expect(body).toMatchObject({ status: 'failed', error: { code: 'TeamUnavailable' }, targetResourceLocation: null });
    expect((await world.call('GET', `/teams/${team}`)).body).toEqual(before);
  });

  test('is throttled, rejected and misnamed as the scenario says', async () => {
    const world = newTeamsWorld();
    const team = await world.createTeam();
    const channel = await channelOf(world, team);
    const start = (scenario: string) =>
      world.call('POST', path(team, channel), { ...options, prefer: `lro-scenario=${scenario}` });
    const throttled = await start('throttled-start');
    expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '1']);
    expect((await start('throttled-start')).status).toBe(202);
    expect((await start('throttled-start')).status).toBe(429);
    for (let times = 0; times < 3; times += 1)
      expect((await start('rejected-start')).body.error).toMatchObject({ code: 'Forbidden' });
    expect((await start('nonsense')).status).toBe(400);
  });

  test('is closed to whoever lacks the permission, and to personal accounts', async () => {
    const weak = newTeamsWorld({ permissions: ['Chat.ReadWrite'] });
    const denied = await weak.call('POST', path(GROUP, 'x'), options);
    expect([denied.status, denied.body.error.message]).toEqual([403, expect.stringMatching(/API requires one of/)]);
    const personal = newTeamsWorld({ isPersonalAccount: true });
    expect((await personal.call('POST', path(GROUP, 'x'), options)).status).toBe(403);
  });
});

describe('a team', () => {
  test('is archived and restored late, with its channels', async () => {
    const world = newTeamsWorld();
    const team = await world.createTeam();
    const channel = await channelOf(world, team);
    const isArchived = async () => [
      (await world.call('GET', `/teams/${team}?$select=isArchived`)).body.isArchived,
      (await world.call('GET', `/teams/${team}/channels/${channel}`)).body.isArchived,
    ];
    await world.call('POST', `/teams/${team}/archive`);
    expect(await isArchived()).toEqual([false, false]);
    await world.pass(3);
    expect(await isArchived()).toEqual([true, true]);
    const closed = await world.call('POST', `/teams/${team}/channels/${channel}/archive`);
    expect(closed.status).toBe(400);
    expect(closed.body.error.message).toBe(
      `Team has to be active, for channel to be archived or unarchived: ${channel}`,
    );
    await world.call('POST', `/teams/${team}/unarchive`);
    await world.pass(3);
    expect(await isArchived()).toEqual([false, false]);
    await world.call('POST', `/teams/${team}/channels/${channel}/archive`);
    await world.pass(3);
    expect(await isArchived()).toEqual([false, true]);
  });

  test('is cloned with the parts that were asked for', async () => {
    const world = newTeamsWorld();
    const team = await world.createTeam();
    const clone = async (partsToClone: string) => {
      const body = { displayName: 'Water', mailNickname: 'water', partsToClone };
      const started = await world.call('POST', `/teams/${team}/clone`, { body });
      await world.pass(3);
      const { targetResourceLocation } = (await world.call('GET', started.headers.get('location') ?? '')).body;
      const { value } = (await world.call('GET', `${targetResourceLocation}/channels`)).body;
      const names = value.map(({ displayName }: { displayName: string }) => displayName);
      return { ...(await world.call('GET', targetResourceLocation)).body, names };
    };
    expect(await clone('apps, channels')).toMatchObject({
      displayName: 'Water',
      description: 'Water',
      visibility: 'private',
      names: ['General', 'Readings'],
    });
    expect(await clone('members')).toMatchObject({ names: ['General'] });
  });

  test.each<[string, object, string]>([
    ['no name', { ...CLONE, displayName: undefined }, 'displayName'],
    ['no parts', { ...CLONE, partsToClone: undefined }, 'partsToClone'],
    ['a part that there is not', { ...CLONE, partsToClone: 'apps,walls' }, 'partsToClone'],
    ['a parameter that there is not', { ...CLONE, colour: 'red' }, 'colour'],
    ['a mail alias that is too long', { ...CLONE, mailNickname: 'a'.repeat(257) }, 'mailNickname'],
  ])('is not cloned for a body with %s', async (_title, body, target) => {
    const { status, body: answer } = await newTeamsWorld().call('POST', `/teams/${GROUP}/clone`, { body });
    expect(status).toBe(400);
    expect(answer.error.details).toMatchObject([{ target }]);
  });

  test('takes no more changes at once than can be kept', async () => {
    const world = newTeamsWorld();
    const team = await world.createTeam();
    const archive = () => world.call('POST', `/teams/${team}/archive`, { prefer: 'lro-scenario=slow-success' });
    for (let times = 0; times < 100; times += 1) expect((await archive()).status).toBe(202);
    const { status, headers } = await archive();
    expect([status, headers.get('retry-after')]).toEqual([429, '1']);
    await world.pass(301);
    expect((await archive()).status).toBe(202);
    expect((await world.call('GET', `/teams/${team}`)).body.isArchived).toBe(true);
  });

  test('is made of a group at once by PUT', async () => {
    const world = newTeamsWorld({ permissions: ['Group.ReadWrite.All'] });
    const put = () => world.call('PUT', `/groups/${GROUP}/team`, { body: { memberSettings: {}, description: 'All' } });
    expect(await put()).toMatchObject({ status: 201, body: { id: GROUP, description: 'All', isArchived: false } });
    expect((await world.call('GET', `/teams/${GROUP}`)).status).toBe(200);
    expect((await put()).status).toBe(409);
  });
});

describe('POST /chats', () => {
  const chat = { chatType: 'oneOnOne', members: MEMBERS };

  test('creates a group chat at once, and one chat for two people however often it is asked for', async () => {
    const world = newTeamsWorld();
    const body = { chatType: 'group', topic: 'Wind', members: MEMBERS };
    const group = await world.call('POST', '/chats', { body });
    expect(group).toMatchObject({ status: 201, body: { chatType: 'group', topic: 'Wind' } });
    expect((await world.call('GET', `/chats/${group.body.id}`)).body).toMatchObject({ topic: 'Wind' });
    const first = await world.call('POST', '/chats', { body: chat });
    const ids = USERS.toSorted();
    expect(first.body.id).toBe(`19:${ids.join('_')}@unq.gbl.spaces`);
    await world.pass(60);
    const second = await world.call('POST', '/chats', { body: { ...chat, members: MEMBERS.toReversed() } });
    expect(second.body).toEqual(first.body);
  });

  test('with an app takes an operation, which names the app', async () => {
    const world = newTeamsWorld();
    const app = 'https://graph.microsoft.com/beta/appCatalogs/teamsApps/05F59CEC-A742-4A50-A62E-202A57E478A4';
    const body = { ...chat, installedApps: [{ 'teamsApp@odata.bind': app }] };
    const started = await world.call('POST', '/chats', { body, version: 'beta' });
    expect({ status: started.status, text: started.text }).toEqual({ status: 202, text: '' });
    const location = started.headers.get('location') ?? '';
    expect(location).toMatch(
      new RegExp(`^/chats\\('19:${GUID}_${GUID}@unq\\.gbl\\.spaces'\\)/operations\\('${GUID}-${GUID}-${GUID}'\\)$`),
    );
    const target = started.headers.get('content-location') ?? '';
    expect((await world.call('GET', target, { version: 'beta' })).status).toBe(404);
    await world.pass(3);
    const { body: operation } = await world.call('GET', location, { version: 'beta' });
    expect(operation).toMatchObject({
      operationType: 'createChat',
      status: 'succeeded',
      targetResourceLocation: target,
      values: '{"appIds":["05F59CEC-A742-4A50-A62E-202A57E478A4"]}',
    });
    expect((await world.call('GET', target, { version: 'beta' })).body.chatType).toBe('oneOnOne');
  });

  test.each<[string, object, string]>([
    ['no type', { members: MEMBERS }, 'chatType'],
    ['a meeting', { ...chat, chatType: 'meeting' }, 'chatType'],
    ['one member of two', { ...chat, members: MEMBERS.slice(1) }, 'members'],
    ['the same member twice', { ...chat, members: [MEMBERS[0], MEMBERS[0]] }, 'members'],
    ['a topic of two people', { ...chat, topic: 'Wind' }, 'topic'],
    ['two apps', { ...chat, installedApps: [{}, {}] }, 'installedApps'],
  ])('rejects %s', async (_title, body, target) => {
    const { status, body: answer } = await newTeamsWorld().call('POST', '/chats', { body });
    expect(status).toBe(400);
    expect(answer.error.details.map((detail: { target: string }) => detail.target)).toContain(target);
  });
});

describe('the operations of a team', () => {
  const body = {
    operationType: 'createTeam',
    status: 'inProgress',
    lastActionDateTime: '2026-01-01T00:00:00Z',
    attemptsCount: 0,
  };
  const create = (world: TeamsWorld, path: string, changes: object = {}) =>
    world.call('POST', `${path}/operations`, { body: { ...body, ...changes } });

  test.each(['v1.0', 'beta'] as const)(
    'are created, read, listed, counted, changed and deleted in %s',
    async (version) => {
      const world = newTeamsWorld();
      const path = `/teams/${GROUP}/operations`;
      const created = await world.call('POST', path, { body: { ...body, id: 'it' }, version });
      expect(created.status).toBe(201);
      expect(created.headers.get('location')).toBe(`https://graph.example/${version}/teams/${GROUP}/operations/it`);
      expect(created.body['@odata.context']).toBe(
        `https://graph.example/${version}/$metadata#teams('${GROUP}')/operations/$entity`,
      );
      for (const form of [`${path}/it`, `/teams('${GROUP}')/operations('it')`, `/groups/${GROUP}/team/operations/it`])
        expect((await world.call('GET', form, { version })).body.id).toBe('it');
      const listed = await world.call('GET', `${path}?$filter=status eq 'inProgress'&$top=1&$count=true&$select=id`, {
        version,
      });
      expect(listed.body.value).toMatchObject([{ id: 'it' }]);
      expect((await world.call('GET', `${path}/$count`, { version })).text).toBe('1');
      expect((await world.call('PATCH', `${path}/it`, { body: { status: 'succeeded' }, version })).body.status).toBe(
        'succeeded',
      );
      expect((await world.call('DELETE', `${path}/it`, { version })).status).toBe(204);
      expect((await world.call('GET', `${path}/it`, { version })).status).toBe(404);
    },
  );

  test('are the same for a user’s joined teams, and none of a chat of the same id', async () => {
    const world = newTeamsWorld();
    await create(world, `/teams/${GROUP}`, { id: 'it' });
    expect((await world.call('GET', `/users/me/joinedTeams/${GROUP}/operations/it`)).status).toBe(200);
    expect((await world.call('GET', `/chats/${GROUP}/operations/it`, { version: 'beta' })).status).toBe(404);
    const forged = `/chats/${encodeURIComponent(`teams/${GROUP}`)}/operations/it`;
    expect((await world.call('GET', forged, { version: 'beta' })).status).toBe(400);
  });

  test('need permissions of teams, and those of chats those of chats', async () => {
    const ofChats = newTeamsWorld({ permissions: ['Chat.ReadWrite'] });
    expect((await ofChats.call('GET', `/teams/${GROUP}/operations`)).status).toBe(403);
    expect((await ofChats.call('GET', `/teams/${GROUP}/operations/x/status`)).status).toBe(403);
    const ofTeams = newTeamsWorld({ permissions: ['Team.ReadBasic.All'] });
    expect((await ofTeams.call('GET', `/teams/${GROUP}/operations`)).status).toBe(200);
    expect((await ofTeams.call('GET', `/teams/${GROUP}/operations/x/status`)).status).toBe(404);
    expect((await create(ofTeams, `/teams/${GROUP}`)).status).toBe(403);
    expect((await ofTeams.call('GET', '/chats/x/operations', { version: 'beta' })).status).toBe(403);
    const starter = newTeamsWorld({ kind: 'application', permissions: ['Team.Create'] });
    expect((await starter.call('GET', `/teams/${GROUP}/operations`)).status).toBe(200);
    const personal = newTeamsWorld({ isPersonalAccount: true });
    expect((await personal.call('GET', `/teams/${GROUP}/operations`)).status).toBe(403);
  });

  test.each([
    ['createTeam', new RegExp(`^/teams\\('${GROUP}'\\)$`)],
    ['cloneTeam', new RegExp(`^/teams\\('(?!${GROUP})${GUID}'\\)$`)],
    ['archiveTeam', new RegExp(`^/teams\\('${GROUP}'\\)$`)],
    ['createChannel', new RegExp(`^/teams\\('${GROUP}'\\)/channels\\('19:[\\da-f]{32}@thread\\.tacv2'\\)$`)],
    ['createChat', /^\/chats\('19:[\da-f]{32}@thread\.v2'\)$/],
  ])('of the type %s get a target of its form from the simulator, which appears', async (operationType, form) => {
    const world = newTeamsWorld();
    const options = { body: { ...body, operationType, id: 'it' }, prefer: 'lro-scenario=late-target' };
    await world.call('POST', `/teams/${GROUP}/operations`, options);
    await world.pass(10);
    const { targetResourceLocation } = (await world.call('GET', `/teams/${GROUP}/operations/it`)).body;
    expect(targetResourceLocation).toMatch(form);
    expect((await world.call('GET', targetResourceLocation)).status).toBe(404);
    await world.pass(60);
    expect((await world.call('GET', targetResourceLocation)).status).toBe(200);
  });

  test.each([
    ['asks to be repeatable', (now: number) => repeatableHeaders(now)],
    ['is a retry', () => ({ 'retry-attempt': '1', 'client-request-id': GROUP })],
  ])('change the team once when the request that creates one %s and comes again', async (_title, headersOf) => {
    const world = newTeamsWorld();
    const team = await world.createTeam();
    const headers = headersOf(world.clock.now());
    const prefer = 'lro-scenario=immediate-success';
    const archive = () =>
      world.call('POST', `/teams/${team}/operations`, {
        body: { ...body, operationType: 'archiveTeam' },
        prefer,
        headers,
      });
    const isArchived = async () => (await world.call('GET', `/teams/${team}`)).body.isArchived;
    const first = await archive();
    expect({ status: first.status, isArchived: await isArchived() }).toEqual({ status: 201, isArchived: true });
    await world.pass(10);
    await world.call('POST', `/teams/${team}/unarchive`, { prefer });
    await world.pass(10);
    expect((await archive()).body.id).toBe(first.body.id);
    await world.pass(10);
    expect(await isArchived()).toBe(false);
  });

  test('create a team whose id has a quote, which the context of its channels doubles', async () => {
    const world = newTeamsWorld();
    const path = "/teams('it''s %231')";
    const options = { body: { ...body, operationType: 'createTeam' }, prefer: 'lro-scenario=immediate-success' };
    expect((await world.call('POST', `${path}/operations`, options)).status).toBe(201);
    const { body: listed } = await world.call('GET', `${path}/channels?$select=id`);
    const context = "https://graph.example/v1.0/$metadata#teams('it''s%20%231')/channels(id)";
    expect(listed['@odata.context']).toBe(context);
    const { body: one } = await world.call('GET', `${path}/channels('${listed.value[0].id}')?$select=id`);
    expect(one['@odata.context']).toBe(`${context}/$entity`);
  });

  test('are there without the simulator, which is what starts them', async () => {
    const world = newTeamsWorld();
    const { callGraph } = await import('../support/call-handler.ts');
    const call = (method: string, path: string) =>
      callGraph({ method, path: `https://graph.example/v1.0${path}` }, { ...world.dependencies, simulator: null });
    expect((await call('GET', `/teams/${GROUP}/operations`)).status).toBe(200);
    const off = await call('POST', '/teams');
    expect(off.body.error.message).toBe("Resource not found for the segment 'teams'.");
  });
});

test('$batch in v1.0 carries requests for teams and their operations', async () => {
  const world = newTeamsWorld();
  const team = await world.createTeam();
  const requests = [
    { id: '1', method: 'GET', url: `/teams/${team}/operations` },
    { id: '2', method: 'POST', url: `/teams/${team}/archive` },
    { id: '3', method: 'GET', url: '/chats/x/operations' },
  ];
  const { body } = await world.call('POST', '/$batch', { body: { requests } });
  expect(body.responses).toMatchObject([
    { status: 200, body: { value: [{ operationType: 'createTeam' }] } },
    { status: 202, headers: { Location: expect.stringMatching(/^\/teams\(/) } },
    { status: 400 },
  ]);
});

test.each([
  ['PUT', '/teams', 405],
  ['GET', `/teams/${GROUP}/archive`, 405],
  ['DELETE', `/teams/${GROUP}`, 405],
  ['GET', `/teams/${GROUP}/members`, 400],
  ['GET', `/groups/${GROUP}`, 400],
  ['GET', '/teams/$count', 400],
  ['GET', `/teams/${GROUP}/channels/x/messages`, 400],
  ['GET', `/teams/${GROUP}?$filter=id eq 'x'`, 400],
  ['POST', '/chats/x/operations', 400],
  ['GET', '/subscriptions', 400],
])('%s /v1.0%s is answered %i', async (method, path, status) => {
  expect((await newTeamsWorld().call(method, path)).status).toBe(status);
});

function pick(from: object, ...names: readonly string[]): object {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}
