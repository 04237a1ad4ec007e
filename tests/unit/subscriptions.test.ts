import fc from 'fast-check';
import type { Caller } from '../../shared/domain/caller.ts';
import { BadRequestError, UnavailableError } from '../../shared/domain/errors.ts';
import { MAX_SUBSCRIPTIONS } from '../../shared/domain/notifications/subscription-rules.ts';
import { parseSubscribedResource } from '../../shared/graph-http/request/subscribed-resource.ts';
import { graphDependencies, type TestResponse, WRITER } from '../support/call-handler.ts';
import {
  inMinutes,
  MINUTE_MS,
  newSubscriptionWorld,
  type SubscriptionWorld,
  WANTED,
} from '../support/subscription-world.ts';
import { newSubscription, OWNER } from '../support/subscriptions.ts';

const APPLICATION: Caller = { ...WRITER, kind: 'application', permissions: ['Chat.Read.All'] };
const TEAM = '02bd9fd6-8f93-4758-87c3-1fb73740a315';
const as = (caller: Caller) => ({ authenticator: { authenticate: async () => caller } });

let world: SubscriptionWorld;
beforeEach(() => {
  world = newSubscriptionWorld();
});

const create = (changes: object = {}, caller: Caller = WRITER) =>
  world.call('POST', '/subscriptions', { ...WANTED, ...changes }, as(caller));

function expectError(
  { status, body }: TestResponse,
  expected: { status: number; code?: string; message?: unknown },
): void {
  expect(status).toBe(expected.status);
  expect(body.error).toMatchObject({
    ...(expected.code !== undefined && { code: expected.code }),
    ...(expected.message !== undefined && { message: expected.message }),
  });
}

