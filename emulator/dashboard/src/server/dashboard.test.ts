import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog, systemClock } from '@lazurite/runtime';
import { History } from '../history/history.ts';
import type { RunDetails, RunPage } from '../messages.ts';
import type { DashboardServices } from '../services.ts';
import { type Dashboard, Recording, startDashboard } from './start-dashboard.ts';

const calls: unknown[] = [];
const services: DashboardServices = {
  functions: {
    list: () => [
      { name: 'save', triggerType: 'httpTrigger', methods: ['POST'], url: 'http://h/api/save', disabled: false },
    ],
    run: async (name, request) => {
      calls.push([name, request]);
      return name === 'save' ? { succeeded: true, status: 201, output: 'saved' } : undefined;
    },
  },
  data: {
    containers: async () => [{ database: 'shop', container: 'orders', partitionKey: ['/id'], items: 1 }],
    query: async (path, sql, continuation) => {
      calls.push([path, sql, continuation]);
      return { items: [{ id: '1' }], charge: 2.5, continuation: null, indexUse: null };
    },
    put: async () => ({ charge: 5 }),
    remove: async () => {
      throw new Error('Cosmos DB answered 404: there is no such item');
    },
  },
  storage: {
    isUsed: () => true,
    queues: async () => [{ name: 'work', messages: 2 }],
    peek: async () => [],
    send: async (queue, text) => void calls.push([queue, text]),
    clear: async () => undefined,
    redeliver: async () => 2,
    blobContainers: async () => [],
    blobs: async () => [],
  },
  mintToken: async (request) => `token for ${request.subject}`,
  servers: { Functions: 'http://h' },
  connectionStrings: { Storage: 'AccountKey=secret' },
};

let folder = '';
let recording: Recording;
let dashboard: Dashboard;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lazurite-dashboard-'));
  for (const file of ['index.html', 'main.js', 'style.css', 'icon.svg']) await writeFile(join(folder, file), file);
  recording = new Recording(systemClock);
  dashboard = await startDashboard({ services, recording, pageFolder: folder, log: silentLog });
});

beforeEach(() => calls.splice(0));

afterAll(async () => {
  await dashboard.close();
  await recording.close();
  await rm(folder, { recursive: true });
});

function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { 'x-lazurite-token': dashboard.token, ...init.headers };
  return fetch(dashboard.url + path, { redirect: 'manual', ...init, headers });
}

