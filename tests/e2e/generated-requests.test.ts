import fc from 'fast-check';
import { type HttpMethod, placesOf, ROUTE_NAMES, type RouteName } from '../../shared/graph-http/routes.ts';
import { parseConditions } from '../../shared/odata/query-options/list-options.ts';
import { readQueryOptions } from '../../shared/odata/request-options.ts';
import { exampleWith, JSON_TYPE, operationsPath, type RawRequest } from '../support/create-operation-request.ts';
import { type CsdlDocument, problemsOfEntity } from '../support/csdl-check.ts';
import { passes } from '../support/evaluate-condition.ts';
import { newOperation } from '../support/operations.ts';
import { type HttpResponse, sendRequest } from '../support/send-request.ts';
import { startStack, type TestStack } from '../support/stack.ts';

/** `GENERATED_REQUESTS=50000 npx jest generated-requests` for the long version. */
const REQUESTS = Number(process.env.GENERATED_REQUESTS ?? 400);
const AT_ONCE = 8;
const SCOPES = ['Chat.ReadWrite', 'Group.ReadWrite.All', 'ChannelSettings.ReadWrite.All'];

/** The operations of this chat no generated request writes: what a filter finds among them is computed. */
const FIXED = '19:fixed@thread.v2';
const OPERATIONS = [
  newOperation({ id: 'a', status: 'failed', attemptsCount: 3, error: { code: 'TeamUnavailable', message: 'Gone' } }),
  newOperation({ id: "b's", operationType: 'archiveTeam', attemptsCount: 0, targetResourceId: 'one' }),
  newOperation({ id: 'one', createdDateTime: '2021-05-27T21:23:41.5Z', dynamicProperties: { colour: 'red', size: 4 } }),
  newOperation({ id: 'TWO', status: 'succeeded', attemptsCount: -2, dynamicProperties: { colour: null } }),
];

let stack: TestStack;
let token: string;
let csdl: Readonly<Record<string, CsdlDocument>>;
/** What the keys of addresses are taken from. */
const ids = { teams: [] as string[], channels: [] as string[] };

beforeAll(async () => {
  stack = await startStack({ env: { NOTIFICATION_PRIVATE_TARGETS: 'allow' } });
  token = await stack.issuer.mint({ scopes: SCOPES });
  const documents = ['beta', 'v1.0'].map(async (version) => {
    const { body } = await send(version, { path: '/$metadata?$format=json' });
    return [version, body] as const;
  });
  csdl = Object.fromEntries(await Promise.all(documents));
  for (const { dynamicProperties, ...operation } of OPERATIONS) {
    const body = exampleWith({ ...operation, ...dynamicProperties });
    const made = await send('beta', { method: 'POST', path: operationsPath(FIXED), headers: JSON_TYPE, body });
    expect(made.status).toBe(201);
  }
  await makeTeam();
});
afterAll(() => stack?.close());

function send(version: string, { headers, ...request }: RawRequest): Promise<HttpResponse> {
  const authorization = `Bearer ${token}`;
  // sendRequest() holds the response against the OpenAPI document of the version.
  return sendRequest(`${stack.functionsUrl}/${version}`, { ...request, headers: { authorization, ...headers } });
}

async function makeTeam(): Promise<void> {
  const headers = { ...JSON_TYPE, prefer: 'lro-scenario=immediate-success' };
  const started = await send('v1.0', { method: 'POST', path: '/teams', headers, body: NEW_TEAM });
  const team = /^\/teams\('(?<id>[^']+)'\)/.exec(started.headers.get('content-location') ?? '')?.groups?.id ?? '';
  const { body } = await send('v1.0', { path: `/teams/${team}/channels` });
  ids.teams.push(team);
  ids.channels.push(encodeURIComponent(body.value[0].id));
}

const NEW_TEAM = JSON.stringify({
  'template@odata.bind': "https://graph.microsoft.com/v1.0/teamsTemplates('standard')",
  displayName: 'A team',
});

