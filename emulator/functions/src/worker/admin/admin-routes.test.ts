import { mkdtemp } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandomness } from '@lazurite/runtime';
import { closeTestHosts, startTestHost, type TestHost } from '../../testing/test-host.ts';
import { openKeyStore } from '../http/key-store.ts';

afterAll(closeTestHosts);

let host: TestHost;
beforeAll(async () => {
  host = await startTestHost('v4-responses');
});

test('GET / says that the app is up', async () => {
  const response = await fetch(host.url);
  expect(response.status).toBe(200);
  expect(await response.text()).toContain('Your Functions 4.0 app is up and running');
});

test('GET / is 204 when AzureWebJobsDisableHomepage is true', async () => {
  const other = await startTestHost('v4-cjs', { env: { ...process.env, AzureWebJobsDisableHomepage: 'true' } });
  expect((await fetch(other.url)).status).toBe(204);
});

test.each(['GET', 'POST'])('%s /admin/host/ping is 200, not to be cached', async (method) => {
  const response = await fetch(`${host.url}/admin/host/ping`, { method });
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
});

test('GET /admin/host/status tells state and version', async () => {
  const status = await (await fetch(`${host.url}/admin/host/status`)).json();
  expect(status).toMatchObject({ state: 'Running', version: expect.stringMatching(/^4\./), id: expect.any(String) });
});

test('GET /admin/functions lists every function with its bindings', async () => {
  const functions = (await (await fetch(`${host.url}/admin/functions`)).json()) as { name: string }[];
  expect(functions.find(({ name }) => name === 'echo')).toMatchObject({
    invoke_url_template: `${host.url}/api/echo`,
    language: 'node',
    isDirect: true,
    isDisabled: false,
    config: { bindings: expect.arrayContaining([expect.objectContaining({ type: 'httpTrigger' })]) },
  });
});

test('GET /admin/functions/{name} finds a function whatever the case; an unknown one is 404', async () => {
  expect(await (await fetch(`${host.url}/admin/functions/QUEUED`)).json()).toMatchObject({ name: 'queued' });
  expect((await fetch(`${host.url}/admin/functions/unknown`)).status).toBe(404);
});

test('POST /admin/functions/{name} starts the function with the input and answers 202', async () => {
  const response = await post('queued', '{"input":"{\\"a\\":1}"}');
  expect([response.status, await response.text()]).toEqual([202, '']);
  const finished = await host.next('invocation-finished', ({ functionName }) => functionName === 'queued');
  expect(finished.succeeded).toBe(true);
});

test('POST /admin/functions/{name} with Prefer: return=representation answers 200 with what came of it', async () => {
  const response = await fetch(`${host.url}/admin/functions/queued`, {
    method: 'POST',
    headers: { prefer: 'respond-async, return=representation' },
    body: '{"input":"text"}',
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ status: 'succeeded', logs: expect.any(Array) });
});

test('an HTTP function that is invoked manually gets a request to its own route', async () => {
  const outcome = await host.invoke('echo', 'text');
  expect(outcome).toMatchObject({ status: 'succeeded', result: { status: 200 } });
  expect(JSON.stringify(outcome)).toContain('http://localhost/api/echo');
});

test.each([
  ['an unknown function', 'unknown', '{"input":""}', 404],
  ['an empty body', 'queued', '', 400],
  ['a body that is no JSON', 'queued', '{', 400],
])('POST /admin/functions for %s is rejected', async (_case, name, body, status) => {
  expect((await post(name, body)).status).toBe(status);
});