describe('POST /subscriptions', () => {
  test('answers 201 with the subscription, its secret and where it is', async () => {
    const { status, headers, body } = await create({ lifecycleNotificationUrl: 'https://receiver.example/life' });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`https://graph.example/beta/subscriptions/${body.id}`);
    expect(body).toEqual({
      '@odata.context': 'https://graph.example/beta/$metadata#subscriptions/$entity',
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      resource: WANTED.resource,
      applicationId: WRITER.applicationId,
      changeType: 'created,updated,deleted',
      clientState: 'my secret',
      notificationUrl: WANTED.notificationUrl,
      lifecycleNotificationUrl: 'https://receiver.example/life',
      expirationDateTime: WANTED.expirationDateTime,
      creatorId: WRITER.id,
      latestSupportedTlsVersion: 'v1_2',
      notificationContentType: 'application/json',
      includeResourceData: false,
      encryptionCertificate: null,
      encryptionCertificateId: null,
      notificationUrlAppId: null,
    });
  });

  test('begins at the end of the log', async () => {
    const { body } = await create();
    expect(world.subscriptions.places.get(body.id)).toBe('0');
  });

  test.each([
    ['chats/19:x@thread.v2/operations', 'chat:19:x@thread.v2', 'chat'],
    ['/chats/19%3Ax%40thread.v2/operations', 'chat:19:x@thread.v2', 'chat'],
    ["/chats('19:x')/operations", 'chat:19:x', 'chat'],
    ["chats('it''s')/operations('a''b')", "chat:it's", 'operation'],
    ['chats/19:x/operations/op-1', 'chat:19:x', 'operation'],
    ["Chats('19:x')/Operations/op-1/", 'chat:19:x', 'operation'],
    ['teams/02BD9FD6-8F93-4758-87C3-1FB73740A315/operations', `chat:teams/${TEAM}`, 'chat'],
    [`/teams('${TEAM}')/operations('op-1')`, `chat:teams/${TEAM}`, 'operation'],
  ])('takes the resource %s', async (resource, scope, kind) => {
    const { body, status } = await create(
      { resource },
      { ...WRITER, permissions: ['Chat.Read', 'Team.ReadBasic.All'] },
    );
    expect(status).toBe(201);
    expect(body.resource).toBe(resource);
    for await (const [watcher] of world.subscriptions.watchersOf([scope])) expect(watcher?.watched.kind).toBe(kind);
  });

  test.each([
    ...['', 'chats', 'chats/', 'chats/19:x', 'chats/19:x/messages', 'groups/x/operations', 'me/chats/x/operations'],
    ...["users('u')/chats/x/operations", 'chats//operations', 'chats/ /operations', 'chats/x/operations/$count'],
    ...['chats/x/operations/$change-1', "chats/x/operations?$filter=status eq 'failed'", 'chats/x/operations/a/b'],
    ...['https://graph.microsoft.com/beta/chats/x/operations', '//chats/x/operations', 'chats/%zz/operations'],
    ...[`chats/${'x'.repeat(2_045)}/operations`, 'chats/\ud800/operations', 'chats/x/operations#a'],
  ])('rejects the resource %j, and asks no endpoint', async (resource) => {
    expectError(await create({ resource }), { status: 400, code: 'BadRequest' });
    expect(world.sent).toEqual([]);
  });

  test('asks for the permissions of what is watched', async () => {
    const resource = `teams/${TEAM}/operations`;
    expectError(await create({ resource }), { status: 403, message: expect.stringMatching(/Team\.ReadBasic\.All/) });
    const ofTeams = { ...WRITER, permissions: ['Team.ReadBasic.All'] };
    expectError(await create({}, ofTeams), { status: 403, message: expect.stringMatching(/Chat\.ReadBasic/) });
    const application = { ...APPLICATION, permissions: ['Team.ReadBasic.All'] };
    expect(await create({ resource: 'teams/operations' }, application)).toMatchObject({ status: 201 });
    expectError(await create({ resource: 'chats/operations' }, application), { status: 403 });
    expectError(await create({ resource: `chats/teams%2F${TEAM}/operations` }), { status: 400 });
  });

  test('lets applications alone watch all chats', async () => {
    const resource = 'chats/operations';
    expectError(await create({ resource }), { status: 403, code: 'Forbidden' });
    expect(await create({ resource }, APPLICATION)).toMatchObject({ status: 201 });
  });

  test.each([
    [{ ...WRITER, permissions: ['User.Read'] }, /^Missing scope permissions/],
    [{ ...APPLICATION, permissions: ['Chat.Create'] }, /^Missing role permissions/],
    [{ ...WRITER, isPersonalAccount: true }, /^Personal Microsoft accounts/],
    [{ ...WRITER, id: null }, /names neither/],
  ])('rejects a caller who may not watch operations', async (caller, message) => {
    expectError(await create({}, caller), { status: 403, code: 'Forbidden', message: expect.stringMatching(message) });
    expect(world.sent).toEqual([]);
  });

  test.each([
    [inMinutes(0), null, 'in the future'],
    [inMinutes(-1), null, 'in the future'],
    ['2001-01-01T00:00:00Z', null, 'in the future'],
    [inMinutes(60.001), null, 'lifecycleNotificationUrl is a required property'],
    [inMinutes(4_320.001), 'https://receiver.example/life', 'can only be 4320 minutes in the future'],
    ['9999-12-31T23:59:59Z', 'https://receiver.example/life', 'can only be 4320 minutes in the future'],
  ])('rejects the end %s with the lifecycle endpoint %j', async (expirationDateTime, url, message) => {
    const answer = await create({ expirationDateTime, lifecycleNotificationUrl: url });
    expectError(answer, { status: 400, code: 'BadRequest', message: expect.stringContaining(message) });
  });

  test.each([
    [inMinutes(60), null],
    [inMinutes(4_320), 'https://receiver.example/life'],
    ['2026-01-02T04:34:05.1234567+01:00', null],
  ])('lets it end at %s', async (expirationDateTime, url) => {
    expect(await create({ expirationDateTime, lifecycleNotificationUrl: url })).toMatchObject({ status: 201 });
  });

  test.each([
    ['changeType', ['', 'create', 'created;updated', 'created,', 'created,created', 7, null]],
    ['notificationUrl', ['', 'receiver', '//receiver.example', `https://a.example/${'x'.repeat(2_100)}`, 7, null]],
    ['lifecycleNotificationUrl', ['', 'receiver', {}, 7]],
    ['expirationDateTime', ['', 'tomorrow', '2026-01-02', 7, null]],
    ['clientState', ['x'.repeat(129), 7, {}]],
    ['latestSupportedTlsVersion', ['v1_0', 'v1_1', 'v1_4', 12]],
    ['notificationContentType', ['text/plain', '', 7]],
    ['resource', [7, null, `chats/${'x'.repeat(9_000)}/operations`]],
  ])('rejects wrong values of %s by name', async (name, values) => {
    for (const value of values) {
      const { status, body } = await create({ [name]: value });
      expect([status, body.error.details]).toEqual([400, [expect.objectContaining({ target: name })]]);
    }
  });

  test.each(['resource', 'changeType', 'notificationUrl', 'expirationDateTime'])('requires %s', async (name) => {
    const message = `The '${name}' property is required to create a subscription.`;
    expectError(await create({ [name]: undefined }), { status: 400, message });
  });

  test.each([
    ['includeResourceData', 'yes', /true, false or null/],
    ['includeResourceData', true, /required when includeResourceData is true/],
    ['notificationUrlAppId', 'mine', /a GUID or null/],
    ['notificationQueryOptions', '$filter=x', /not supported/],
    ['id', 'mine', /read-only/],
    ['creatorId', 'me', /read-only/],
    ['colour', 'red', /does not exist on type 'microsoft.graph.subscription'/],
    ['__proto__x', 1, /does not exist/],
    ['@odata.type', '#microsoft.graph.chat', /must be/],
  ])('rejects the property %s', async (name, value, message) => {
    expectError(await create({ [name]: value }), { status: 400, message: expect.stringMatching(message) });
  });

  test('takes what asks for nothing, and annotations', async () => {
    const nothing = { includeResourceData: false, encryptionCertificate: null, latestSupportedTlsVersion: 'v1_2' };
    const annotated = { '@odata.type': '#microsoft.graph.subscription', 'id@odata.type': 'x' };
    expect(await create({ ...nothing, ...annotated, clientState: null })).toMatchObject({ status: 201 });
  });

  test('asks for CloudEvents by the content type', async () => {
    const { body } = await create({ notificationContentType: 'application/cloudevents+json' });
    expect(body.notificationContentType).toBe('application/cloudevents+json');
  });

  test.each(['[]', '7', 'null', '"x"', '{', ''])('rejects the body %s', async (body) => {
    expectError(await world.call('POST', '/subscriptions', body), { status: 400 });
  });

  test('rejects more than a caller may have, and repeatable requests', async () => {
    const { subscriptions } = world;
    const full = { ...subscriptions, count: async () => MAX_SUBSCRIPTIONS };
    const webhooks = { post: () => Promise.reject(new Error('nobody is asked')) };
    const answer = await world.call('POST', '/subscriptions', WANTED, {
      notifications: { ...world.notifications, subscriptions: full, webhooks },
    });
    expectError(answer, { status: 403, code: 'Forbidden', message: expect.stringContaining('limit') });
  });

  test('never acknowledges more than the limit, however many are made at once', async () => {
    const { subscriptions } = world;
    const existing = MAX_SUBSCRIPTIONS - 3;
    for (let index = 0; index < existing; index += 1)
      await subscriptions.create(newSubscription({ id: `x${index}`, owner: OWNER }), 'place');
    expect(await subscriptions.count(OWNER)).toBe(existing);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => create({ resource: `chats/${index}/operations` })),
    );
    const created = answers.filter(({ status }) => status === 201).length;
    expect(existing + created).toBeLessThanOrEqual(MAX_SUBSCRIPTIONS);
    expect(await subscriptions.count(OWNER)).toBe(existing + created);
    for (const { status } of answers) expect([201, 403]).toContain(status);
  });

  test('never acknowledges two for the same changes of the same resource', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create()));
    const created = answers.filter(({ status }) => status === 201);
    expect(created.length).toBeLessThanOrEqual(1);
    expect(await world.subscriptions.count(OWNER)).toBe(created.length);
    for (const { status } of answers) expect([201, 409]).toContain(status);
  });

  test('keeps nothing that it did not acknowledge, when it cannot be counted again', async () => {
    const { subscriptions } = world;
    let counts = 0;
    const count = async () => {
      counts += 1;
      if (counts === 2) throw new UnavailableError('The store cannot be reached.');
      return 0;
    };
    const notifications = { ...world.notifications, subscriptions: { ...subscriptions, count } };
    expect((await world.call('POST', '/subscriptions', WANTED, { notifications })).status).toBe(503);
    expect((await world.call('GET', '/subscriptions')).body.value).toEqual([]);
  });

  test('is nowhere when changes are not recorded', async () => {
    const answer = await world.call('POST', '/subscriptions', WANTED, {
      notifications: graphDependencies().notifications,
    });
    expectError(answer, { status: 400, message: "Resource not found for the segment 'subscriptions'." });
  });
});

