import {
  CHAT_ID,
  EXAMPLE,
  exampleWith,
  JSON_TYPE,
  operationsPath,
  type RawRequest,
} from '../support/create-operation-request.ts';
import { type HttpAnswer, sendRequest } from '../support/send-request.ts';
import { startStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let token: string;

beforeAll(async () => {
  stack = await startStack();
  token = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'] });
});

afterAll(() => stack?.close());

function send(request: RawRequest, bearer = token): Promise<HttpAnswer> {
  const path = request.path?.startsWith(stack.functionsUrl) ? request.path.slice(stack.functionsUrl.length) : undefined;
  return sendRequest(path === undefined ? `${stack.functionsUrl}/beta` : stack.functionsUrl, {
    ...request,
    ...(path !== undefined && { path }),
    headers: { authorization: `Bearer ${bearer}`, ...request.headers },
  });
}

function create(chatId: string, changes: Record<string, unknown> = {}, headers: Record<string, string> = {}) {
  const body = exampleWith(changes);
  return send({ method: 'POST', path: operationsPath(chatId), headers: { ...JSON_TYPE, ...headers }, body });
}

function patch(path: string, changes: object, headers: Record<string, string> = {}) {
  return send({ method: 'PATCH', path, headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(changes) });
}

function list(chatId: string, query: string, headers: Record<string, string> = {}) {
  return send({ path: `${operationsPath(chatId)}?${query.replaceAll(' ', '%20')}`, headers });
}

/** The path of one operation of a chat. */
function itemPath(chatId: string, id: string): string {
  return `${operationsPath(chatId)}/${encodeURIComponent(id)}`;
}

describe('an operation', () => {
  test('is answered by GET as POST answered it', async () => {
    const created = await create('get', { id: 'one', values: '{"appIds":["1"]}' });
    const got = await send({ path: itemPath('get', 'one') });
    expect(got.status).toBe(200);
    expect(got.body).toEqual(created.body);
    expect(got.headers.get('etag')).toBe(created.headers.get('etag'));
    expect(got.headers.get('odata-version')).toBe('4.0');
  });

  test('is answered by the Location of its creation', async () => {
    const { headers, body } = await create('a/b c', { id: 'at %2F' });
    expect((await send({ path: headers.get('location') ?? '' })).body).toEqual(body);
  });

  test('answers 304 to who has it', async () => {
    const etag = (await create('get', { id: 'known' })).headers.get('etag') ?? '';
    const again = (tag: string) => send({ path: itemPath('get', 'known'), headers: { 'if-none-match': tag } });
    const answer = await again(etag);
    expect(answer).toMatchObject({ status: 304, text: '' });
    expect(answer.headers.get('content-type')).toBeNull();
    expect((await again('W/"other"')).status).toBe(200);
    expect((await again('*')).status).toBe(304);
    expect((await again('no tag')).status).toBe(400);
  });

  test('answers only what is selected, dynamic properties too', async () => {
    await create('get', { id: 'selected', values: 'x' });
    const { body } = await send({ path: `${itemPath('get', 'selected')}?$select=status,values,missing` });
    expect(body).toEqual({
      '@odata.context': `${stack.functionsUrl}/beta/$metadata#chats('get')/operations(status,values,missing)/$entity`,
      '@odata.type': '#Microsoft.Teams.GraphSvc.teamsAsyncOperation',
      status: 'inProgress',
      values: 'x',
    });
  });

  test.each([
    ['slashes', `/chats/${CHAT_ID}/operations/addressed`],
    ['percent-encoding', itemPath(CHAT_ID, 'addressed')],
    ['keys in parentheses', `/chats('${CHAT_ID}')/operations('addressed')`],
    ['encoded keys in parentheses', `/chats(%27${encodeURIComponent(CHAT_ID)}%27)/operations/addressed`],
    ['one key in parentheses', `/chats/${CHAT_ID}/operations('addressed')`],
    ['me', `/me/chats/${CHAT_ID}/operations/addressed`],
    ['a user', `/users/ada@example.com/chats/${CHAT_ID}/operations/addressed`],
    ['a user in parentheses', `/users('ada')/chats('${CHAT_ID}')/operations/addressed`],
    ['another letter case', `/Chats/${CHAT_ID}/Operations/addressed`],
  ])('is addressed by %s', async (_title, path) => {
    await create(CHAT_ID, { id: 'addressed' });
    expect(await send({ path })).toMatchObject({ status: 200, body: { id: 'addressed' } });
    expect((await patch(path, { attemptsCount: 2 })).status).toBe(200);
  });

  test("may have quotes in its and its chat's id", async () => {
    await create("it's", { id: "o'clock" });
    expect((await send({ path: "/chats('it''s')/operations('o''clock')" })).status).toBe(200);
    expect((await send({ path: "/chats/it's/operations/o'clock" })).status).toBe(200);
    expect((await send({ path: "/chats('it's')/operations('o''clock')" })).status).toBe(400);
  });

  test.each(['nobody', 'a/b', 'a\\b', 'a?b', 'a#b', ' ', '\n', '\0', 'x'.repeat(256)])(
    'with the id %j, which does not exist, is answered 404 to every verb',
    async (id) => {
      const path = itemPath('get', id);
      const missing = { status: 404, body: { error: { code: 'NotFound' } } };
      expect(await send({ path })).toMatchObject(missing);
      expect(await patch(path, { status: 'failed' })).toMatchObject(missing);
      expect(await send({ method: 'DELETE', path })).toMatchObject(missing);
      const inParentheses = `${operationsPath('get')}('${encodeURIComponent(id)}')`;
      expect(await send({ method: 'DELETE', path: inParentheses })).toMatchObject(missing);
    },
  );
});

describe('PATCH', () => {
  test('changes what was sent, and the time of the last action', async () => {
    await create('patch', { id: 'one', values: 'x', more: 1, error: { code: 'a', message: 'b' } });
    const { status, body, headers } = await patch(itemPath('patch', 'one'), {
      '@odata.type': '#microsoft.graph.teamsAsyncOperation',
      status: 'failed',
      error: { message: 'c' },
      values: { y: 1 },
      targetResourceId: null,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ status: 'failed', operationType: EXAMPLE.operationType, attemptsCount: EXAMPLE.attemptsCount },
      ...{ error: { code: 'a', message: 'c' }, values: { y: 1 }, more: 1, targetResourceId: null },
    });
    expect(body.lastActionDateTime > String(EXAMPLE.lastActionDateTime)).toBe(true);
    const got = await send({ path: itemPath('patch', 'one') });
    expect(got.body).toEqual(body);
    expect(got.headers.get('etag')).toBe(headers.get('etag'));
  });

  test('keeps the time of the last action that it is given', async () => {
    await create('patch', { id: 'timed' });
    const lastActionDateTime = '2030-01-01T00:00:00+01:00';
    const { body } = await patch(itemPath('patch', 'timed'), { lastActionDateTime, error: null });
    expect(body).toMatchObject({ lastActionDateTime: '2029-12-31T23:00:00Z', error: null });
  });

  test('answers 204 to Prefer: return=minimal', async () => {
    await create('patch', { id: 'minimal' });
    const answer = await patch(itemPath('patch', 'minimal'), { status: 'failed' }, { prefer: 'return=minimal' });
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers.get('preference-applied')).toBe('return=minimal');
    expect(answer.headers.get('etag')).toMatch(/^W\/"/);
  });

  test.each([
    ['nothing', '', 'Empty Payload. JSON content expected.'],
    ['an empty object', '{}', 'The request body must name at least one property to update.'],
    ['a type alone', '{"@odata.type":"#microsoft.graph.teamsAsyncOperation"}', 'The request body must name'],
    ['another type', '{"@odata.type":"#microsoft.graph.chat","status":"failed"}', "The value of '@odata.type' must be"],
    ['null for what is not nullable', '{"status":null}', "null is not a valid value for the property 'status'"],
    ['an id', '{"id":"a"}', "The property 'id' is read-only"],
    ['a time of creation', '{"createdDateTime":"2021-05-27T21:23:45Z"}', "The property 'createdDateTime' is read-only"],
    ['a wrong value', '{"attemptsCount":1.5}', "The value of the property 'attemptsCount' is not valid"],
    ['an unknown property of the error', '{"error":{"hint":"x"}}', "The property 'hint' does not exist on type"],
    ['an array', '[]', 'The request body must be a JSON object.'],
  ])('refuses %s', async (_title, body, message) => {
    await create('patch', { id: 'refused' });
    const answer = await send({ method: 'PATCH', path: itemPath('patch', 'refused'), headers: JSON_TYPE, body });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'BadRequest' } } });
    expect(answer.body.error.message).toContain(message);
  });

  test('writes over the version that If-Match names, and no other', async () => {
    const etag = (await create('patch', { id: 'matched' })).headers.get('etag') ?? '';
    const write = (tag: string) => patch(itemPath('patch', 'matched'), { attemptsCount: 9 }, { 'if-match': tag });
    expect(await write('W/"another"')).toMatchObject({ status: 412, body: { error: { code: 'PreconditionFailed' } } });
    for (const malformed of ['', 'x', '"a', 'W/a', '"a" "b"']) expect((await write(malformed)).status).toBe(400);
    expect((await write(`"z", ${etag}`)).status).toBe(200);
    expect((await write(etag)).status).toBe(412);
    expect((await write('*')).status).toBe(200);
  });

  test('loses no update of 50 concurrent writers', async () => {
    await create('patch', { id: 'raced' });
    const path = itemPath('patch', 'raced');
    const writers = Array.from({ length: 50 }, (_, index) => patch(path, { [`writer${index}`]: index }));
    const answers = await Promise.all(writers);
    const { body } = await send({ path });
    const written = answers.flatMap(({ status }, index) => (status === 200 ? [index] : []));
    expect(written.filter((index) => body[`writer${index}`] !== index)).toEqual([]);
    expect(Object.keys(body).filter((name) => name.startsWith('writer'))).toHaveLength(written.length);
    expect(answers.filter(({ status }) => status !== 200 && status !== 412)).toEqual([]);
    expect(written.length).toBeGreaterThan(0);
  });

  test('lets one of 50 writers over the same version', async () => {
    const etag = (await create('patch', { id: 'versioned' })).headers.get('etag') ?? '';
    const path = itemPath('patch', 'versioned');
    const writers = Array.from({ length: 50 }, (_, index) =>
      patch(path, { attemptsCount: index }, { 'if-match': etag }),
    );
    const statuses = (await Promise.all(writers)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(49).fill(412)]);
  });
});