const property = fc.constantFrom('id', 'status', 'attemptsCount', 'createdDateTime', 'error/code', 'colour', '$it/id');
const value = fc.constantFrom("'failed'", "'4'", '3', '-1.5', 'null', 'true', '2021-05-27', 'INF', "'one'", '@a', '@b');
const operand = fc.oneof(
  property,
  value,
  fc
    .tuple(fc.constantFrom('length', 'tolower', 'trim', 'year', 'date', 'nothing'), property)
    .map(([f, p]) => `${f}(${p})`),
  fc.tuple(property, fc.constantFrom('add', 'div', 'mod', 'mul')).map(([p, o]) => `${p} ${o} 2`),
  fc.tuple(property, fc.integer({ min: -3, max: 3 })).map(([p, start]) => `substring(${p},${start})`),
  fc.tuple(value, fc.constantFrom('Edm.Int32', 'Edm.String', 'Edm.Date', 'x')).map(([v, type]) => `cast(${v},${type})`),
);
const comparison = fc.oneof(
  fc.tuple(operand, fc.constantFrom('eq', 'ne', 'gt', 'LE', 'has'), operand).map((parts) => parts.join(' ')),
  fc.tuple(property, value, value).map(([of, first, second]) => `${of} in (${first},${second})`),
  fc.tuple(fc.constantFrom('contains', 'startswith', 'endsWith'), operand, value).map(([f, o, v]) => `${f}(${o},${v})`),
);
const { filter } = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparison,
    fc.tuple(tie('filter'), fc.constantFrom('and', 'OR'), tie('filter')).map(([l, o, r]) => `(${l}) ${o} (${r})`),
    tie('filter').map((inner) => `not (${inner})`),
  ),
}));
const option = fc.oneof(
  { weight: 3, arbitrary: filter.map((text) => `$filter=${encodeURIComponent(text)}`) },
  property.map((name) => `$select=${name}`),
  fc.tuple(property, fc.constantFrom('', '%20desc')).map((parts) => `$orderby=${parts.join('')}`),
  fc.constantFrom('$count=true', 'COUNT=false', '$top=2', '$top=0', '$top=x', '$skip=1', '$search=found OR one', '_=1'),
  fc.constantFrom('$format=json', '$format=xml', '$expand=a', '$apply=x', "@a='failed'", '@b=3', '$skiptoken=W10.x'),
  fc.constantFrom('$select=error($select=code)', '$format=application/json;metadata=full', '$unknown=1', '%ff'),
);
const query = fc.uniqueArray(option, { maxLength: 3, selector: (text) => text.split('=')[0] });

const headers = fc.record(
  {
    prefer: fc.constantFrom('return=minimal', 'odata.maxpagesize=1', 'lro-scenario=quick-failure', 'maxpagesize=x'),
    accept: fc.constantFrom('application/json;odata.metadata=none', 'application/json;metadata=full', 'text/html'),
    'if-match': fc.constantFrom('*', 'W/"other"', 'x'),
    'if-none-match': fc.constantFrom('*', '"other"'),
    'odata-maxversion': fc.constantFrom('4.0', '4.01', '3.0'),
    'client-request-id': fc.constantFrom('8d1ef5a0-0c35-4a33-a3c4-3a2f1b6f7a11', 'x'),
    'content-type': fc.constantFrom('text/plain', 'application/json;charset=utf-8'),
    'repeatability-request-id': fc.constantFrom('one'),
  },
  { requiredKeys: [] },
);

const MEMBER = { roles: ['owner'], 'user@odata.bind': "https://graph.microsoft.com/v1.0/users('me')" };
const OPERATION = JSON.parse(exampleWith({}));
const TEAM = JSON.parse(NEW_TEAM);
const CHAT = { chatType: 'group', topic: 'A topic', members: [MEMBER, MEMBER] };
/** What each route takes. */
const BODIES: Readonly<Partial<Record<RouteName, readonly object[]>>> = {
  CreateOperation: [OPERATION, { ...OPERATION, id: 'it', operationType: 'archiveTeam', any: { a: [1] } }],
  UpdateOperation: [
    { status: 'failed', error: { code: 'A', message: null } },
    { attemptsCount: 4, colour: 'blue' },
  ],
  CreateTeam: [TEAM, { ...TEAM, visibility: 'Private', members: [MEMBER], channels: [{ displayName: 'More' }] }],
  AddTeamToGroup: [{ description: 'For all' }],
  CloneTeam: [{ displayName: 'Copy', partsToClone: 'apps,tabs', mailNickname: 'copy' }],
  ArchiveTeam: [{ shouldSetSpoSiteReadOnlyForMembers: true }, {}],
  ArchiveChannel: [{}],
  CreateChat: [CHAT, { ...CHAT, installedApps: [{ 'teamsApp@odata.bind': 'x/teamsApps/1' }] }],
  Batch: [
    { requests: [{ id: '1', method: 'GET', url: '/teams/x/operations' }] },
    { requests: [{ id: '1', method: 'POST', url: '/teams', headers: JSON_TYPE, body: TEAM }] },
  ],
};
const strangeBody = fc.oneof(
  fc.constantFrom('', '{', '[]', 'null', '{"a":1,"a":2}', '{"attemptsCount":1.5}', '{"displayName":7}'),
  fc.constantFrom(...Object.values(BODIES).flat()).map((body) => JSON.stringify(body)),
  fc.object({ maxDepth: 1, maxKeys: 3 }).map((body) => JSON.stringify(body)),
);