describe('GET /subscriptions', () => {
  test('lists those of the caller alone, without their secrets', async () => {
    await create();
    await create({}, { ...WRITER, id: 'another' });
    await create({}, { ...WRITER, applicationId: 'another' });
    const { body } = await world.call('GET', '/subscriptions');
    expect(body.value).toMatchObject([{ resource: WANTED.resource, clientState: null }]);
    expect(JSON.stringify(body)).not.toContain('my secret');
  });

  test('pages, and next links are good for the caller who got them', async () => {
    for (let index = 0; index < 5; index += 1) await create({ resource: `chats/${index}/operations` });
    const found: string[] = [];
    let path = '/subscriptions?$top=2';
    for (let pages = 0; path; pages += 1) {
      const { body } = await world.call('GET', path);
      expect(body.value.length).toBeLessThanOrEqual(2);
      found.push(...body.value.map(({ id }: { id: string }) => id));
      path = body['@odata.nextLink'] ?? '';
      if (pages === 0) expectError(await world.call('GET', path, undefined, as(APPLICATION)), { status: 400 });
    }
    expect(new Set(found).size).toBe(5);
    expect(found).toHaveLength(5);
  });

  test.each(['$top=-1', '$top=1000', '$skiptoken=x', '$filter=x', '$select=id', 'colour=red'])(
    'rejects %s',
    async (query) => {
      expectError(await world.call('GET', `/subscriptions?${query}`), { status: 400 });
    },
  );
});

