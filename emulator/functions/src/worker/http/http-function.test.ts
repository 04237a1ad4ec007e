import { request as httpRequest } from 'node:http';
import { closeTestHosts, startTestHost, type TestHost } from '../../testing/test-host.ts';

afterAll(closeTestHosts);

describe('programming models', () => {
  test('a v4 CommonJS app answers through @azure/functions', async () => {
    const host = await startTestHost('v4-cjs');
    const response = await fetch(`${host.url}/api/hello?name=Ada`);
    expect([response.status, await response.text()]).toEqual([200, 'Hello, Ada!']);
  });

  test('a v4 ES module app may await at top level and import @azure/functions-core itself', async () => {
    const host = await startTestHost('v4-esm');
    const response = await fetch(`${host.url}/api/info`);
    expect(await response.json()).toMatchObject({ started: 'top-level await', workerVersion: '3.12.0' });
  });

  test('a TypeScript entry point runs without a build', async () => {
    const host = await startTestHost('v4-typescript');
    expect(await (await fetch(`${host.url}/api/typed`)).json()).toEqual({ typed: true });
  });

  test('a function.json app answers through the v3 model, with its route parameter and its named output', async () => {
    const host = await startTestHost('v3-function-json');
    const response = await fetch(`${host.url}/echo/7`, { method: 'POST', body: JSON.stringify({ a: 1 }) });
    expect([response.status, response.headers.get('x-id'), await response.text()]).toEqual([
      202,
      '7',
      '{\n  "got": {\n    "a": 1\n  }\n}',
    ]);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });

  test('function.json may name script and entry point, whose `this` is the exports object', async () => {
    const host = await startTestHost('v3-function-json');
    expect(await (await fetch(`${host.url}/named`)).text()).toBe('hello from this GET');
  });

  test('a function that function.json disables is listed as disabled and answers 404', async () => {
    const host = await startTestHost('v3-function-json');
    expect(host.functions.find(({ name }) => name === 'disabledone')?.disabled).toBe(true);
    expect((await fetch(`${host.url}/disabledone`)).status).toBe(404);
  });
});

describe('responses', () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startTestHost('v4-responses');
  });

  test.each([
    ['nothing', 204],
    ['empty', 200],
    ['throws', 500],
    ['text', 500],
    ['status', 500],
  ])('%s is %i with an empty body', async (name, status) => {
    const response = await fetch(`${host.url}/api/${name}`);
    expect([response.status, await response.text()]).toEqual([status, '']);
  });

  test.each([
    ['an unknown path', '/api/unknown', 'GET'],
    ['a method that no function takes', '/api/echo', 'DELETE'],
  ])('%s is 404 with an empty body', async (_case, path, method) => {
    const response = await fetch(host.url + path, { method });
    expect([response.status, await response.text()]).toEqual([404, '']);
  });

  test('bytes arrive as they were returned', async () => {
    const response = await fetch(`${host.url}/api/bytes`);
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 255, 128]);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
  });

  test('cookies are written as ASP.NET Core writes them', async () => {
    const response = await fetch(`${host.url}/api/cookies`);
    expect(response.headers.getSetCookie()).toEqual([
      'a=b%20c; max-age=60; path=/; secure; samesite=lax; httponly',
      'plain=1; path=/',
    ]);
  });

  test('a failed function is reported with its stack, and the response has no details', async () => {
    await fetch(`${host.url}/api/throws`);
    const finished = await host.next('invocation-finished', ({ functionName }) => functionName === 'throws');
    expect(finished).toMatchObject({ succeeded: false, error: expect.stringContaining('index.js') });
  });
});

describe('requests', () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startTestHost('v4-responses');
  });

  test('query values that occur twice are joined with a comma', async () => {
    const { query } = (await (await fetch(`${host.url}/api/echo?a=1&a=2&b=%20`)).json()) as { query: unknown };
    expect(query).toEqual([
      ['a', '1,2'],
      ['b', ' '],
    ]);
  });

  test('the function sees the URL that the client asked for', async () => {
    const { url } = (await (await fetch(`${host.url}/api/echo?x=1`)).json()) as { url: string };
    expect(url).toBe(`${host.url}/api/echo?x=1`);
  });

  test('a body of 101 MB is 413, and the host goes on', async () => {
    const response = await fetch(`${host.url}/api/echo`, { method: 'POST', body: Buffer.alloc(101 * 1024 * 1024) });
    expect(response.status).toBe(413);
    expect((await fetch(`${host.url}/api/empty`)).status).toBe(200);
  });

  test('a GET with a body answers, its body dropped by the library', async () => {
    const answer = await rawGetWithBody(`${host.url}/api/echo`, 'hello');
    expect(answer).toMatchObject({ bytes: 0 });
  });
});

function rawGetWithBody(url: string, body: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: 'GET', headers: { 'content-length': body.length } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    });
    request.on('error', reject);
    request.end(body);
  });
}

describe('hooks', () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startTestHost('v4-hooks');
  });

  test('run in order around the function, may wrap it, and may change its result', async () => {
    const response = await fetch(`${host.url}/api/hooked`);
    expect(await response.json()).toEqual({ ok: true, calls: ['pre', 'handler', 'post'], startedIn: 'object' });
  });

  test('may swallow an error', async () => {
    const response = await fetch(`${host.url}/api/failing`);
    expect(await response.json()).toEqual({ swallowed: 'swallow me', calls: ['pre', 'handler', 'post'] });
  });

  test('cannot assign hookData', async () => {
    expect((await fetch(`${host.url}/api/readonly`)).status).toBe(500);
    const { error } = await host.next('invocation-finished', ({ functionName }) => functionName === 'readonly');
    expect(error).toMatch(/Cannot assign to read only property|Cannot set property hookData/);
  });

  test('may change a line of the user log', async () => {
    await fetch(`${host.url}/api/hooked`);
    const line = await host.next('log', ({ category }) => category === 'Function.hooked.User');
    expect(line.message).toBe('[hooked] a line');
  });
});