/** In the batch all is carried out by the same handlers; these are for who runs the service, or no OData. */
const PLACES = (['beta', 'v1.0'] as const).flatMap((version) =>
  ROUTE_NAMES.flatMap((name) => placesOf(name, version))
    .filter(({ route }) => !['hosting', 'deadLetters', 'simulator'].includes(route.part))
    .map((place) => ({ ...place, version })),
);
/** A failure prints the name of a route, not all of it. */
function short<T extends object>(place: T): T {
  return Object.defineProperty({ ...place }, fc.toStringMethod, { value: () => JSON.stringify(Object(place).name) });
}

const keys = fc.record({
  chatsId: fc.constantFrom(FIXED, '19:written@thread.v2', 'it’s', ''),
  operationId: fc.constantFrom('a', 'it', "b's", 'missing', '$count'),
  property: fc.constantFrom('status', 'error/code', 'error', 'attemptsCount/$value', 'nothing'),
  subscriptionId: fc.constantFrom('x', '8d1ef5a0-0c35-4a33-a3c4-3a2f1b6f7a11'),
  team: fc.constantFrom(0, 0, 0, 1),
  inBrackets: fc.boolean(),
});
const METHODS: readonly HttpMethod[] = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'];
const generated = fc.record({
  place: fc.constantFrom(...PLACES).map(short),
  keys,
  owner: fc.constantFrom('', '', '', '/me', "/users('u')"),
  query,
  prefer: fc.option(fc.constantFrom('return=minimal', 'odata.maxpagesize=1', 'lro-scenario=quick-failure')),
  pick: fc.nat(),
  /** Any method, body, headers and options, whether they suit the route or not. Null: those that do. */
  strange: fc.option(fc.record({ method: fc.constantFrom(...METHODS), headers, body: strangeBody }), { freq: 3 }),
});
type Generated = typeof generated extends fc.Arbitrary<infer T> ? T : never;

/** The path of the place with keys, in one of their two forms. */
function pathOf({ place, keys: given, owner }: Generated): string {
  const team = ids.teams[given.team] ?? 'missing';
  const values: Readonly<Record<string, string>> = {
    chatsId: encodeURIComponent(given.chatsId),
    operationId: given.operationId === '$count' ? '$count' : encodeURIComponent(given.operationId),
    property: given.property,
    subscriptionId: given.subscriptionId,
    teamId: team,
    groupId: team,
    channelId: ids.channels[given.team] ?? 'missing',
  };
  const path = `/${place.route.path}`.replaceAll(/\/\{(\w+)\}/g, (_segment, name: string) => {
    const key = values[name] ?? '';
    const isKey = name !== 'property' && given.inBrackets && key !== '$count';
    return isKey ? `('${key.replaceAll("'", "''")}')` : `/${key}`;
  });
  return path.startsWith('/chats/') || path.startsWith('/chats(') ? owner + path : path;
}

function toRequest(given: Generated): RawRequest {
  const { place, prefer, strange } = given;
  const method = strange?.method ?? place.route.methods[0] ?? 'GET';
  const isRead = method === 'GET';
  // The fixed operations stay as they are.
  const path = isRead ? pathOf(given) : pathOf(given).replaceAll(/19(?::|%3A)fixed/gi, 'written');
  const body = method === 'DELETE' || isRead ? undefined : bodyOf(given);
  const search = searchOf(given);
  return {
    method,
    path: search === '' ? path : `${path}?${search}`,
    headers: { ...(body !== undefined && JSON_TYPE), ...(prefer !== null && { prefer }), ...strange?.headers },
    ...(body !== undefined && { body }),
  };
}

function describeRequest(given: Generated): string {
  return JSON.stringify([given.place.version, toRequest(given)]);
}

function bodyOf({ place, pick, strange }: Generated): string | undefined {
  if (strange) return strange.body;
  const known = BODIES[place.name] ?? [];
  return known.length === 0 ? undefined : JSON.stringify(known[pick % known.length]);
}

