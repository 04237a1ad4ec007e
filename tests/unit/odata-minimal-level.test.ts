import { ROUTE_NAMES, type RouteName, routeOf, templateOf } from '../../shared/graph-http/routes.ts';
import type { TestResponse } from '../support/call-handler.ts';
import { exampleWith } from '../support/create-operation-request.ts';
import { newSubscriptionWorld } from '../support/subscription-world.ts';
import { type CallOptions, newTeamsWorld } from '../support/teams-world.ts';

// OData 4.01, part 1, section 13: the requirements of the minimal level, of 4.0 and of 4.01, by their numbers there.

const CHAT = '19:minimal@thread.v2';
const OPERATIONS = `/chats/${CHAT}/operations`;
const ONE = `${OPERATIONS}/one`;

const permissions = ['Chat.ReadWrite', 'Group.ReadWrite.All', 'ChannelSettings.ReadWrite.All'];
const world = newTeamsWorld({ permissions }, { notifications: newSubscriptionWorld().notifications });
let team = '';
let channel = '';

beforeAll(async () => {
  team = await world.createTeam();
  await world.pass(60);
  channel = (await call('GET', `/teams/${team}/channels`)).body.value[0].id;
  for (const changes of [
    { id: 'one', status: 'failed', attemptsCount: 3 },
    { id: 'two', status: 'succeeded', operationType: 'createTeam' },
  ])
    await call('POST', OPERATIONS, { body: exampleWith(changes) });
});

/** In beta, which has all. */
function call(method: string, path: string, options: CallOptions = {}): Promise<TestResponse> {
  return world.call(method, path, { version: 'beta', ...options });
}

const idsOf = ({ body }: TestResponse) => body.value.map(({ id }: { id: string }) => id).toSorted();

/** An address of the route that leads to something. */
function pathOf(name: RouteName): string {
  return templateOf(name)
    .replace(/^beta/, '')
    .replace('{chatsId}', name === 'GetTarget' ? 'x' : CHAT)
    .replace('{operationId}', 'one')
    .replace('{property}', 'status')
    .replace('{teamId}', team)
    .replace('{groupId}', team)
    .replace('{channelId}', encodeURIComponent(channel));
}

/** The routes of OData that are read. */
const READ = ROUTE_NAMES.filter((name) => {
  const { methods, options, path } = routeOf(name);
  return options !== null && methods.includes('GET') && path !== 'openapi.json';
});

describe('4.0, 1 and 13: a version has', () => {
  test.each(['beta', 'v1.0'] as const)('%s a service document and its metadata as XML and as JSON', async (version) => {
    const { body } = await call('GET', '/', { version });
    const json = (await call('GET', '/$metadata?$format=json', { version })).body;
    const xml = (await call('GET', '/$metadata', { version })).text;
    for (const { name, kind, url } of body.value) {
      expect({ kind, url }).toEqual({ kind: 'EntitySet', url: name });
      expect(json['microsoft.graph'].GraphService).toHaveProperty(name);
      expect(xml).toContain(`<EntitySet Name="${name}"`);
    }
  });
});

test('4.0, 3: a partial result has a next link, and the links lead to everything once', async () => {
  const found: string[] = [];
  let path = `${OPERATIONS}?$top=1`;
  for (let pages = 0; path !== '' && pages < 5; pages += 1) {
    const answer = await call('GET', path);
    found.push(...idsOf(answer));
    path = (answer.body['@odata.nextLink'] ?? '').replace(/^.*\/beta/, '');
  }
  expect(found.toSorted()).toEqual(['one', 'two']);
});

