import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { moduleNameMapper } from '../jest.ts';
import { fixture } from '../testing/test-host.ts';
import { type OpenFunctionApp, openFunctionApp } from './open-function-app.ts';

// What the mapper does for a whole configuration.
jest.mock('@azure/functions-core', () => jest.requireActual(Object.values(moduleNameMapper)[0] ?? ''), {
  virtual: true,
});

let app: OpenFunctionApp | undefined;
afterEach(() => app?.close());

async function open(name: string, options: { env?: NodeJS.ProcessEnv } = {}): Promise<OpenFunctionApp> {
  app = await openFunctionApp({ scriptRoot: fixture(name), ...options });
  return app;
}

test('fetch() reaches a function by its route, without a port', async () => {
  const { fetch } = await open('v4-responses');
  const response = await fetch('/api/echo?a=1', { method: 'POST', body: 'four' });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
  expect(await response.json()).toMatchObject({
    bytes: 4,
    query: [['a', '1']],
    url: 'http://localhost:7071/api/echo?a=1',
  });
});

test('fetch() answers as the host does: 404, 204, 500, cookies', async () => {
  const { fetch } = await open('v4-responses');
  const statuses = await Promise.all(
    ['unknown', 'nothing', 'throws'].map(async (name) => (await fetch(`/api/${name}`)).status),
  );
  expect(statuses).toEqual([404, 204, 500]);
  expect((await fetch(new URL('http://any.example/api/cookies'))).headers.getSetCookie()).toHaveLength(2);
  expect((await fetch(new Request('http://localhost/api/verbs', { method: 'PUT', body: 'x' }))).status).toBe(200);
});

test('invoke() resolves to result, outputs and logs', async () => {
  const { invoke } = await open('v4-hooks');
  const outcome = await invoke('hooked');
  expect(outcome).toMatchObject({
    status: 'succeeded',
    result: { status: 200, body: expect.stringContaining('"ok":true') },
    outputs: {},
    logs: [{ level: 'information', message: '[hooked] a line' }],
  });
});

test('invoke() takes any payload, and tells of failure', async () => {
  const { invoke } = await open('v4-responses');
  expect(await invoke('queued', { a: 1 })).toMatchObject({ status: 'succeeded', result: { message: { a: 1 } } });
  expect(await invoke('queued', 'bad')).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('bad message'),
  });
  expect(await invoke('unknown')).toEqual({ status: 'not-found', logs: [] });
});

test('an app that was opened before can be opened again', async () => {
  await (await open('v4-responses')).close();
  expect((await (await open('v4-responses')).fetch('/api/empty')).status).toBe(200);
});

test('a second app is rejected while one is open', async () => {
  await open('v4-responses');
  await expect(openFunctionApp({ scriptRoot: fixture('v4-cjs') })).rejects.toMatchObject({ code: 'AppLoadFailed' });
});

test('the environment of the process is as before after close()', async () => {
  const before = { ...process.env };
  const { close } = await open('v4-responses', { env: { ...process.env, ONLY_HERE: '1' } });
  expect(process.env.ONLY_HERE).toBe('1');
  await close();
  expect({ ...process.env }).toEqual(before);
});

test('v3 function.json apps open too', async () => {
  const { fetch } = await open('v3-responses');
  expect((await fetch('/res/send')).status).toBe(202);
});

test.each([
  [
    'ES module apps are loaded',
    'v4-esm',
    "console.log((await (await app.fetch('/api/info')).json()).started)",
    'top-level await',
  ],
  [
    'responses stream',
    'v4-stream',
    "console.log((await (await app.fetch('/api/many?chunks=10')).bytes()).length)",
    '655360',
  ],
])('in plain Node.js, %s', async (_case, name, use, output) => {
  const folder = await mkdtemp(join(tmpdir(), 'lazurite-'));
  const script = join(folder, 'script.ts');
  const entry = new URL('../index.ts', import.meta.url).href;
  await writeFile(
    script,
    `import { openFunctionApp } from '${entry}';
     const app = await openFunctionApp({ scriptRoot: ${JSON.stringify(fixture(name))} });
     ${use};
     await app.close();`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=lazurite-source', script]);
  expect(stdout.trim()).toBe(output);
  await rm(folder, { recursive: true });
});