/** Options of other routes are rejected. */
function searchOf({ place, query: options, strange }: Generated): string {
  const suiting = options.filter((text) => {
    const name = /^\$?(?<name>[a-z]+)=/i.exec(text)?.groups?.name?.toLowerCase() ?? '';
    return place.route.options?.some((supported) => supported === name) || /^[@_]/.test(text);
  });
  return (strange ? options : suiting).join('&').replaceAll(' ', '%20');
}

const TYPES: readonly (readonly [RegExp, string])[] = [
  [/#(?:[^/]+\/)?(?:chats|teams)\('.*'\)\/operations(?:\([^()]*\))?(?:\/\$entity)?$/, 'graph.teamsAsyncOperation'],
  [/#teams\('.*'\)\/channels(?:\([^()]*\))?(?:\/\$entity)?$/, 'graph.channel'],
  [/#teams(?:\([^()]*\))?\/\$entity$/, 'graph.team'],
  [/#chats(?:\([^()]*\))?\/\$entity$/, 'graph.chat'],
  [/#subscriptions(?:\/\$entity)?$/, 'graph.subscription'],
];

/** What of a response is not as `$metadata` says. */
function problemsOf({ status, body: given }: HttpResponse, document: CsdlDocument | undefined): readonly string[] {
  const context: unknown = given?.['@odata.context'];
  if (status >= 300 || typeof context !== 'string' || !document) return [];
  const type = TYPES.find(([pattern]) => pattern.test(context))?.[1];
  // A property, or the service document.
  if (!type) return /#.*\/operations\('.*'\)\/[\w/]+$|\$metadata$/.test(context) ? [] : [`What is ${context}?`];
  const entities: readonly unknown[] = context.endsWith('/$entity') ? [given] : given.value;
  return entities.flatMap((entity) => problemsOfEntity(entity, type, document));
}

/** Null: it is no list of the fixed operations that has all that pass. */
function expectedIds(given: Generated): readonly string[] | null {
  const { place, keys: key, query: options, strange } = given;
  const isFixed = place.name === 'ListOperations' && !place.isOfTeams && key.chatsId === FIXED;
  if (!isFixed || strange || options.some((text) => /^\$(?:top|skip)/.test(text))) return null;
  const read = readQueryOptions(`?${searchOf(given)}`, place.route.options ?? []);
  const where = parseConditions(read, 'asStored');
  return OPERATIONS.filter((operation) => passes(where, operation)).map(({ id }) => id);
}

function idsOf({ body: given }: HttpResponse): readonly string[] | null {
  if (given['@odata.nextLink'] !== undefined) return null;
  const found: readonly unknown[] = given.value.map(({ id }: { id?: string }) => id);
  return found.every((id) => typeof id === 'string') ? found.toSorted() : null;
}

/** What is not as it must be; null: all is. */
function problemOf(given: Generated, response: HttpResponse): string | null {
  // Repeatable requests are not for all.
  if (response.status >= 500 && response.status !== 501) return 'ends in 5xx';
  const problems = problemsOf(response, csdl[given.place.version]);
  if (problems.length > 0) return problems.join('; ');
  const found = response.status === 200 && Array.isArray(response.body?.value) ? idsOf(response) : null;
  const expected = found && expectedIds(given)?.toSorted();
  return expected && String(found) !== String(expected) ? `has ${found} and not ${expected}` : null;
}

test('generated requests hold the contract: none ends in 5xx, no list is wrong, and all is as the documents say', async () => {
  const done = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(generated, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (batch) => {
      const sent = batch.map(async (given) => [given, await send(given.place.version, toRequest(given))] as const);
      for (const [given, response] of await Promise.all(sent)) {
        const problem = problemOf(given, response);
        if (problem !== null)
          throw new Error(`${describeRequest(given)} ${problem}: ${response.status} ${response.text}`);
        const { name, version, isOfTeams } = given.place;
        const place = `${version} ${name}${isOfTeams ? ' of teams' : ''}`;
        if (response.status < 300) done.set(place, (done.get(place) ?? 0) + 1);
      }
    }),
    { numRuns: Math.ceil(REQUESTS / AT_ONCE), endOnFailure: true },
  );
  // Else the requests would all have been rejected.
  expect([...done.values()].reduce((sum, count) => sum + count)).toBeGreaterThan(REQUESTS / 10);
  expect(done.size).toBeGreaterThan(PLACES.length / 3);
}, 3_600_000);