describe('DELETE', () => {
  test('answers 204, and the operation is gone', async () => {
    const etag = (await create('delete', { id: 'one' })).headers.get('etag') ?? '';
    const remove = (headers: Record<string, string>) =>
      send({ method: 'DELETE', path: itemPath('delete', 'one'), headers });
    expect((await remove({ 'if-match': 'W/"another"' })).status).toBe(412);
    expect((await remove({ 'if-match': '"a", "b"' })).status).toBe(412);
    expect((await remove({ 'if-match': 'malformed' })).status).toBe(400);
    expect(await remove({ 'if-match': etag })).toMatchObject({ status: 204, text: '' });
    expect((await remove({})).status).toBe(404);
    expect((await list('delete', '$count=true')).body['@odata.count']).toBe(0);
  });
});

describe('GET …/operations/$count', () => {
  test('answers the number as text', async () => {
    for (const status of ['failed', 'failed', 'succeeded']) await create('count', { status });
    const count = async (query: string) => (await send({ path: `${operationsPath('count')}/$count${query}` })).text;
    expect(await count('')).toBe('3');
    expect(await count("?$filter=status%20eq%20'failed'")).toBe('2');
    expect(await count('?$search=nothing')).toBe('0');
    const answer = await send({ path: `${operationsPath('count')}/$count`, headers: { accept: 'text/plain;q=0.9' } });
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect((await send({ path: `${operationsPath('count')}/$count?$top=1` })).status).toBe(400);
  });
});