function send(method: string, path: string, body: unknown): Promise<Response> {
  return request(path, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
}

async function read<T>(path: string): Promise<T> {
  return (await request(path)).json() as Promise<T>;
}

/** A run from start to end. */
function run(
  functionName: string,
  options: { status?: number; error?: string; isQuiet?: true; message?: string } = {},
): string {
  const invocationId = crypto.randomUUID();
  const { status, error, isQuiet, message } = options;
  const ids = { functionName, invocationId };
  recording.record({ type: 'invocation-started', ...ids, reason: 'why', at: 1_000, ...(isQuiet && { isQuiet }) });
  if (message !== undefined)
    recording.record({ type: 'log', level: 'information', category: 'Function', message, ...ids, at: 1_001 });
  recording.recordCall({
    invocationId,
    method: 'POST',
    path: 'dbs/shop/colls/orders/docs',
    operation: 'post',
    status: 201,
    charge: 5.5,
    startedAt: 1_002,
    durationMs: 1,
  });
  const headers = { authorization: 'Bearer secret', accept: '*/*' };
  if (status !== undefined)
    recording.record({
      type: 'invocation-captured',
      invocationId,
      request: { method: 'POST', url: '/api/save?code=secret&a=1', headers },
      status,
      input: '{"a":1}',
      output: 'ok',
      isCut: false,
    });
  const succeeded = error === undefined;
  recording.record({ type: 'invocation-finished', invocationId, succeeded, durationMs: 7, ...(error && { error }) });
  return invocationId;
}

describe('The dashboard lets in', () => {
  test('nobody without the token, whatever the path', async () => {
    for (const path of ['/', '/main.js', '/api/overview', '/api/nothing', '/?token=wrong'])
      expect((await fetch(dashboard.url + path)).status).toBe(401);
    const wrong = { headers: { 'x-lazurite-token': `${dashboard.token}x` } };
    expect((await request('/api/overview', wrong)).status).toBe(401);
  });

  test('a browser that opens the link, by a cookie that other sites are not sent', async () => {
    const entered = await fetch(dashboard.link, { redirect: 'manual' });
    expect(entered.status).toBe(303);
    expect(entered.headers.get('location')).toBe('/');
    const cookie = entered.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^lazurite-\d+=[\w-]{22}; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(cookie).not.toContain(dashboard.token);
    const page = await fetch(dashboard.url, { headers: { cookie: cookie.split(';')[0] ?? '' } });
    expect(await page.text()).toBe('index.html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test.each([{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }])(
    'no page of another origin, even with the token: %j',
    async (headers) => {
      expect((await request('/api/overview', { headers: headers as Record<string, string> })).status).toBe(403);
    },
  );
});

describe('The API of the dashboard', () => {
  test('lists functions with their last run, and names connection strings without their values', async () => {
    run('save', { status: 201 });
    const overview = await read<Record<string, unknown>>('/api/overview');
    expect(overview).toMatchObject({
      functions: [
        { name: 'save', url: 'http://h/api/save', lastRun: { outcome: 'succeeded', status: 201, durationMs: 7 } },
      ],
      connectionStrings: ['Storage'],
    });
    expect(JSON.stringify(overview)).not.toContain('secret');
    expect(await read('/api/connection-strings')).toEqual({ Storage: 'AccountKey=secret' });
  });

  test('shows a run with its calls, charge and log, and without the credentials of its request', async () => {
    const invocationId = run('save', { status: 201, message: 'hello from the function' });
    const { runs } = await read<RunPage>('/api/runs?limit=1');
    const details = await read<RunDetails>(`/api/runs/${runs[0]?.id}`);
    expect(details).toMatchObject({
      invocationId,
      method: 'POST',
      url: '/api/save?code=…&a=1',
      charge: 5.5,
      calls: [{ path: 'dbs/shop/colls/orders/docs', status: 201, charge: 5.5 }],
      logs: [{ message: 'hello from the function' }],
      payload: { headers: { authorization: '…', accept: '*/*' }, input: '{"a":1}', output: 'ok', isCut: false },
    });
    expect(JSON.stringify(details)).not.toContain('secret');
  });

  test('takes a response from 400 up for a failed run, and finds runs by function, outcome and text', async () => {
    await request('/api/runs', { method: 'DELETE' });
    run('save', { status: 404 });
    run('other', { error: 'Error: out of stock\n    at save' });
    run('timer', { isQuiet: true });
    run('talker', { message: 'A rare WORD' });
    const namesOf = async (query: string) => {
      const { total, runs } = await read<RunPage>(`/api/runs?${query}`);
      expect(total).toBe(runs.length);
      return runs.map(({ functionName }) => functionName);
    };
    expect(await namesOf('')).toEqual(['talker', 'timer', 'other', 'save']);
    expect(await namesOf('outcome=failed')).toEqual(['other', 'save']);
    expect(await namesOf('quiet=hidden')).toEqual(['talker', 'other', 'save']);
    expect(await namesOf('function=save')).toEqual(['save']);
    expect(await namesOf('text=out+of+STOCK')).toEqual(['other']);
    expect(await namesOf('text=rare+word')).toEqual(['talker']);
    expect(await namesOf("text='%3B+DROP+TABLE+runs")).toEqual([]);
    expect((await read<RunPage>('/api/runs?offset=1&limit=2')).runs.map(({ functionName }) => functionName)).toEqual([
      'timer',
      'other',
    ]);
  });

  test('passes requests on to the services, and their errors to the caller', async () => {
    const wanted = { input: '{}', method: 'POST', url: '/api/save', headers: { a: 'b' } };
    expect(await (await send('POST', '/api/functions/save/run', wanted)).json()).toMatchObject({ status: 201 });
    await send('POST', '/api/containers/shop/a%2Fb/query', { sql: 'SELECT 1', continuation: 'x' });
    expect((await send('POST', '/api/queues/work/messages', { text: 'hi' })).status).toBe(204);
    expect(calls).toEqual([
      ['save', wanted],
      [{ database: 'shop', container: 'a/b' }, 'SELECT 1', 'x'],
      ['work', 'hi'],
    ]);
    expect(await (await send('POST', '/api/tokens', { subject: 'alice' })).json()).toEqual({
      token: 'token for alice',
    });
    const failed = await send('DELETE', '/api/containers/shop/orders/items', { item: { id: '1' } });
    expect([failed.status, await failed.json()]).toEqual([
      400,
      { error: { code: 'Failed', message: 'Cosmos DB answered 404: there is no such item' } },
    ]);
  });

  test.each([
    ['POST', '/api/functions/nobody/run', '{}', 404],
    ['POST', '/api/functions/save/run', '{"url":"http://evil.example/"}', 400],
    ['POST', '/api/functions/save/run', '{"url":"//evil.example/"}', 400],
    ['POST', '/api/functions/save/run', '{"input":1}', 400],
    ['POST', '/api/functions/save/run', 'no JSON', 400],
    ['POST', '/api/containers/shop/orders/query', '{}', 400],
    ['PUT', '/api/containers/shop/orders/items', '{"item":[]}', 400],
    ['POST', '/api/containers/%E0%A4%A/orders/query', '{"sql":""}', 400],
    ['PATCH', '/api/runs', '{}', 405],
    ['GET', '/api/runs/999999', undefined, 404],
    ['GET', '/api/runs?limit=-1', undefined, 400],
    ['GET', '/api/runs?outcome=other', undefined, 400],
    ['GET', '/api/__proto__', undefined, 404],
    ['GET', '/../package.json', undefined, 404],
  ])('rejects %s %s %s with %d', async (method, path, body, status) => {
    const response = await request(path, {
      method,
      ...(body && { body, headers: { 'content-type': 'application/json' } }),
    });
    expect(response.status).toBe(status);
  });

  test('rejects a body that a form of another page could send', async () => {
    const response = await request('/api/functions/save/run', { method: 'POST', body: '{"input":null}' });
    expect(response.status).toBe(415);
    expect(calls).toEqual([]);
  });

  test('tells open pages that there are new runs', async () => {
    const stream = await request('/api/events');
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    run('save');
    while (!text.includes('data: runs')) text += (await reader?.read())?.value ?? '';
    await reader?.cancel();
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
  });
});

test('A call that is reported before its run counts to the charge of the run', async () => {
  const invocationId = crypto.randomUUID();
  const call = { method: 'GET', path: 'dbs/shop', operation: 'get', status: 200, startedAt: 1_000, durationMs: 1 };
  recording.recordCall({ ...call, invocationId, charge: 2.5 });
  expect((await read<RunPage>('/api/runs?function=late')).runs).toEqual([]);
  recording.record({ type: 'invocation-started', functionName: 'late', invocationId, reason: 'why', at: 1_001 });
  recording.recordCall({ ...call, invocationId, charge: 1 });
  expect((await read<RunPage>('/api/runs?function=late')).runs).toMatchObject([{ charge: 3.5, outcome: 'running' }]);
  recording.record({ type: 'invocation-finished', invocationId, succeeded: true, durationMs: 1 });
});

test('A run that its worker did not survive has failed, and keeps the reason', async () => {
  const invocationId = crypto.randomUUID();
  recording.record({ type: 'invocation-started', functionName: 'slow', invocationId, reason: 'why', at: 1_000 });
  expect((await read<RunPage>('/api/runs?outcome=running')).runs).toMatchObject([{ invocationId, durationMs: null }]);
  recording.record({ type: 'worker-exited', message: 'The worker was killed' });
  const { runs } = await read<RunPage>('/api/runs?function=slow');
  expect(runs).toMatchObject([{ invocationId, outcome: 'failed', error: 'The worker was killed' }]);
});

test('The history keeps the newest runs, calls and lines', () => {
  const limited = new History(systemClock, undefined, { runs: 10, calls: 5, logs: 5 });
  const base = { reason: '', startedAt: 0, durationMs: 1, outcome: 'succeeded', error: null, method: null } as const;
  const payload = { headers: null, input: null, output: null, isCut: false };
  for (let index = 0; index < 50; index++) {
    const run = { ...base, url: null, status: null, isQuiet: false, payload, functionName: 'f' };
    limited.putRun({ ...run, id: limited.takeRunId(), invocationId: String(index) });
    limited.addLog({
      at: 0,
      level: 'information',
      category: '',
      message: String(index),
      functionName: null,
      invocationId: null,
    });
  }
  const { total, runs } = limited.runs({}, { offset: 0, limit: 100 });
  expect([total, runs[0]?.invocationId, runs.at(-1)?.invocationId]).toEqual([10, '49', '40']);
  expect(limited.logs({ limit: 100 }).map(({ message }) => message)).toEqual(['45', '46', '47', '48', '49']);
  limited.close();
});