test.each([{ origin: 'https://elsewhere.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }])(
  'a page from elsewhere (%j) cannot call the admin API, and functions only with a key',
  async (headers) => {
    const { masterKey } = await (await fetch(`${host.url}/admin/host/systemkeys/_master`)).json().then(keyOf);
    const status = async (path: string, more = {}) =>
      (await fetch(host.url + path, { headers: { ...headers, ...more } })).status;
    expect(await status('/admin/host/status')).toBe(403);
    expect(await status('/admin/host/status', { 'x-functions-key': masterKey })).toBe(403);
    expect(await status('/api/empty')).toBe(200);
    expect(await status('/api/guarded')).toBe(401);
    expect(await status('/api/guarded', { 'x-functions-key': masterKey })).toBe(200);
    expect((await fetch(`${host.url}/api/guarded`)).status).toBe(200);
  },
);

test('with CORS for all, a page calls the admin API with the master key alone', async () => {
  const other = await startTestHost('v4-cjs', { cors: { origins: ['*'], credentials: false } });
  const keys = `${other.url}/admin/host/systemkeys/_master`;
  const { masterKey } = await (await fetch(keys)).json().then(keyOf);
  const headers = { origin: 'https://elsewhere.example' };
  const rejected = await fetch(keys, { headers });
  expect([rejected.status, await rejected.text()]).toEqual([401, '']);
  expect((await fetch(`${other.url}/admin/host/restart`, { method: 'POST', headers })).status).toBe(401);
  expect((await fetch(keys, { headers: { ...headers, 'x-functions-key': masterKey } })).status).toBe(200);
});

test('under a name that is not its own, the host answers nothing', async () => {
  for (const path of ['/admin/host/status', '/api/empty', '/'])
    expect(await statusUnder('attacker.example', path)).toBe(403);
});

test('under an allowed name, the host answers', async () => {
  const other = await startTestHost('v4-responses', { allowedHosts: ['*.tunnel.example'] });
  expect(await statusUnder('a.tunnel.example', '/api/empty', other)).toBe(200);
  expect(await statusUnder('b.example', '/api/empty', other)).toBe(403);
});

test('GET /admin/host/processes names the worker process', async () => {
  const { processes } = (await (await fetch(`${host.url}/admin/host/processes`)).json()) as { processes: unknown[] };
  expect(processes).toEqual([expect.objectContaining({ processId: expect.any(Number), processName: 'node' })]);
});

test('POST /admin/host/log writes the entries to the log', async () => {
  const entries = [{ level: 'Warning', message: 'from a tool', source: 'tool' }];
  expect((await fetch(`${host.url}/admin/host/log`, { method: 'POST', body: JSON.stringify(entries) })).status).toBe(
    200,
  );
  expect(await host.next('log', ({ message }) => message === 'from a tool')).toMatchObject({ level: 'warning' });
  expect((await fetch(`${host.url}/admin/host/log`, { method: 'POST', body: '{}' })).status).toBe(400);
});

test('POST /admin/host/synctriggers succeeds, as there is nothing to tell', async () => {
  const response = await fetch(`${host.url}/admin/host/synctriggers`, { method: 'POST' });
  expect(await response.json()).toEqual({ status: 'success' });
});

test('POST /admin/host/restart replaces the worker', async () => {
  const other = await startTestHost('v4-cjs');
  expect((await fetch(`${other.url}/admin/host/restart`, { method: 'POST' })).status).toBe(200);
  await other.next('reloaded');
  expect((await fetch(`${other.url}/api/hello`)).status).toBe(200);
});

test('invoke() resolves to what the function returned, or to its failure', async () => {
  expect(await host.invoke('queued', 'text')).toMatchObject({
    status: 'succeeded',
    result: { message: 'text', id: 36 },
  });
  expect(await host.invoke('queued', 'bad')).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('bad message'),
  });
  expect(await host.invoke('unknown', null)).toEqual({ status: 'not-found', logs: [] });
});

test('with enableAuth, functions and the admin API ask for their keys', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-'));
  const { masterKey } = await openKeyStore(dataDir, systemRandomness);
  const other = await startTestHost('v4-responses', { enableAuth: true, dataDir });
  const status = async (path: string, key?: string) => {
    const init = key === undefined ? {} : { headers: { 'x-functions-key': key } };
    return (await fetch(other.url + path, init)).status;
  };
  expect(await status('/api/empty')).toBe(200);
  expect(await status('/api/guarded')).toBe(401);
  expect(await status('/api/guarded', 'wrong')).toBe(401);
  expect(await status('/api/guarded', masterKey)).toBe(200);
  expect(await status(`/api/guarded?code=${masterKey}`)).toBe(200);
  expect(await status('/admin/host/status')).toBe(401);
  expect(await status('/admin/host/status', masterKey)).toBe(200);
});

test('CORS origins of local.settings.json or the options are answered before routing', async () => {
  const other = await startTestHost('v4-cjs', { cors: { origins: ['https://app.example'], credentials: false } });
  const headers = { origin: 'https://app.example', 'access-control-request-method': 'PUT' };
  const preflight = await fetch(`${other.url}/api/hello`, { method: 'OPTIONS', headers });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, headers.origin]);
  const answer = await fetch(`${other.url}/api/hello`, { headers });
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, headers.origin]);
});

/** The status of a request whose Host header is `name`. */
async function statusUnder(name: string, path: string, { url } = host): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url + path, { headers: { host: name } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}

function keyOf(key: unknown): { readonly masterKey: string } {
  return { masterKey: (key as { value: string }).value }; // of the documented form
}

function post(name: string, body: string): Promise<Response> {
  return fetch(`${host.url}/admin/functions/${name}`, { method: 'POST', body });
}

test('the admin API names a function in error, with the reason', async () => {
  const { url } = await startTestHost('bad-name');
  const json = async (path: string) => (await fetch(`${url}/admin/${path}`)).json();
  const reason = expect.stringContaining("'1st' is not a valid function name");
  expect(await json('functions')).toEqual([expect.objectContaining({ name: '1st', config: null })]);
  expect(await json('functions/1ST')).toMatchObject({ name: '1st' });
  expect(await json('functions/1st/status')).toEqual({ isDisabled: false, errors: [reason] });
  expect(await json('host/status')).toMatchObject({ state: 'Running', errors: [reason] });
});