describe('paging', () => {
  test('leads to the end under writes: what stays is seen once', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, index) => create('pages', { id: `stays-${index}` })));
    const seen: string[] = [];
    let path: string | undefined = `${operationsPath('pages')}?$orderby=id&$filter=status%20eq%20'inProgress'`;
    for (let page = 0; path !== undefined; page += 1) {
      const { status, body, headers }: HttpAnswer = await send({ path, headers: { prefer: 'odata.maxpagesize=7' } });
      expect(status).toBe(200);
      expect(headers.get('preference-applied')).toBe('odata.maxpagesize=7');
      seen.push(...body.value.map(({ id }: { id: string }) => id));
      path = body['@odata.nextLink'];
      await create('pages', { id: `came-${page}` });
      await send({ method: 'DELETE', path: itemPath('pages', `came-${page - 1}`) });
    }
    const stayed = seen.filter((id) => id.startsWith('stays'));
    expect(stayed).toHaveLength(30);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('refuses a sort by several properties that no composite index serves', async () => {
    const { status, body } = await list('token', '$orderby=attemptsCount,status');
    expect(status).toBe(400);
    expect(body.error.code).toBe('BadRequest');
  });

  test('refuses a token that is forged, of another chat, query or caller', async () => {
    for (const id of ['a', 'b']) await create('token', { id });
    const { body } = await list('token', '$top=1&$orderby=id');
    const link: string = body['@odata.nextLink'];
    const skipToken = new URL(link).searchParams.get('$skiptoken') ?? '';
    expect((await send({ path: link })).body.value).toMatchObject([{ id: 'b' }]);
    const [content = '', signature = ''] = skipToken.split('.');
    const other = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'], subject: 'someone else' });
    const answers = await Promise.all([
      list('other chat', `$top=1&$orderby=id&$skiptoken=${skipToken}`),
      list('token', `$top=1&$orderby=id desc&$skiptoken=${skipToken}`),
      list('token', `$top=1&$orderby=id&$filter=true&$skiptoken=${skipToken}`),
      list('token', `$top=1&$orderby=id&$skiptoken=${content.slice(0, -2)}xx.${signature}`),
      list('token', `$top=1&$orderby=id&$skiptoken=${content}`),
      list('token', '$top=1&$orderby=id&$skiptoken='),
      list('token', `$top=1&$orderby=id&$skiptoken=${'x'.repeat(9_000)}`),
      send({ path: link }, other),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(Array(answers.length).fill(400));
    expect((await list('token', `$top=1&$orderby=id&$skipToken=${skipToken}`)).status).toBe(200);
  });
});

