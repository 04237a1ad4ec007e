import fc from 'fast-check';
import { batchHandler } from '../../functions/service/Batch/handler.ts';
import { createBatchHandler } from '../../functions/service/graph-handlers.ts';
import type { GraphDependencies } from '../../shared/composition/create-app.ts';
import { UnauthenticatedError } from '../../shared/domain/errors.ts';
import type { FunctionHandler } from '../../shared/graph-http/pipeline.ts';
import { callFunction, graphDependencies, SERVICE_ROOT, type TestResponse, WRITER } from '../support/call-handler.ts';
import { EXAMPLE, JSON_TYPE } from '../support/create-operation-request.ts';

const OPERATIONS = '/chats/a/operations';
const POST = { method: 'POST', url: OPERATIONS, headers: { 'Content-Type': 'application/json' }, body: EXAMPLE };

type Item = Readonly<Record<string, unknown>>;

function callBatch(
  requests: unknown,
  changes: Partial<GraphDependencies> = {},
  authorization?: string,
): Promise<TestResponse> {
  const dependencies = graphDependencies(changes);
  const handler = createBatchHandler(dependencies);
  return callFunction(handler, {
    method: 'POST',
    path: '/$batch',
    body: JSON.stringify({ requests }),
    headers: { ...JSON_TYPE, ...(authorization && { authorization }) },
  });
}

const get = (id: string, url = OPERATIONS, others: Item = {}): Item => ({ id, method: 'GET', url, ...others });

async function statuses(requests: readonly Item[]): Promise<Record<string, number>> {
  const { body } = await callBatch(requests);
  return Object.fromEntries(body.responses.map(({ id, status }: { id: string; status: number }) => [id, status]));
}