describe('one subscription', () => {
  let path: string;
  beforeEach(async () => {
    path = `/subscriptions/${(await create()).body.id}`;
    world.sent.length = 0;
  });

  test('GET answers 200, without the secret, in either form of keys', async () => {
    const { status, body } = await world.call('GET', path);
    expect([status, body.clientState]).toEqual([200, null]);
    const quoted = await world.call('GET', `/subscriptions('${body.id}')`);
    expect(quoted.body).toEqual(body);
  });

  test.each([
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/reauthorize'],
  ])('%s%s answers 404 to anybody else, and when it has expired', async (method, suffix) => {
    const body = method === 'PATCH' ? { expirationDateTime: inMinutes(30) } : undefined;
    for (const caller of [{ ...WRITER, id: 'another' }, { ...WRITER, tenantId: null }, APPLICATION])
      expectError(await world.call(method, path + suffix, body, as(caller)), { status: 404, code: 'NotFound' });
    world.now += 61 * MINUTE_MS;
    expectError(await world.call(method, path + suffix, body), { status: 404, code: 'NotFound' });
    expect(world.sent).toEqual([]);
  });

  test('PATCH renews it, and asks no endpoint', async () => {
    world.now += 30 * MINUTE_MS;
    const { status, body } = await world.call('PATCH', path, { expirationDateTime: inMinutes(90) });
    expect([status, body.expirationDateTime, body.clientState]).toEqual([200, inMinutes(90), null]);
    expect(world.sent).toEqual([]);
    expect((await world.call('GET', path)).body.expirationDateTime).toBe(inMinutes(90));
  });

  test('PATCH sends its notifications elsewhere, once the endpoint has answered', async () => {
    const notificationUrl = 'https://other.example/';
    expect((await world.call('PATCH', path, { notificationUrl })).body.notificationUrl).toBe(notificationUrl);
    expect(world.sent.map(({ url }) => new URL(url).host)).toEqual(['other.example']);
    world.respond = () => ({ kind: 'failed', reason: 'x' });
    const rejected = await world.call('PATCH', path, { notificationUrl: 'https://third.example/' });
    expectError(rejected, { status: 400, code: 'ValidationError' });
    expect((await world.call('GET', path)).body.notificationUrl).toBe(notificationUrl);
  });

  test.each([
    [{ expirationDateTime: inMinutes(-1) }, /future/],
    [{ expirationDateTime: inMinutes(61) }, /lifecycleNotificationUrl/],
    [{ expirationDateTime: null }, /not valid/],
    [{ changeType: 'deleted' }, /read-only/],
    [{ resource: 'chats/operations' }, /read-only/],
    [{ clientState: 'x' }, /read-only/],
    [{ lifecycleNotificationUrl: 'https://a.example' }, /read-only/],
    [{ colour: 'red' }, /does not exist/],
    [{}, /at least one property/],
    [{ '@odata.type': '#microsoft.graph.subscription' }, /at least one property/],
  ])('PATCH rejects %j', async (body, message) => {
    expectError(await world.call('PATCH', path, body), { status: 400, message: expect.stringMatching(message) });
  });

  test('PATCH is made again when another write comes in between, and gives up at last', async () => {
    const { subscriptions } = world;
    let conflicts = 1;
    const busy = {
      ...subscriptions,
      replace: async (...write: Parameters<typeof subscriptions.replace>) =>
        conflicts-- > 0 ? false : subscriptions.replace(...write),
    };
    const webhooks = { post: () => Promise.reject(new Error('nobody')) };
    const notifications = { ...world.notifications, subscriptions: busy, webhooks };
    const patch = () => world.call('PATCH', path, { expirationDateTime: inMinutes(45) }, { notifications });
    expect(await patch()).toMatchObject({ status: 200 });
    conflicts = 100;
    expectError(await patch(), { status: 409, code: 'Conflict' });
  });

  test('reauthorize answers 204 to whoever may still watch', async () => {
    expect(await world.call('POST', `${path}/reauthorize`)).toMatchObject({ status: 204, text: '' });
    expect(await world.call('POST', `${path}/microsoft.graph.reauthorize`)).toMatchObject({ status: 204 });
    const revoked = as({ ...WRITER, permissions: [] });
    expectError(await world.call('POST', `${path}/reauthorize`, undefined, revoked), { status: 403 });
  });

  test('DELETE ends it', async () => {
    expect(await world.call('DELETE', path)).toMatchObject({ status: 204, text: '' });
    expectError(await world.call('GET', path), { status: 404 });
    expectError(await world.call('DELETE', path), { status: 404 });
  });

  test.each([
    ['PUT', '', 405],
    ['POST', '', 405],
    ['GET', '/reauthorize', 405],
    ['GET', '/colour', 400],
    ['GET', '/reauthorize/x', 400],
  ])('%s%s answers %i', async (method, suffix, status) => {
    expectError(await world.call(method, path + suffix), { status });
  });

  test.each([
    ['DELETE', 405],
    ['PATCH', 405],
    ['PUT', 405],
  ])('%s of all of them answers %i', async (method, status) => {
    const answer = await world.call(method, '/subscriptions');
    expectError(answer, { status });
    expect(answer.headers.get('allow')).toBe('GET, POST');
  });

  test.each(['/subscriptions/$count', '/subscriptions/%ff', '/subscriptionsx'])(
    'GET %s leads nowhere',
    async (nowhere) => {
      expectError(await world.call('GET', nowhere), { status: 400 });
    },
  );
});

describe('parseSubscribedResource()', () => {
  const ids = fc
    .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
    .filter((id) => id.trim() !== '' && !id.startsWith('$') && id !== '.' && id !== '..' && id !== 'operations');

  test('reads any id in any of its forms', () => {
    const quote = (id: string) => `('${encodeURIComponent(id.replaceAll("'", "''"))}')`;
    const slash = (id: string) => `/${encodeURIComponent(id)}`;
    const forms = fc.constantFrom(quote, slash);
    fc.assert(
      fc.property(ids, ids, forms, forms, (chatId, operationId, ofChat, ofOperation) => {
        const resource = `chats${ofChat(chatId)}/operations`;
        expect(parseSubscribedResource(resource)).toEqual({ kind: 'chat', chatId });
        const one = { kind: 'operation', chatId, operationId };
        expect(parseSubscribedResource(`/${resource}${ofOperation(operationId)}`)).toEqual(one);
      }),
    );
  });

  test('rejects anything else as a bad request', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        for (const resource of [text, `chats/${text}`, `chats('${text}/operations`])
          try {
            expect(parseSubscribedResource(resource)).toHaveProperty('kind');
          } catch (error) {
            expect(error).toBeInstanceOf(BadRequestError);
          }
      }),
    );
  });
});