describe('4.0, 4: the OData-Version is in the response to', () => {
  test.each<[string, string, CallOptions, number]>([
    ['GET', '/', {}, 200],
    ['GET', '/$metadata', {}, 200],
    ['GET', OPERATIONS, {}, 200],
    ['GET', ONE, {}, 200],
    ['GET', `${ONE}/status/$value`, {}, 200],
    ['GET', `${ONE}/targetResourceId/$value`, { headers: { 'if-none-match': '*' } }, 200],
    ['GET', ONE, { headers: { 'if-none-match': '*' } }, 304],
    ['GET', `${OPERATIONS}/$count`, {}, 200],
    ['PATCH', ONE, { body: { attemptsCount: 3 }, prefer: 'return=minimal' }, 204],
    ['PATCH', ONE, { body: { attemptsCount: 3 }, headers: { 'if-match': '"other"' } }, 412],
    ['POST', OPERATIONS, { body: '{' }, 400],
    ['GET', `${OPERATIONS}/missing`, {}, 404],
    ['PUT', ONE, {}, 405],
    ['GET', '/nothing', {}, 400],
    ['POST', '/$batch', { body: { requests: [{ id: '1', method: 'GET', url: ONE }] } }, 200],
  ])('%s %s %j', async (method, path, options, status) => {
    const answer = await call(method, path, options);
    expect({ status: answer.status, version: answer.headers.get('odata-version') }).toEqual({ status, version: '4.0' });
  });

  test('a request that starts an operation', async () => {
    const { status, headers } = await call('POST', `/teams/${team}/archive`);
    expect({ status, version: headers.get('odata-version') }).toEqual({ status: 202, version: '4.0' });
  });
});

describe('4.0, 5: a request fails that takes no OData 4.0', () => {
  test.each(ROUTE_NAMES.filter((name) => routeOf(name).options !== null))('%s', async (name) => {
    const [method = ''] = routeOf(name).methods;
    const { status, body } = await call(method, pathOf(name), { headers: { 'odata-maxversion': '3.0' } });
    expect({ status, message: body.error.message }).toEqual({
      status: 400,
      message: expect.stringContaining("The OData-MaxVersion '3.0' is not supported"),
    });
  });

  test.each([
    ['', 200, 'application/xml;charset=utf-8'],
    ['?$format=json', 400, 'application/json'],
  ])('GET /$metadata%s as JSON, with which only 4.01 came', async (query, status, type) => {
    const headers = { 'odata-maxversion': '4.0', accept: 'application/json' };
    const answer = await call('GET', `/$metadata${query}`, { headers });
    expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({ status, type });
  });
});

describe('4.0, 6: extensions that nobody knows are ignored by', () => {
  test.each(READ)('%s', async (name) => {
    const plain = await call('GET', pathOf(name));
    const extended = await call('GET', `${pathOf(name)}?_=1&x-y=2&@unused='a'`, {
      prefer: 'colour=red, odata.continue-on-error',
      headers: { 'x-custom': 'a', accept: 'application/json;colour=red, */*' },
    });
    expect({ status: extended.status, text: withoutIds(extended) }).toEqual({
      status: plain.status,
      text: withoutIds(plain),
    });
  });
});

function withoutIds({ text }: TestResponse): string {
  return text.replaceAll(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, 'an id');
}

const OPTIONS = ['apply', 'compute', 'count', 'deltatoken', 'expand', 'filter', 'format', 'orderby', 'schemaversion'];
const MORE_OPTIONS = ['search', 'select', 'skip', 'skiptoken', 'top', 'unknown'];

describe('4.0, 7: each system query option that is not supported fails at', () => {
  test.each(READ)('%s', async (name) => {
    const supported: readonly string[] = routeOf(name).options ?? [];
    for (const option of [...OPTIONS, ...MORE_OPTIONS].filter((one) => !supported.includes(one))) {
      const { status } = await call('GET', `${pathOf(name)}?$${option}=1`);
      expect({ option, status }).toEqual({ option, status: 400 });
    }
  });
});

test('4.0, 8: all types are of CSDL, or declared', async () => {
  const { text } = await call('GET', '/$metadata');
  const declared = [...text.matchAll(/<(?:EntityType|ComplexType|EnumType) Name="(\w+)"/g)].map(([, name]) => name);
  const used = [...text.matchAll(/ (?:Type|BaseType)="(?:Collection\()?([\w.]+)\)?"/g)].map(([, name = '']) => name);
  const unknown = used.filter((name) => !/^Edm\.(?:String|Int32|Boolean|DateTimeOffset)$/.test(name));
  expect(unknown.filter((name) => !declared.includes(name.replace(/^(?:microsoft\.)?graph\./, '')))).toEqual([]);
});