describe('POST', () => {
  test('answers 204 to Prefer: return=minimal', async () => {
    const answer = await create('minimal', { id: 'one' }, { prefer: 'respond-async, return="minimal"' });
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers.get('preference-applied')).toBe('return=minimal');
    expect(answer.headers.get('odata-entityid')).toBe(answer.headers.get('location'));
    expect((await send({ path: answer.headers.get('location') ?? '' })).body.id).toBe('one');
  });

  test('is carried out once when it is repeatable', async () => {
    const headers = {
      'repeatability-request-id': 'F3A0B0A0-0000-4000-8000-000000000001',
      'repeatability-first-sent': new Date().toUTCString(),
    };
    const answers = await Promise.all(Array.from({ length: 10 }, () => create('repeated', {}, headers)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.headers.get('repeatability-result')).toBe('accepted');
    expect((await send({ path: `${operationsPath('repeated')}/$count` })).text).toBe('1');
    const different = await create('repeated', { status: 'failed' }, headers);
    expect(different.status).toBe(400);
    expect(different.headers.get('repeatability-result')).toBe('rejected');
    const other = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'], subject: 'someone else' });
    expect((await create('repeated', {}, { ...headers, authorization: `Bearer ${other}` })).status).toBe(201);
    expect((await send({ path: `${operationsPath('repeated')}/$count` })).text).toBe('2');
  });

  test.each([
    ['no time', { 'repeatability-request-id': 'a' }, 400],
    ['no id', { 'repeatability-first-sent': new Date().toUTCString() }, 400],
    ['a time that is none', { 'repeatability-request-id': 'a', 'repeatability-first-sent': 'now' }, 400],
    [
      'a time long ago',
      { 'repeatability-request-id': 'a', 'repeatability-first-sent': new Date(0).toUTCString() },
      412,
    ],
  ])('refuses to be repeatable with %s', async (_title, headers, status) => {
    expect((await create('repeated', {}, headers)).status).toBe(status);
  });

  test('is the only verb that is repeatable', async () => {
    const headers = { 'repeatability-request-id': 'a', 'repeatability-first-sent': new Date().toUTCString() };
    const answer = await patch(itemPath('repeated', 'one'), { status: 'failed' }, headers);
    expect(answer).toMatchObject({ status: 501, body: { error: { code: 'NotImplemented' } } });
  });
});

