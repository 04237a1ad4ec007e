import { type DashboardStack, startDashboardStack } from '../support/dashboard-stack.ts';

interface RunSummary {
  readonly id: number;
  readonly functionName: string;
}

let stack: DashboardStack;
let functions = '';
let dashboard = '';
let token = '';

beforeAll(async () => {
  stack = await startDashboardStack();
  functions = stack.functions;
  [dashboard = '', token = ''] = stack.link.split('/?token=');
});

afterAll(() => stack.stop());

async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  const headers = { 'x-lazurite-token': token, 'content-type': 'application/json' };
  const response = await fetch(`${dashboard}/api${path}`, { ...init, headers });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

function post<T>(path: string, body: unknown): Promise<T> {
  return call(path, { method: 'POST', body: JSON.stringify(body) });
}

/** Until a run of the function is there. */
async function runOf(functionName: string, query = ''): Promise<RunSummary> {
  for (;;) {
    const { runs } = await call<{ runs: RunSummary[] }>(`/runs?function=${functionName}${query}`);
    if (runs[0]) return runs[0];
    await new Promise((done) => setTimeout(done, 50));
  }
}

test('The page and its script are served to whoever has the token', async () => {
  const entered = await fetch(`${dashboard}/?token=${token}`, { redirect: 'manual' });
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  for (const [path, content] of Object.entries({ '/': '/main.js', '/main.js': '/api', '/style.css': '--accent' })) {
    expect(await (await fetch(dashboard + path, { headers: { cookie } })).text()).toContain(content);
    expect((await fetch(dashboard + path)).status).toBe(401);
  }
});

test('A request is shown with its body, log, response, and the calls of Cosmos DB that its outputs made', async () => {
  const response = await fetch(`${functions}/api/save?code=secret`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer secret' },
    body: '{"id":"1","text":"first"}',
  });
  expect(response.status).toBe(201);
  const { id } = await runOf('save', '&outcome=succeeded');
  const run = await call<object>(`/runs/${id}`);
  expect(run).toMatchObject({
    method: 'POST',
    url: '/api/save?code=…',
    status: 201,
    payload: { input: '{"id":"1","text":"first"}' },
    calls: expect.arrayContaining([expect.objectContaining({ path: 'dbs/shop/colls/orders/docs', status: 201 })]),
    logs: expect.arrayContaining([expect.objectContaining({ message: 'saving {"id":"1","text":"first"}' })]),
  });
  expect(run).toHaveProperty('charge', expect.any(Number));
  expect(JSON.stringify(run)).not.toContain('secret');
});

test('A function is called by hand, with the status and body of its response', async () => {
  const request = { method: 'POST', url: '/api/save', input: '{}', headers: { 'content-type': 'application/json' } };
  const result = await post<object>('/functions/save/run', request);
  expect(result).toEqual({ succeeded: false, status: 400, output: expect.stringContaining('An order needs an id') });
  const { id } = await runOf('save', '&outcome=failed');
  expect(await call(`/runs/${id}`)).toMatchObject({ status: 400, error: null });
});

test('Items are queried, changed on condition of their version, and deleted', async () => {
  const path = '/containers/shop/orders';
  const item = { id: 'mine', n: 1 };
  const write = (method: string, body: object) => call(`${path}/items`, { method, body: JSON.stringify(body) });
  await write('PUT', { item, etag: null });
  const { items } = await post<{ items: { _etag: string }[] }>(`${path}/query`, {
    sql: "SELECT * FROM c WHERE c.id = 'mine'",
    continuation: null,
  });
  expect(items).toMatchObject([item]);
  await write('PUT', { item: { ...item, n: 2 }, etag: items[0]?._etag });
  await expect(write('PUT', { item: { ...item, n: 3 }, etag: items[0]?._etag })).rejects.toThrow('412');
  await write('DELETE', { item });
  await expect(write('DELETE', { item })).rejects.toThrow('404');
  await expect(post(`${path}/query`, { sql: 'SELEC 1', continuation: null })).rejects.toThrow('SELEC');
});

test('A token is made by the issuer of the stack', async () => {
  const { token: made } = await post<{ token: string }>('/tokens', { subject: 'alice' });
  expect(JSON.parse(Buffer.from(made.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({ sub: 'alice' });
});
