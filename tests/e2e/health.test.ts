import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { Shutdown, silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { type Stack, startStack } from 'lazurite';
import { CHAT_ID, EXAMPLE, JSON_TYPE, operationsPath } from '../support/create-operation-request.ts';
import { startLazurite } from '../support/lazurite-process.ts';
import { openApp } from '../support/stack.ts';

let running: Shutdown;
let folder: string;
let warned: PromiseWithResolvers<string>;

beforeEach(async () => {
  running = new Shutdown();
  folder = await mkdtemp(join(tmpdir(), 'lazurite-health-'));
  warned = Promise.withResolvers();
});

afterEach(async () => {
  await running.close();
  await rm(folder, { recursive: true });
});

async function start(options: { enableAuth?: boolean; env?: Record<string, string> } = {}): Promise<Stack> {
  const app = await openApp({ ...process.env, ...options.env });
  return running.add(
    await startStack({
      ...app,
      dataDir: folder,
      host: { ...app.host, enableAuth: options.enableAuth ?? false },
      onEvent: (event) => event.type === 'log' && event.level === 'warning' && warned.resolve(event.message),
      clock: systemClock,
      randomness: systemRandomness,
      log: silentLog,
    }),
  );
}

describe('GET /beta/health', () => {
  test.each(['GET', 'HEAD'])('answers %s of anybody, and is never cached', async (method) => {
    const stack = await start({ enableAuth: true });
    const answer = await fetch(`${stack.functions.url}/beta/health`, { method });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await answer.text()).toBe(method === 'GET' ? '{"status":"ok"}' : '');
  });

  test('answers without its store', async () => {
    const stack = await start({ env: { COSMOS_CONNECTION: 'AccountEndpoint=http://127.0.0.1:1/;AccountKey=a2V5;' } });
    expect((await fetch(`${stack.functions.url}/beta/health`)).status).toBe(200);
  });
});

describe('GET /beta/health/ready', () => {
  test('answers 200 to who has the key while operations can be stored', async () => {
    const stack = await start({ enableAuth: true });
    const url = `${stack.functions.url}/beta/health/ready`;
    expect((await fetch(url)).status).toBe(401);
    const code = await functionKey();
    const answer = await fetch(url, { headers: { 'x-functions-key': code } });
    expect([answer.status, answer.headers.get('cache-control'), await answer.text()]).toEqual([
      200,
      'no-store',
      '{"status":"ready"}',
    ]);
  });

  test('answers 503 while the store cannot be reached, with the reason in the log alone', async () => {
    const stack = await start({ env: { COSMOS_CONNECTION: 'AccountEndpoint=http://127.0.0.1:1/;AccountKey=a2V5;' } });
    const answer = await fetch(`${stack.functions.url}/beta/health/ready`);
    const text = await answer.text();
    expect([answer.status, JSON.parse(text).error.code]).toEqual([503, 'ServiceUnavailable']);
    expect(text).not.toMatch(/127\.0\.0\.1|a2V5|ECONNREFUSED/);
    const warning = await warned.promise;
    expect(warning).toContain('ECONNREFUSED');
    expect(warning).not.toContain('a2V5');
  });
});

/** As whoever deploys the app reads it, where the host keeps it. */
async function functionKey(): Promise<string> {
  const { host } = JSON.parse(await readFile(join(folder, 'functions', 'secrets', 'host.json'), 'utf8'));
  return host.default;
}

test('A request in flight is completed when the app receives a stop signal, and no new one is accepted', async () => {
  const lazurite = await startLazurite(['--in-memory']);
  running.add({ close: () => lazurite.kill() });
  const { functions, issuer } = lazurite.ready;
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  const tenant = '4f1c7d0a-6a5e-4d5b-9c3e-2b8a1f0e7c11';
  const granted = await fetch(`${issuer}/${tenant}/oauth2/v2.0/token`, { method: 'POST', body: form });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const body = JSON.stringify(EXAMPLE);
  const declared = { expect: '100-continue', 'content-length': Buffer.byteLength(body) };
  const request = httpRequest(`${functions}/beta${operationsPath(CHAT_ID)}`, {
    method: 'POST',
    headers: { ...JSON_TYPE, authorization: `Bearer ${token}`, ...declared },
  });
  request.flushHeaders();
  const answered = once(request, 'response');
  await once(request, 'continue'); // it is in flight now: the body is waited for
  const ended = lazurite.stop('SIGTERM');
  while (await accepts(functions));
  request.end(body);
  const [answer] = (await answered) as [IncomingMessage];
  expect([answer.statusCode, await json(answer)]).toMatchObject([201, { status: EXAMPLE.status }]);
  expect(await ended).toBe(0);
});

/** Whether somebody still listens there. */
function accepts(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