describe('addresses', () => {
  test.each([
    ['GET', '/v1.0/chats/a/operations', 'operations'],
    ['GET', '/v2.0/chats/a/operations', 'v2.0'],
    ['GET', '/beta/teams/a/operations', 'teams'],
    ['POST', '/beta/chats/a/messages', 'messages'],
    ['GET', '/beta/chats/a/operations/b/c', 'c'],
    ['GET', '/beta/chats/a/operations/$ref', '$ref'],
    ['GET', '/beta/chats/a/operations/%ff', '%ff'],
    ['GET', '/beta/chats', 'chats'],
    ['GET', '/beta/chats(a)/operations', 'chats(a)'],
    ['GET', '/beta', 'beta'],
  ])('%s %s is answered in the words of Graph', async (method, path, segment) => {
    const answer = await sendRequest(stack.functionsUrl, { method, path });
    const message = `Resource not found for the segment '${segment}'.`;
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'BadRequest', message } } });
    expect(answer.headers.get('request-id')).not.toBeNull();
  });

  test.each([
    ['PUT', operationsPath(), 'GET, POST'],
    ['PATCH', operationsPath(), 'GET, POST'],
    ['DELETE', operationsPath(), 'GET, POST'],
    ['POST', itemPath(CHAT_ID, 'a'), 'GET, PATCH, DELETE'],
    ['PUT', itemPath(CHAT_ID, 'a'), 'GET, PATCH, DELETE'],
    ['PATCH', `${operationsPath()}/$count`, 'GET'],
    ['OPTIONS', operationsPath(), 'GET, POST'],
  ])('%s %s is answered 405', async (method, path, allowed) => {
    const answer = await send({ method, path });
    const message = 'Specified HTTP method is not allowed for the request target.';
    expect(answer).toMatchObject({ status: 405, body: { error: { code: 'Request_BadRequest', message } } });
    expect(answer.headers.get('allow')).toBe(allowed);
  });

  test('are open to scripts of other origins', async () => {
    const headers = { origin: 'https://app.example' };
    const answer = await send({ path: operationsPath('cors'), headers });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-expose-headers')).toContain('Preference-Applied');
    expect((await send({ path: operationsPath('cors') })).headers.get('access-control-allow-origin')).toBeNull();
    const asked = { ...headers, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'prefer' };
    const preflight = await sendRequest(stack.functionsUrl, {
      ...{ method: 'OPTIONS', path: `/beta${operationsPath()}`, headers: asked },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('prefer');
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
  });
});

describe('permissions', () => {
  test.each([
    [{ scopes: ['Chat.ReadBasic'] }, 200, 403],
    [{ scopes: ['Chat.Read'] }, 200, 403],
    [{ scopes: ['Chat.ReadWrite'] }, 200, 404],
    [{ scopes: ['User.Read'] }, 403, 403],
    [{ roles: ['Chat.ReadBasic.All'] }, 200, 403],
    [{ roles: ['Chat.Read.All'] }, 200, 403],
    [{ roles: ['Chat.ReadWrite.All'] }, 200, 404],
    [{ roles: ['Chat.Read'] }, 403, 403],
  ])('%j may read: %i, and write: %i', async (claims, read, write) => {
    const bearer = await stack.issuer.mint(claims);
    const path = itemPath('permissions', 'nobody');
    expect((await send({ path: operationsPath('permissions') }, bearer)).status).toBe(read);
    expect((await send({ path: `${operationsPath('permissions')}/$count` }, bearer)).status).toBe(read);
    expect((await send({ path }, bearer)).status).toBe(read === 200 ? 404 : 403);
    expect((await send({ method: 'DELETE', path }, bearer)).status).toBe(write);
    const body = '{"status":"failed"}';
    expect((await send({ method: 'PATCH', path, headers: JSON_TYPE, body }, bearer)).status).toBe(write);
  });

  test('of an application do not reach /me', async () => {
    const bearer = await stack.issuer.mint({ roles: ['Chat.ReadWrite.All'] });
    expect((await send({ path: `/me${operationsPath()}` }, bearer)).status).toBe(400);
  });
});
