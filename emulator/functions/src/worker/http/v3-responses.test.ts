import { closeTestHosts, startTestHost, type TestHost } from '../../testing/test-host.ts';

let host: TestHost;
beforeAll(async () => {
  host = await startTestHost('v3-responses');
});
afterAll(closeTestHosts);

async function answerOf(path: string, init: RequestInit = {}) {
  const response = await fetch(host.url + path, init);
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

const TEXT = 'text/plain; charset=utf-8';

test.each([
  ['an object: indented JSON as plain text', 'object', 201, TEXT, '{\n  "a": 1,\n  "list": [],\n  "text": "é"\n}'],
  ['a boolean: as .NET writes it', 'boolean', 200, TEXT, 'True'],
  ['a number', 'number', 200, TEXT, '12.5'],
  ['no body', 'empty', 202, TEXT, ''],
  ['text of a type of its own: with the charset added', 'html', 200, 'text/html; charset=utf-8', '<p>'],
  ['bytes: as they are', 'bytes', 200, 'image/png', '\u0001\u0002'],
  ['res.status().set().json()', 'json', 203, 'application/json; charset=utf-8', '{\n  "b": 2\n}'],
  ['res.status().send()', 'send', 202, TEXT, 'sent'],
  ['res.sendStatus()', 'sendStatus', 418, TEXT, ''],
  ['context.done(null, { res })', 'done', 200, TEXT, 'done'],
  ['a status that is a word: 200', 'wordStatus', 200, TEXT, 'x'],
])('context.res with %s', async (_case, kind, ...[status, type, text]) => {
  expect(await answerOf(`/res/${kind}`)).toEqual({ status, type, text });
});

test.each(['badHeader', 'badHeaderName', 'badStatus', 'badCookie'])('%s is 500 with an empty body', async (kind) => {
  expect(await answerOf(`/res/${kind}`)).toMatchObject({ status: 500, text: '' });
});

describe('enableContentNegotiation', () => {
  test.each([
    ['an object is JSON whatever is accepted', '', '*/*', 'application/json; charset=utf-8', '{"c":3}'],
    ['text is text', '?text=hi', '*/*', TEXT, 'hi'],
    ['text is JSON for who wants only JSON', '?text=hi', 'application/json', 'application/json; charset=utf-8', '"hi"'],
    ['the first acceptable form counts', '?text=hi', 'text/plain, application/json', TEXT, 'hi'],
  ])('%s', async (_case, query, accept, ...[type, text]) => {
    expect(await answerOf(`/res/negotiated${query}`, { headers: { accept } })).toEqual({ status: 200, type, text });
  });

  test('nothing is 204', async () => {
    expect(await answerOf('/res/nothingNegotiated')).toEqual({ status: 204, type: null, text: '' });
  });
});

test('a returned response goes to an output named $return; returned text fails with 500', async () => {
  expect(await answerOf('/returned')).toEqual({ status: 206, type: TEXT, text: 'GET' });
  expect(await answerOf('/returned?text=1')).toMatchObject({ status: 500, text: '' });
});

test('OPTIONS and HEAD reach a function that lists them; HEAD has no body', async () => {
  expect(await answerOf('/returned', { method: 'OPTIONS' })).toMatchObject({ status: 206, text: 'OPTIONS' });
  expect(await answerOf('/returned', { method: 'HEAD' })).toMatchObject({ status: 206, text: '' });
});

test('a function that lists no methods takes any; without an HTTP output it is 200', async () => {
  expect(await answerOf('/silent', { method: 'PATCH' })).toMatchObject({ status: 200, text: '' });
});

test('context.req has the method, joined query values, route values, and a parsed JSON body beside the raw one', async () => {
  const init = { method: 'PUT', body: '{"n":1}', headers: { 'content-type': 'application/json' } };
  const { text } = await answerOf('/res/request/7?a=1&a=2', init);
  expect(JSON.parse(text)).toEqual({
    method: 'PUT',
    query: { a: '1,2' },
    params: { kind: 'request', id: '7' },
    body: { n: 1 },
    rawBody: '{"n":1}',
    type: 'application/json',
  });
});

test('context.bindingData has the properties of the body, the query and the route', async () => {
  const init = { method: 'POST', body: '{"fromBody":"b","q":"body"}', headers: { 'content-type': 'application/json' } };
  const { text } = await answerOf('/res/bindingData/7?q=query', init);
  expect(JSON.parse(text)).toMatchObject({
    kind: 'bindingData',
    id: 7,
    fromBody: 'b',
    q: 'query',
    query: { q: 'query' },
    sys: { methodName: 'responses' },
  });
});