describe('4.0, 14 and 4.01, 4: with the prefix odata. and without it', () => {
  test.each(['maxpagesize=1', 'odata.maxpagesize=1', 'OData.MaxPageSize="1"'])('Prefer: %s', async (prefer) => {
    const { headers, body } = await call('GET', OPERATIONS, { prefer });
    expect({ length: body.value.length, applied: headers.get('preference-applied') }).toEqual({
      length: 1,
      applied: 'odata.maxpagesize=1',
    });
  });

  test.each(['metadata=full', 'odata.metadata=full'])('Accept: application/json;%s', async (parameter) => {
    for (const path of [ONE, `/teams/${team}`, `/teams/${team}/channels/${encodeURIComponent(channel)}`]) {
      const { body } = await call('GET', path, { headers: { accept: `application/json;${parameter}` } });
      expect(body).toMatchObject({ '@odata.type': expect.any(String), '@odata.id': expect.any(String) });
      expect(body['createdDateTime@odata.type']).toBe('#DateTimeOffset');
    }
  });

  test.each(['metadata=none', 'odata.metadata=none'])('Accept: application/json;%s', async (parameter) => {
    for (const path of ['/', OPERATIONS, ONE, `/teams/${team}`, `/teams/${team}/channels`]) {
      const { text } = await call('GET', path, { headers: { accept: `application/json;${parameter}` } });
      expect(text).not.toMatch(/@odata\.(?!count|nextLink)/);
    }
  });
});

describe('4.0, 15 and 4.01, 9: a URL may have', () => {
  test.each<[string, readonly string[]]>([
    ["status eq 'failed'", ['one']],
    ["status eq microsoft.graph.teamsAsyncOperationStatus'failed'", ['one']],
    ["status eq graph.teamsAsyncOperationStatus'failed'", ['one']],
    ["attemptsCount eq cast('3',Edm.Int32)", ['one']],
    ["attemptsCount lt CAST('2.5','Edm.Double')", ['two']],
    ["createdDateTime gt cast('2021-01-01T00:00:00Z',Edm.DateTimeOffset)", ['one', 'two']],
    ["cast('one',Edm.String) eq id", ['one']],
    ["status eq cast('failed',graph.teamsAsyncOperationStatus)", ['one']],
    ["(id eq 'one') eq cast('true',Edm.Boolean)", ['one']],
  ])('$filter=%s', async (filter, ids) => {
    expect(idsOf(await call('GET', `${OPERATIONS}?$filter=${encodeURIComponent(filter)}`))).toEqual(ids);
  });

  test.each([
    "cast('x',Edm.Int32) eq attemptsCount",
    "cast('3 ',Edm.Int32) eq attemptsCount",
    "cast('null',Edm.Boolean) eq true",
    "cast('3',Edm.Duration) eq attemptsCount",
    'cast(attemptsCount,Edm.String) eq id',
    "cast('3') eq attemptsCount",
  ])('no $filter=%s', async (filter) => {
    expect((await call('GET', `${OPERATIONS}?$filter=${encodeURIComponent(filter)}`)).status).toBe(400);
  });

  test.each<[string, CallOptions]>([
    ['no body', {}],
    ['an empty body', { body: '' }],
    ['an empty object', { body: {} }],
  ])('an action without parameters with %s', async (_body, options) => {
    const paths = [`/teams/${team}/unarchive`, `/teams/${team}/channels/${encodeURIComponent(channel)}/unarchive`];
    for (const path of paths) expect((await call('POST', path, options)).status).toBe(202);
  });

  test.each(['', 'graph.', 'microsoft.graph.'])('the name of an action with the prefix "%s"', async (prefix) => {
    for (const action of ['archive', 'unarchive'])
      expect((await call('POST', `/teams/${team}/${prefix}${action}`)).status).toBe(202);
    expect((await call('POST', `/subscriptions/x/${prefix}reauthorize`)).status).toBe(404);
  });

  test.each([
    `/chats(@c)/operations('one')?@c='${CHAT}'`,
    `/chats('${CHAT}')/operations(@id)?@id='one'`,
    `/chats(id=@c)/operations(id=@id)?@id=%27one%27&@c='${CHAT}'`,
    `/me/chats(@c)/operations/one?@c='${CHAT}'`,
  ])('an alias for a key: %s', async (path) => {
    expect(await call('GET', path)).toMatchObject({ status: 200, body: { id: 'one' } });
  });

  test.each(['/', '\\', 'it’s', "it''s"])('a key with %s in an alias', async (key) => {
    const quoted = encodeURIComponent(key);
    const made = await call('POST', `/chats(@c)/operations?@c='a${quoted}b'`, { body: exampleWith({ id: 'it' }) });
    expect(made.status).toBe(201);
    const direct = encodeURIComponent(`a${key.replaceAll("''", "'")}b`);
    expect((await call('GET', `/chats/${direct}/operations/it`)).status).toBe(200);
  });

  test.each([`/chats(@c)/operations/one`, `/chats(@c)/operations/one?@c=${CHAT}`, `/chats(@c)/operations/one?@c=`])(
    'no alias without a string: %s',
    async (path) => {
      expect((await call('GET', path)).body.error.message).toBe("Resource not found for the segment 'chats(@c)'.");
    },
  );
});