describe('POST /beta/$batch', () => {
  test('answers each request as it would be answered alone', async () => {
    const { status, body } = await callBatch([
      { id: 'post', ...POST, body: { ...EXAMPLE, id: 'made' } },
      get('got', `${OPERATIONS}/made`, { dependsOn: ['post'] }),
      get('counted', `${OPERATIONS}/$count`, { dependsOn: ['got'] }),
      { id: 'deleted', method: 'DELETE', url: `${OPERATIONS}/made`, dependsOn: ['counted'] },
      get('gone', `${OPERATIONS}/made`, { dependsOn: ['deleted'] }),
    ]);
    expect(status).toBe(200);
    expect(body.responses).toMatchObject([
      { id: 'post', status: 201, headers: { Location: `${SERVICE_ROOT}${OPERATIONS}/made` }, body: { id: 'made' } },
      { id: 'got', status: 200, headers: { ETag: expect.stringMatching(/^W\//) }, body: { id: 'made' } },
      { id: 'counted', status: 200, headers: { 'Content-Type': 'text/plain' }, body: btoa('1') },
      { id: 'deleted', status: 204 },
      { id: 'gone', status: 404, body: { error: { code: 'NotFound' } } },
    ]);
    expect(body.responses[3]).not.toHaveProperty('body');
  });

  test('spells the names of headers as they are usually spelt', async () => {
    const minimal = { id: 'minimal', ...POST, headers: { ...POST.headers, Prefer: 'return=minimal' } };
    const { body } = await callBatch([minimal, get('rejected', '/v1.0/x')]);
    const names = new Set(body.responses.flatMap(({ headers }: { headers: object }) => Object.keys(headers)));
    for (const name of ['ETag', 'OData-EntityId', 'Preference-Applied', 'Location', 'request-id'])
      expect(names).toContain(name);
  });

  test('takes URLs with and without a leading slash and a version', async () => {
    const urls = [OPERATIONS, OPERATIONS.slice(1), `/beta${OPERATIONS}`, `BETA${OPERATIONS}`, "/chats('a')/operations"];
    const answered = await statuses(urls.map((url, index) => get(String(index), url)));
    expect(Object.values(answered)).toEqual(urls.map(() => 200));
  });

  test.each([
    `https://graph.microsoft.com/beta${OPERATIONS}`,
    `//evil.example/beta${OPERATIONS}`,
    `/v1.0${OPERATIONS}`,
    `../v1.0${OPERATIONS}`,
    '/$batch',
    '/',
    '',
    'http://[',
    '\\\\evil.example\\x',
  ])('leads the URL %j nowhere', async (url) => {
    expect([400, 405]).toContain((await statuses([get('1', url || ' ')]))['1']);
  });

  test('answers 424 to whatever depends on a failure, directly or not', async () => {
    const requests = [
      get('bad', '/nowhere'),
      get('next', OPERATIONS, { dependsOn: ['BAD'] }),
      get('last', OPERATIONS, { dependsOn: ['next'] }),
    ];
    expect(await statuses(requests)).toEqual({ bad: 400, next: 424, last: 424 });
  });

  const methods = fc.oneof(
    fc.constantFrom('TRACE', 'CONNECT', 'TRACK', 'trace', 'Connect', 'PUT', 'OPTIONS', 'HEAD', 'GET', '__proto__', '!'),
    fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,12}$/),
  );
  const urls = fc.oneof(
    fc.constantFrom(
      OPERATIONS,
      `${OPERATIONS}/x`,
      '/subscriptions',
      '/$batch',
      '/$metadata',
      '..',
      '?',
      '#',
      '\\',
      '%',
    ),
    fc.string({ minLength: 1, maxLength: 30, unit: 'binary' }),
  );
  const headers = fc.dictionary(
    fc.constantFrom('host', 'content-length', 'expect', 'transfer-encoding', 'prefer', 'if-match', 'accept', 'x'),
    fc.stringMatching(/^[\t\x20-\x7e\x80-\xff]{0,20}$/),
  );
  const others = fc.array(fc.record({ method: methods, url: urls, headers }), { minLength: 1, maxLength: 18 });

  test('responds to every item, and carries out the good ones, whatever the others are', async () => {
    await fc.assert(
      fc.asyncProperty(others, async (items) => {
        const dependencies = graphDependencies();
        const odd = items.map((item, index) => ({ id: `odd ${index}`, ...item }));
        const requests = [{ id: 'first', ...POST, body: { ...EXAMPLE, id: 'first' } }, ...odd, { id: 'last', ...POST }];
        const { status, body } = await callBatch(requests, dependencies);
        expect(status).toBe(200);
        expect(body.responses.map(({ id }: Item) => id)).toEqual(requests.map(({ id }) => id));
        for (const { status } of body.responses) expect(status).not.toBe(500);
        expect([body.responses[0].status, body.responses.at(-1).status]).toEqual([201, 201]);
      }),
      { numRuns: 200 },
    );
  });

  test.each(['TRACE', 'CONNECT', 'TRACK', 'track'])('answers %s as any other unknown method', async (method) => {
    const { body } = await callBatch([{ id: '1', method, url: OPERATIONS }]);
    expect(body.responses[0]).toMatchObject({ status: 405, headers: { Allow: 'GET, POST' } });
  });

  test('answers 500 to an item whose handler throws, in the body of Graph, and carries out the rest', async () => {
    const ID = '7d0f5a43-1f0b-4a6e-a4f1-30a1c5d7f3a2';
    const dispatch: FunctionHandler = async ({ url }) => {
      if (url.endsWith('/bad')) throw new TypeError('a bug');
      if (url.endsWith('/worse')) return { status: 200, headers: { 'content-type': 'application/json' }, body: '{' };
      return { status: 204 };
    };
    const { body, logged } = await callFunction(batchHandler({ ...graphDependencies(), dispatch }), {
      method: 'POST',
      path: '/$batch',
      headers: JSON_TYPE,
      body: JSON.stringify({
        requests: [
          get('bad', '/bad', { headers: { 'client-request-id': ID } }),
          get('worse', '/worse'),
          get('good', '/good'),
        ],
      }),
    });
    const statusOf = Object.fromEntries(body.responses.map(({ id, status }: Item) => [id, status]));
    expect(statusOf).toEqual({ bad: 500, worse: 500, good: 204 });
    expect(body.responses[0].body.error).toMatchObject({ code: 'InternalServerError' });
    expect(body.responses[0].body.error.innerError['client-request-id']).toBe(ID);
    expect(logged).toHaveLength(2);
  });

  const behind = (id: string, ...dependsOn: string[]) => get(id, OPERATIONS, { dependsOn });
  test.each([
    ['one after another', [get('a'), behind('b', 'a'), behind('c', 'b')], 200],
    ['all after the first', [get('a'), behind('b', 'a'), behind('c', 'a')], 200],
    ['with empty dependencies', [get('a'), behind('b')], 200],
    ['mixed with independent ones', [get('a'), get('b'), behind('c', 'a')], 400],
    ['an independent one behind', [get('a'), behind('b', 'a'), get('c')], 400],
    ['after several', [get('a'), behind('b', 'a'), behind('c', 'a', 'b')], 400],
    ['as a tree', [get('a'), behind('b', 'a'), behind('c', 'a'), behind('d', 'b')], 400],
  ])('takes requests that are fully sequential or fully parallel: %s', async (_order, requests, status) => {
    expect((await callBatch(requests)).status).toBe(status);
  });

  test('does not carry out what answers 424', async () => {
    const dependencies = graphDependencies();
    await callBatch([get('bad', '/nowhere'), { id: 'post', ...POST, dependsOn: ['bad'] }], dependencies);
    expect(await dependencies.repository.count('a', null)).toBe(0);
  });

  test('carries out 20 requests at once, and rejects 21', async () => {
    let running = 0;
    let most = 0;
    const count = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return 0;
    };
    const repository = { ...graphDependencies().repository, count };
    const requests = Array.from({ length: 21 }, (_, index) => get(String(index), `${OPERATIONS}/$count`));
    expect((await callBatch(requests.slice(1), { repository })).body.responses).toHaveLength(20);
    expect(most).toBe(20);
    expect(await callBatch(requests)).toMatchObject({
      status: 400,
      body: { error: { message: 'Number of batch request steps exceeds the maximum value of 20.' } },
    });
  });

  test('makes a request in the name of its own token, or of the batch’s', async () => {
    const seen: (string | null)[] = [];
    const authenticate = async (authorization: string | null) => {
      seen.push(authorization);
      return WRITER;
    };
    const own = get('own', OPERATIONS, { headers: { Authorization: 'Bearer own' } });
    await callBatch([own, get('none')], { authenticator: { authenticate } }, 'Bearer outer');
    expect(seen.toSorted()).toEqual(['Bearer outer', 'Bearer outer', 'Bearer own']);
  });

  test('answers 401 as a whole without a token', async () => {
    const authenticate = () => Promise.reject(new UnauthenticatedError('Access token is empty.', null));
    expect((await callBatch([get('1')], { authenticator: { authenticate } })).status).toBe(401);
  });

  test.each<[string, unknown, string]>([
    ['no requests', undefined, 'Invalid batch payload format.'],
    ['no request', [], 'Invalid batch payload format.'],
    ['requests that are no array', {}, 'Invalid batch payload format.'],
    ['a request that is no object', ['1'], 'Invalid batch payload format.'],
    ['a request without id', [{ method: 'GET', url: OPERATIONS }], 'Invalid batch payload format.'],
    ['an id that is a number', [{ ...get('1'), id: 1 }], 'Invalid batch payload format.'],
    ['an id of 256 characters', [get('i'.repeat(256))], 'Invalid batch payload format.'],
    ['a request without url', [{ id: '1', method: 'GET' }], 'Invalid batch payload format.'],
    ['a method with a space', [{ ...get('1'), method: 'GET /' }], 'Invalid batch payload format.'],
    ['a header with a line break', [get('1', OPERATIONS, { headers: { a: 'b\r\nc: d' } })], 'Invalid batch payload'],
    ['an atomicity group', [get('1', OPERATIONS, { atomicityGroup: 'g' })], 'Invalid batch payload format.'],
    ['ids that differ in case alone', [get('a'), get('A')], 'Request Id A has to be unique in a batch.'],
    ['a dependency on itself', [get('a', OPERATIONS, { dependsOn: ['a'] })], 'Invalid dependency for request Id a.'],
    ['an unknown dependency', [get('a', OPERATIONS, { dependsOn: ['b'] })], 'Invalid dependency for request Id a.'],
    [
      'a cycle',
      [get('a', OPERATIONS, { dependsOn: ['b'] }), get('b', OPERATIONS, { dependsOn: ['a'] })],
      'Invalid dependency for request Id a.',
    ],
    [
      'a body without content type',
      [{ id: '1', method: 'POST', url: OPERATIONS, body: EXAMPLE }],
      "Write request with id '1' does not contain a Content-Type header.",
    ],
    ['a Base64 body without content type', [{ ...POST, id: '1', headers: {}, body: 'e30=' }], 'Write request with id'],
  ])('rejects %s as a whole', async (_title, requests, message) => {
    const { status, body } = await callBatch(requests);
    expect({ status, code: body.error.code }).toEqual({ status: 400, code: 'BadRequest' });
    expect(body.error.message).toContain(message);
  });

  test('hands a body that is no JSON on as bytes', async () => {
    const text = { ...POST, headers: { 'content-type': 'text/plain' }, body: btoa('hello') };
    expect(
      await statuses([
        { id: '1', ...text },
        { id: '2', ...POST, body: 'text' },
      ]),
    ).toEqual({ 1: 415, 2: 400 });
  });
});
