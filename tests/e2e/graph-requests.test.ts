import { exampleWith, JSON_TYPE, operationsPath, type RawRequest } from '../support/create-operation-request.ts';
import { itemPath, useGraph } from '../support/graph.ts';
import { startReceiver } from '../support/receiver.ts';
import { type HttpResponse, sendRequest } from '../support/send-request.ts';

const { create, list, patch, send, stack } = useGraph();

const CHAT = '19:requests@thread.v2';
const ITEM = itemPath(CHAT, 'one');

beforeAll(async () => {
  await create(CHAT, { id: 'one', operationType: 'createTeam', status: 'failed', attemptsCount: 3 });
  await create(CHAT, { id: 'two', operationType: 'createChat', status: 'succeeded', attemptsCount: 1 });
});

const post = (path: string, body: object | string, headers: Record<string, string> = {}) =>
  send({
    method: 'POST',
    path,
    headers: { ...JSON_TYPE, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

function expectError({ status, body }: HttpResponse, expected: { status: number; code?: string; message?: RegExp }) {
  expect({ status, code: body.error.code, message: body.error.message }).toEqual({
    status: expected.status,
    code: expected.code ?? 'BadRequest',
    message: expect.stringMatching(expected.message ?? /./),
  });
}

describe('the service', () => {
  test.each([
    ['beta', ''],
    ['beta', '/'],
    ['v1.0', '/'],
  ])('answers GET /%s%s with the service document, to anybody', async (apiVersion, end) => {
    const { status, headers, body } = await sendRequest(stack().functionsUrl, { path: `/${apiVersion}${end}` });
    expect({ status, type: headers.get('content-type'), version: headers.get('odata-version') }).toEqual({
      status: 200,
      type: expect.stringMatching(/^application\/json;odata\.metadata=minimal/),
      version: '4.0',
    });
    expect(body).toEqual({
      '@odata.context': `${stack().functionsUrl}/${apiVersion}/$metadata`,
      value: [
        { name: 'chats', kind: 'EntitySet', url: 'chats' },
        { name: 'teams', kind: 'EntitySet', url: 'teams' },
        ...(apiVersion === 'beta' ? [{ name: 'subscriptions', kind: 'EntitySet', url: 'subscriptions' }] : []),
      ],
    });
  });

  test.each(['?$format=json', '?$format=application/json;odata.metadata=minimal', '?format=json'])(
    'answers GET /beta/$metadata%s with CSDL JSON',
    async (query) => {
      const { status, headers, body } = await send({ path: `/$metadata${query}` });
      expect({ status, type: headers.get('content-type') }).toEqual({
        status: 200,
        type: 'application/json;charset=utf-8',
      });
      expect(body).toMatchObject({ $Version: '4.01', $EntityContainer: 'microsoft.graph.GraphService' });
      const graph = body['microsoft.graph'];
      expect(graph.teamsAsyncOperation).toMatchObject({
        $Kind: 'EntityType',
        $BaseType: 'graph.entity',
        $OpenType: true,
        attemptsCount: { $Type: 'Edm.Int32' },
        targetResourceId: { $Nullable: true },
      });
      expect(graph.chat.operations).toEqual({
        $Kind: 'NavigationProperty',
        $Collection: true,
        $Type: 'graph.teamsAsyncOperation',
        $ContainsTarget: true,
      });
    },
  );

  test('names CSDL XML by default, and rejects a format that there is none of', async () => {
    expect((await send({ path: '/$metadata' })).headers.get('content-type')).toBe('application/xml;charset=utf-8');
    expectError(await send({ path: '/$metadata?$format=atom' }), { status: 400, message: /'atom'/ });
  });

  test('says in its metadata that chats are read one by one, and serves no list of them', async () => {
    const { body } = await send({ path: '/$metadata?$format=json' });
    const { chats } = body['microsoft.graph'].GraphService;
    expect(chats['@Org.OData.Capabilities.V1.ReadRestrictions']).toEqual({
      Readable: false,
      ReadByKeyRestrictions: { Readable: true },
    });
    const [operations] = chats['@Org.OData.Capabilities.V1.NavigationRestrictions'].RestrictedProperties;
    expect(operations).toMatchObject({
      NavigationProperty: 'operations',
      ReadRestrictions: { Readable: true },
      FilterRestrictions: { Filterable: true },
      ExpandRestrictions: { Expandable: false },
    });
    expectError(await send({ path: '/chats' }), {
      status: 405,
      code: 'Request_BadRequest',
      message: /HTTP method is not allowed/,
    });
  });

  test.each<[string, string, string]>([
    ['POST', `/v1.0${operationsPath(CHAT)}`, "Resource not found for the segment 'operations'."],
    ['GET', `/v1.0${ITEM}`, "Resource not found for the segment 'operations'."],
    ['POST', '/v1.0/chats/x/colours', "Resource not found for the segment 'colours'."],
    ['GET', '/v1.0/colours', "Resource not found for the segment 'colours'."],
    ['GET', '/v9.9/chats/x/operations', 'Invalid version: v9.9'],
    ['GET', '/beta/colours/x', "Resource not found for the segment 'colours'."],
    ['GET', '/beta/chats/x/colours', "Resource not found for the segment 'colours'."],
    ['GET', '/beta/me/colours', "Resource not found for the segment 'colours'."],
    ['GET', `/beta${ITEM}/colours`, "Resource not found for the segment 'colours'."],
  ])('blames the segment that is wrong: %s %s', async (method, path, message) => {
    const { status, body } = await sendRequest(stack().functionsUrl, { method, path });
    expect({ status, message: body.error.message }).toEqual({ status: 400, message });
  });

  test.each([
    ['no token', {}, ''],
    ['a token that does not hold', { authorization: 'Bearer x.y.z' }, ', error="invalid_token", error_description='],
  ])('challenges a caller with %s as Graph does', async (_token, headers, end) => {
    const answer = await sendRequest(`${stack().functionsUrl}/beta`, { path: ITEM, headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain(
      `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"${end}`,
    );
  });

  test.each<[Record<string, string>, number]>([
    [{ 'odata-maxversion': '3.0' }, 400],
    [{ 'odata-maxversion': 'x' }, 400],
    [{ 'odata-maxversion': '4.0' }, 200],
    [{ 'odata-maxversion': '4.01' }, 200],
    [{ 'odata-maxversion': '5.0' }, 200],
    [{ 'odata-version': '3.0' }, 400],
    [{ 'odata-version': '4.0' }, 200],
    [{ 'odata-version': '4.01' }, 200],
  ])('answers a request with %j with %i', async (headers, status) => {
    expect((await send({ path: ITEM, headers })).status).toBe(status);
  });
});

describe('a list', () => {
  test('has its count unless the caller wants none', async () => {
    expect((await list(CHAT, '$count=true')).body).toMatchObject({ '@odata.count': 2 });
    expect((await list(CHAT, '$top=999')).body).toMatchObject({ '@odata.count': 2 });
    expect((await list(CHAT, '$count=false')).body).not.toHaveProperty('@odata.count');
  });

  test.each<[string, readonly string[]]>([
    ['attemptsCount lt INF', ['one', 'two']],
    ['attemptsCount gt -INF', ['one', 'two']],
    ['attemptsCount gt INF', []],
    ['attemptsCount eq INF', []],
    ['attemptsCount ne INF', ['one', 'two']],
    ['attemptsCount lt NaN', []],
    ['attemptsCount ne NaN', ['one', 'two']],
    ['-INF lt attemptsCount', ['one', 'two']],
    ['1 lt INF', ['one', 'two']],
    ['attemptsCount in (INF,3)', ['one']],
    ['missing lt INF', []],
    ['attemptsCount eq %2B1', ['two']],
    ['attemptsCount gt -1', ['one', 'two']],
    ["status eq '4'", ['one']],
    ["status in ('3','4')", ['one', 'two']],
    ["operationType lt '8'", ['one']],
    ["status eq graph.teamsAsyncOperationStatus'failed'", ['one']],
    ["status eq microsoft.graph.teamsAsyncOperationStatus'3'", ['two']],
  ])('filtered by %s', async (filter, ids) => {
    const { status, body } = await list(CHAT, `$filter=${filter}&$orderby=id`);
    expect({ status, ids: body.value?.map(({ id }: { id: string }) => id) }).toEqual({ status: 200, ids });
  });
});

describe('a write', () => {
  test('loses none of 12 updates at once that name no version', async () => {
    await create(CHAT, { id: 'busy' });
    const path = itemPath(CHAT, 'busy');
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => patch(path, { [`property${index}`]: index })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 200));
    const { body } = await send({ path });
    expect(Object.keys(body).filter((name) => name.startsWith('property'))).toHaveLength(12);
  });

  test('takes back the whole entity as it was read', async () => {
    await create(CHAT, { id: 'whole', createdDateTime: '2021-05-27T21:23:41.9085453Z', error: null });
    const path = itemPath(CHAT, 'whole');
    const { body } = await send({ path });
    expect((await patch(path, body)).body).toEqual(body);
    // Kiota's clients keep milliseconds, and write an error without properties for the null that they read.
    const rounded = { ...body, createdDateTime: '2021-05-27T21:23:41.908Z', error: {} };
    expect((await patch(path, rounded)).body).toEqual(body);
  });

  test.each([
    ['id', { id: 'other' }],
    ['createdDateTime', { createdDateTime: '2021-05-27T21:23:42Z' }],
  ])('does not change %s', async (target, changes) => {
    const answer = await patch(ITEM, { ...changes, attemptsCount: 3 });
    expectError(answer, { status: 400, message: /read-only/ });
    expect(answer.body.error.details).toEqual([expect.objectContaining({ target })]);
  });

  test.each(['PATCH', 'DELETE'])('%s of what exists is not what If-None-Match: * asks for', async (method) => {
    const headers = { ...JSON_TYPE, 'if-none-match': '*' };
    const body = method === 'PATCH' ? JSON.stringify({ attemptsCount: 9 }) : undefined;
    const request: RawRequest = { method, path: ITEM, headers, ...(body !== undefined && { body }) };
    expectError(await send(request), { status: 412, code: 'PreconditionFailed' });
    expect((await send({ path: ITEM })).body.attemptsCount).toBe(3);
  });

  test('rejects a body that names a property twice', async () => {
    const body = `${exampleWith({}).slice(0, -1)},"status":"failed"}`;
    expectError(await post(operationsPath(CHAT), body), { status: 400, message: /more than once/ });
  });

  test('rejects a batch that is neither sequential nor parallel', async () => {
    const get = (id: string, dependsOn: string[] = []) => ({ id, method: 'GET', url: ITEM, dependsOn });
    const message = /fully sequential or fully parallel/;
    expectError(await post('/$batch', { requests: [get('a'), get('b'), get('c', ['a'])] }), { status: 400, message });
    const several = { requests: [get('a'), get('b', ['a']), get('c', ['a', 'b'])] };
    expectError(await post('/$batch', several), { status: 400, message });
    expect((await post('/$batch', { requests: [get('a'), get('b', ['a'])] })).status).toBe(200);
  });
});

describe('a subscription', () => {
  const minutes = (count: number) => new Date(Date.now() + count * 60_000).toISOString();

  async function subscribe(changes: object): Promise<HttpResponse> {
    const receiver = await startReceiver();
    receiver.answer = ({ url }, response) => {
      const token = new URL(url, receiver.origin).searchParams.get('validationToken');
      response.writeHead(200, { 'content-type': 'text/plain' }).end(token);
    };
    try {
      return await post('/subscriptions', {
        resource: `chats('${CHAT}')/operations`,
        changeType: 'created',
        notificationUrl: receiver.origin,
        expirationDateTime: minutes(50),
        ...changes,
      });
    } finally {
      await receiver.close();
    }
  }

  test('exists once for the same changes of the same resource', async () => {
    const { status, body } = await subscribe({ changeType: 'created,updated' });
    expect(status).toBe(201);
    const message = new RegExp(`^Subscription Id ${body.id} already exists for the requested combination$`);
    const again = await subscribe({ changeType: 'updated,created', resource: `/chats/${CHAT}/operations` });
    expectError(again, { status: 409, code: 'ObjectIdentifierInUse', message });
    expect((await subscribe({ changeType: 'deleted' })).status).toBe(201);
  });

  test.each([
    ['latestSupportedTlsVersion', { resource: "chats('tls')/operations", latestSupportedTlsVersion: 'v1_3' }, 'v1_3'],
    ['changeType', { resource: "chats('case')/operations", changeType: 'Created,UPDATED' }, 'created,updated'],
    ['changeType', { resource: "chats('name')/operations", changeType: undefined, changetype: 'deleted' }, 'deleted'],
  ])('takes %s as Graph does: %j', async (name, changes, value) => {
    const { status, body } = await subscribe(changes);
    expect({ status, value: body[name] }).toEqual({ status: 201, value });
  });

  test('lives for 45 minutes at least, and as long again when it is renewed', async () => {
    const { status, body } = await subscribe({ resource: "chats('short')/operations", expirationDateTime: minutes(2) });
    expect(status).toBe(201);
    const lifetime = (text: string) => (Date.parse(text) - Date.now()) / 60_000;
    expect(lifetime(body.expirationDateTime)).toBeGreaterThan(43);
    const renewed = await patch(`/subscriptions/${body.id}`, { expirationDateTime: minutes(1) });
    expect(lifetime(renewed.body.expirationDateTime)).toBeGreaterThan(43);
  });
});