describe('4.01, 6 and 7: names of options, operators and functions are known', () => {
  test.each<[string, readonly string[]]>([
    ["filter=id eq 'one'", ['one']],
    ["$FILTER=ID EQ 'one'", []],
    ["FILTER=id EQ 'one' AND NOT (attemptsCount LT 3)", ['one']],
    ["$filter=STARTSWITH(id,'o') OR id IN ('two')", ['one', 'two']],
    ['$Filter=attemptsCount MUL 2 eq 6', ['one']],
    ['filter=targetResourceId NE NULL', ['one', 'two']],
    ['top=1&ORDERBY=id DESC', ['two']],
    ['$SKIP=1&$OrderBy=id asc', ['two']],
    ['Count=TRUE', ['one', 'two']],
    ['SELECT=id', ['one', 'two']],
    ['search=two', ['two']],
  ])('in any case, with $ and without: ?%s', async (query, ids) => {
    expect(idsOf(await call('GET', `${OPERATIONS}?${query.replaceAll(' ', '%20')}`))).toEqual(ids);
  });

  test('4.01, 8: names in responses are those of the metadata, whatever was asked', async () => {
    const csdl = (await call('GET', '/$metadata?$format=json')).body['microsoft.graph'];
    const { body } = await call('GET', `/CHATS/${CHAT}/Operations/one`);
    const names = Object.keys(body).filter((name) => !name.includes('@') && name !== 'id');
    for (const name of names) expect(csdl.teamsAsyncOperation).toHaveProperty(name);
  });
});

test('4.01, 12 and 13: the metadata names the versions and what is supported', async () => {
  const { GraphService } = (await call('GET', '/$metadata?$format=json')).body['microsoft.graph'];
  expect(GraphService['@Org.OData.Core.V1.ODataVersions']).toBe('4.01');
  const restrictions = GraphService.teams['@Org.OData.Capabilities.V1.NavigationRestrictions'].RestrictedProperties;
  expect(restrictions).toMatchObject([
    { NavigationProperty: 'operations', ReadRestrictions: { Readable: true }, TopSupported: true },
    { NavigationProperty: 'channels', InsertRestrictions: { Insertable: false }, TopSupported: false },
  ]);
});

describe('a service that can be updated', () => {
  test('19, 27: answers POST with the entity and its Location', async () => {
    const { status, headers } = await call('POST', OPERATIONS, { body: exampleWith({ id: 'made' }) });
    expect(status).toBe(201);
    const location = (headers.get('location') ?? '').replace(/^.*\/beta/, '');
    expect(await call('GET', location)).toMatchObject({ status: 200, body: { id: 'made' } });
    expect((await call('DELETE', location)).status).toBe(204);
    expect((await call('GET', location)).status).toBe(404);
  });

  test('28: names what it created without showing it', async () => {
    const options = { body: exampleWith({ id: 'hidden' }), prefer: 'return=minimal' };
    const { status, headers } = await call('POST', OPERATIONS, options);
    expect({ status, id: headers.get('odata-entityid') }).toEqual({ status: 204, id: headers.get('location') });
    await call('DELETE', `${OPERATIONS}/hidden`);
  });

  test('a count is a string for who cannot read numbers of 64 bits', async () => {
    const headers = { accept: 'application/json;IEEE754Compatible=true' };
    for (const path of [`${OPERATIONS}?$count=true`, `/teams/${team}/channels`])
      expect((await call('GET', path, { headers })).body['@odata.count']).toBe('2');
  });
});
