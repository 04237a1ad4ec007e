import { ThrottledError, UnauthenticatedError, UnavailableError } from '../../shared/domain/errors.ts';
import { callHandler, WRITER } from '../support/call-handler.ts';
import {
  CHAT_ID,
  EXAMPLE,
  exampleWith,
  exampleWithout,
  JSON_TYPE,
  operationsPath,
} from '../support/create-operation-request.ts';
import { createMemoryRepository } from '../support/memory-operation-repository.ts';
import { REJECTED_REQUESTS } from '../support/rejected-requests.ts';

const GOOD = { headers: JSON_TYPE, body: exampleWith({}) };

describe('CreateOperation', () => {
  test('answers 201 with the stored operation in the order of Graph', async () => {
    const { status, headers, body } = await callHandler(GOOD);
    expect(status).toBe(201);
    expect(Object.entries(body)).toEqual([
      [
        '@odata.context',
        "https://graph.example/beta/$metadata#chats('19%3Ac253a29b5f694b55a6baad8e83510af7%40thread.v2')/operations/$entity",
      ],
      ['@odata.type', '#Microsoft.Teams.GraphSvc.teamsAsyncOperation'],
      ['id', '00000000-0000-4000-8000-000000000002'],
      ['operationType', 'createChat'],
      ['createdDateTime', '2026-01-02T03:04:05.678Z'],
      ['status', 'inProgress'],
      ['lastActionDateTime', '2021-05-27T21:23:45.1899277Z'],
      ['attemptsCount', 1],
      ['targetResourceId', CHAT_ID],
      ['targetResourceLocation', `/chats('${CHAT_ID}')`],
      ['error', { '@odata.type': 'microsoft.graph.operationError', code: null, message: null }],
    ]);
    expect(Object.fromEntries(headers)).toEqual({
      'cache-control': 'private',
      'client-request-id': '00000000-0000-4000-8000-000000000001',
      'content-type':
        'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
      etag: 'W/"etag-1"',
      location:
        'https://graph.example/beta/chats/19%3Ac253a29b5f694b55a6baad8e83510af7%40thread.v2/operations/00000000-0000-4000-8000-000000000002',
      'odata-version': '4.0',
      'request-id': '00000000-0000-4000-8000-000000000001',
      'strict-transport-security': 'max-age=31536000',
      vary: 'Accept-Encoding',
      'x-content-type-options': 'nosniff',
      'x-ms-ags-diagnostic': '{"ServerInfo":{"DataCenter":"Test","RoleInstance":"test"}}',
    });
  });

  test.each(REJECTED_REQUESTS)('rejects $title with $status', async ({ status, code, targets = [], ...request }) => {
    const answer = await callHandler(request);
    expect(answer).toMatchObject({ status, body: { error: { code } } });
    const details: { target: string }[] = answer.body.error.details ?? [];
    expect(details.map(({ target }) => target).sort()).toEqual([...targets].sort());
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  test('answers errors in the form of Graph', async () => {
    const clientRequestId = '337fa315-709c-e016-2a39-e0c4e05bbf3e';
    const headers = { ...JSON_TYPE, 'client-request-id': clientRequestId };
    const answer = await callHandler({ headers, body: exampleWithout('status') });
    expect(answer.body).toEqual({
      error: {
        code: 'BadRequest',
        message: "The 'status' property is required to create a teamsAsyncOperation.",
        details: [
          {
            code: 'BadRequest',
            message: "The 'status' property is required to create a teamsAsyncOperation.",
            target: 'status',
          },
        ],
        innerError: {
          date: '2026-01-02T03:04:05',
          'request-id': '00000000-0000-4000-8000-000000000001',
          'client-request-id': clientRequestId,
        },
      },
    });
  });

  test('echoes a client-request-id only when it is a GUID', async () => {
    const answer = await callHandler({ ...GOOD, headers: { ...JSON_TYPE, 'client-request-id': 'x"><script>' } });
    expect(answer.headers.get('client-request-id')).toBe(answer.headers.get('request-id'));
  });

  test('keeps what the client gives and the type does not declare, before error', async () => {
    const given = {
      values: '{"appIds":["1"]}',
      _etag: 'mine',
      ttl: 1,
      chatId: 'another',
      constructor: { prototype: { polluted: true } },
    };
    const { body, status } = await callHandler({ ...GOOD, body: exampleWith(given) });
    expect(status).toBe(201);
    expect(body).toMatchObject(given);
    expect(Object.keys(body).at(-1)).toBe('error');
  });

  test('keeps a dynamic __proto__ as a plain property', async () => {
    const { text } = await callHandler({ ...GOOD, body: `${GOOD.body.slice(0, -1)},"__proto__":{"polluted":true}}` });
    expect(text).toContain('"__proto__":{"polluted":true}');
    expect(Object('') as object).not.toHaveProperty('polluted');
  });

  test('leaves control information out', async () => {
    const { body } = await callHandler({ ...GOOD, body: exampleWith({ '@odata.id': 'x', 'a@odata.type': 'y' }) });
    expect(Object.keys(body).filter((name) => name.includes('@'))).toEqual(['@odata.context', '@odata.type']);
  });

  test.each([
    '#microsoft.graph.teamsAsyncOperation',
    'microsoft.graph.teamsAsyncOperation',
    '#Microsoft.Graph.teamsAsyncOperation',
    '#Microsoft.Teams.GraphSvc.teamsAsyncOperation',
  ])('accepts the type name %s', async (name) => {
    expect((await callHandler({ ...GOOD, body: exampleWith({ '@odata.type': name }) })).status).toBe(201);
  });

  test('takes a byte order mark', async () => {
    expect(await callHandler({ ...GOOD, body: `\ufeff${GOOD.body}` })).toMatchObject({ status: 201 });
  });

  test.each([
    ['at the top', `${GOOD.body.slice(0, -1)},"status":"failed"}`],
    ['inside a dynamic property', `${GOOD.body.slice(0, -1)},"any":[{"a":1,"a":1}]}`],
    ['under the name __proto__', `${GOOD.body.slice(0, -1)},"__proto__":1,"__proto__":{"a":1}}`],
    ['written with an escape', `${GOOD.body.slice(0, -1)},"st\\u0061tus":"failed"}`],
  ])('rejects a body that names a property twice %s', async (_place, body) => {
    const message = 'The request body is not valid: an object in it names the same property more than once.';
    expect(await callHandler({ ...GOOD, body })).toMatchObject({ status: 400, body: { error: { message } } });
  });

  test('takes colons and equal names in different objects', async () => {
    const body = `${GOOD.body.slice(0, -1)},"any":{"a":":","b":{"a":"\\":"}},"other":[{"a":1},{"a":1}]}`;
    expect(await callHandler({ ...GOOD, body })).toMatchObject({ status: 201 });
  });

  test('shows what is optional and was not sent as null', async () => {
    const required = ['operationType', 'status', 'lastActionDateTime', 'attemptsCount'];
    const body = JSON.stringify(Object.fromEntries(required.map((name) => [name, EXAMPLE[name]])));
    const answer = await callHandler({ ...GOOD, body });
    expect(answer.body).toMatchObject({ targetResourceId: null, targetResourceLocation: null, error: null });
  });

  test.each([
    ['raw', `/chats/${CHAT_ID}/operations`, CHAT_ID],
    ['percent-encoded', operationsPath(), CHAT_ID],
    ['with an encoded slash', '/chats/a%2Fb/operations', 'a/b'],
    ['of 2 KB', `/chats/${'a'.repeat(2048)}/operations`, 'a'.repeat(2048)],
    ['followed by a slash', `/chats/${CHAT_ID}/operations/`, CHAT_ID],
  ])('accepts a chat id %s', async (_title, path, chatId) => {
    const repository = createMemoryRepository();
    const answer = await callHandler({ ...GOOD, path }, { repository });
    expect(answer.status).toBe(201);
    expect([...repository.stored.keys()]).toEqual([JSON.stringify([chatId, answer.body.id])]);
  });

  test('doubles quotes of the chat id in the context URL', async () => {
    const { body } = await callHandler({ ...GOOD, path: "/chats/o'clock/operations" });
    expect(body['@odata.context']).toContain("#chats('o''clock')/operations");
  });

  test.each(['/chats//operations', '/operations', '/chats/%2e%2e/operations'])(
    'rejects %s, which names no chat',
    async (path) => {
      expect(await callHandler({ ...GOOD, path })).toMatchObject({
        status: 400,
        body: { error: { code: 'BadRequest' } },
      });
    },
  );

  test('answers 409 when the chat holds the id, and 201 when another chat does', async () => {
    const repository = createMemoryRepository();
    const request = { ...GOOD, body: exampleWith({ id: 'twice' }) };
    expect((await callHandler(request, { repository })).status).toBe(201);
    expect(await callHandler(request, { repository })).toMatchObject({
      status: 409,
      body: { error: { code: 'Conflict' } },
    });
    expect((await callHandler({ ...request, path: operationsPath('other') }, { repository })).status).toBe(201);
  });

  test('answers 401 with a challenge before it looks at anything else', async () => {
    const authenticator = {
      authenticate: () => Promise.reject(new UnauthenticatedError('Access token is empty.', null)),
    };
    const answer = await callHandler({ body: 'x', path: '/chats//operations' }, { authenticator });
    expect(answer).toMatchObject({
      status: 401,
      body: { error: { code: 'InvalidAuthenticationToken', message: 'Access token is empty.' } },
    });
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"',
    );
  });

  test.each([
    [
      { ...WRITER, permissions: ['Chat.Read', 'User.Read'] },
      "Missing scope permissions on the request. API requires one of 'Chat.ReadWrite'. Scopes on the request 'Chat.Read, User.Read'.",
    ],
    [
      { ...WRITER, kind: 'application', permissions: [] } as const,
      "Missing role permissions on the request. API requires one of 'Chat.ReadWrite.All'. Roles on the request ''.",
    ],
    [{ ...WRITER, isPersonalAccount: true }, 'Personal Microsoft accounts are not supported.'],
  ])('answers 403 to %j', async (caller, message) => {
    const answer = await callHandler(GOOD, { authenticator: { authenticate: async () => caller } });
    expect(answer).toMatchObject({ status: 403, body: { error: { code: 'Forbidden', message } } });
  });

  test.each([
    ['throttled', new ThrottledError(7), 429, 'TooManyRequests'],
    ['down', new UnavailableError('The store of operations cannot be reached.'), 503, 'ServiceUnavailable'],
    ['broken', new TypeError('secret detail'), 500, 'InternalServerError'],
  ])('answers in JSON when the store is %s', async (_title, error, status, code) => {
    const answer = await callHandler(GOOD, {
      repository: { ...createMemoryRepository(), create: () => Promise.reject(error) },
    });
    expect(answer).toMatchObject({ status, body: { error: { code } } });
    expect(answer.text).not.toContain('secret');
    expect(answer.headers.get('retry-after')).toBe(status === 429 ? '7' : null);
    expect(answer.logged).toHaveLength(status === 429 ? 0 : 1);
  });

  describe('sent again by an SDK', () => {
    const clientRequestId = '337fa315-709c-e016-2a39-e0c4e05bbf3e';
    const retried = { ...JSON_TYPE, 'client-request-id': clientRequestId, 'retry-attempt': '1' };

    async function ids(headers: Record<string, string>[], body = exampleWith({})): Promise<string[]> {
      const dependencies = { repository: createMemoryRepository() };
      const answers = [];
      for (const header of headers) answers.push(await callHandler({ headers: header, body }, dependencies));
      return answers.map((answer) => answer.body.id ?? answer.status);
    }

    test('creates one operation', async () => {
      const [first, second, third] = await ids([
        { ...JSON_TYPE, 'client-request-id': clientRequestId },
        retried,
        retried,
      ]);
      expect([second, third]).toEqual([first, first]);
    });

    test('creates one operation of an id of its own', async () => {
      expect(await ids([JSON_TYPE, { ...JSON_TYPE, 'retry-attempt': '2' }], exampleWith({ id: 'a' }))).toEqual([
        'a',
        'a',
      ]);
    });

    test('creates as many as were asked for when it is no retry', async () => {
      const headers = { ...JSON_TYPE, 'client-request-id': clientRequestId };
      expect(new Set(await ids([headers, headers, headers])).size).toBe(3);
    });
  });
});
