import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { sleep, systemClock } from '@lazurite/runtime';
import { closeTestHosts, startTestHost, type TestHost } from '../../../testing/test-host.ts';

const PATH = '/runtime/webhooks/mcp';
const ACCEPT = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };

let dataDir = '';
let host: TestHost;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-mcp-'));
  host = await start();
});

afterAll(async () => {
  await closeTestHosts();
  await rm(dataDir, { recursive: true, force: true });
});

function start(options: Parameters<typeof startTestHost>[1] = {}): Promise<TestHost> {
  return startTestHost('mcp-weather', { env: { ...process.env, DESCRIBE_TOOL: 'describe_call' }, dataDir, ...options });
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** By node:http, which sends any Host and Origin. */
async function open(
  { method = 'POST', path = PATH, headers = ACCEPT, body }: Sent,
  to = host,
): Promise<IncomingMessage> {
  const sent = request(new URL(path, to.url), { method, headers, agent: false });
  sent.end(body);
  const [response] = await once(sent, 'response');
  return response;
}

async function send(sent: Sent, to = host) {
  const response = await open(sent, to);
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

function call(method: string, params?: unknown, id: unknown = 1): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, ...(params !== undefined && { params }) });
}

/** The JSON-RPC response in a stream of one event. */
function responseIn(body: string): unknown {
  const [, data = 'null'] = /^event: message\ndata: (.*)\n\n$/.exec(body) ?? [];
  return JSON.parse(data);
}

const INITIALIZE = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };

describe('Streamable HTTP', () => {
  test.each(['GET', 'DELETE', 'PUT'])('%s is 405', async (method) => {
    expect(await send({ method })).toMatchObject({ status: 405, body: '' });
  });

  test.each([
    ['application/json', 406],
    ['text/event-stream', 406],
    ['', 406],
    ['application/json;q=0.5, TEXT/event-stream;x=1', 200],
    ['*/*', 200],
    ['text/*, application/*', 200],
  ])('Accept %p is %i', async (accept, status) => {
    const response = await send({ headers: { ...ACCEPT, accept }, body: call('ping') });
    expect(response.status).toBe(status);
    if (status === 406) {
      expect(JSON.parse(response.body)).toMatchObject({ jsonrpc: '2.0', error: { code: -32_000 } });
    }
  });

  test.each([
    ['nothing', ''],
    ['malformed JSON', '{"jsonrpc":"2.0","id":1,'],
    ['an array, which is a batch', `[${call('ping')}]`],
    ['another version', '{"jsonrpc":"1.0","id":1,"method":"ping"}'],
    ['no version', '{"id":1,"method":"ping"}'],
    ['an id that is null', call('ping', {}, null)],
    ['an id that is an object', call('ping', {}, {})],
    ['params that are an array', call('ping', [])],
    ['a method that is a number', '{"jsonrpc":"2.0","id":1,"method":7}'],
    ['neither method nor result', '{"jsonrpc":"2.0","id":1}'],
    ['65 levels', call('ping', JSON.parse(`${'{"a":'.repeat(64)}1${'}'.repeat(64)}`))],
    ['a million levels', `{"jsonrpc":"2.0","id":1,"method":"ping","params":${'['.repeat(1_000_000)}`],
    ['a text that never ends', `{"a":"${'\\"'.repeat(1_000_000)}`],
  ])('A body with %s is 400', async (_, body) => {
    const response = await send({ body });
    expect(response.status).toBe(400);
    expect(JSON.parse(response.body)).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32_000, message: 'Bad Request: The POST body did not contain a valid JSON-RPC message.' },
    });
  });

  test('brackets in texts do not count as levels', async () => {
    const params = { text: '[{"\\'.repeat(500) };
    expect((await send({ body: call('ping', params) })).status).toBe(200);
  });

  test('a body above the limit of the host is 413', async () => {
    const headers = { ...ACCEPT, 'content-length': String(200 * 1024 * 1024) };
    const sent = request(new URL(PATH, host.url), { method: 'POST', headers, agent: false });
    sent.on('error', () => undefined); // the connection is cut below
    sent.flushHeaders();
    const [response] = await once(sent, 'response');
    expect(response.statusCode).toBe(413);
    sent.destroy();
  });

  test.each([
    ['notification', { method: 'notifications/initialized' }],
    ['notification of a cancelled request', { method: 'notifications/cancelled', params: { requestId: {} } }],
    ['response', { id: 7, result: {} }],
    ['error', { id: 'x', error: { code: 1, message: 'no' } }],
  ])('a %s is 202', async (_, message) => {
    expect(await send({ body: JSON.stringify({ jsonrpc: '2.0', ...message }) })).toMatchObject({
      status: 202,
      body: '',
    });
  });

  test.each([
    ['tools/unknown', undefined, -32_601],
    ['__proto__', undefined, -32_601],
    ['tools/call', undefined, -32_602],
    ['tools/call', { name: 7 }, -32_602],
    ['tools/call', { name: 'constructor' }, -32_602],
    ['tools/call', { name: 'radar', arguments: 'text' }, -32_602],
    ['tools/call', { name: 'get_forecast', arguments: { __proto__: 1 } }, -32_602],
    ['resources/read', { uri: [] }, -32_602],
    ['prompts/get', { name: null }, -32_602],
    ['initialize', {}, -32_602],
  ])('%s with %j is error %i', async (method, params, code) => {
    const { status, body } = await send({ body: call(method, params) });
    expect(status).toBe(200);
    expect(responseIn(body)).toMatchObject({ jsonrpc: '2.0', id: 1, error: { code } });
  });

  test.each([
    ['2024-11-05', '2024-11-05'],
    ['2025-06-18', '2025-06-18'],
    ['2025-11-25', '2025-11-25'],
    ['1999-01-01', '2025-11-25'],
    ['', '2025-11-25'],
  ])('a client of version %p is offered %s', async (protocolVersion, offered) => {
    const { body } = await send({ body: call('initialize', { ...INITIALIZE, protocolVersion }) });
    expect(responseIn(body)).toMatchObject({ result: { protocolVersion: offered } });
  });

  test('initialize opens a session, and only what is no session is rejected later', async () => {
    const { headers } = await send({ body: call('initialize', INITIALIZE) });
    const session = String(headers['mcp-session-id']);
    expect(session).toMatch(/^[0-9a-f]{32}\|[0-9a-f]{32}$/);
    expect(headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-cache,no-store' });
    const status = async (id: string) => {
      const response = await send({ headers: { ...ACCEPT, 'mcp-session-id': id }, body: call('ping') });
      return [response.status, response.headers['mcp-session-id']];
    };
    expect(await status(session)).toEqual([200, undefined]);
    expect(await status('nobody')).toEqual([400, undefined]);
    expect(await status('a|b|c')).toEqual([400, undefined]);
    expect(await status('|')).toEqual([400, undefined]);
  });

  test('a client that has gone leaves the host serving', async () => {
    const sent = request(new URL(PATH, host.url), { method: 'POST', headers: ACCEPT, agent: false });
    sent.on('error', () => undefined); // it is cut on purpose
    sent.end(call('tools/call', { name: 'slow' }));
    await host.next('invocation-started', ({ functionName }) => functionName === 'slow');
    sent.destroy();
    await host.next('invocation-finished', ({ functionName }) => functionName === 'slow');
    expect((await send({ body: call('ping') })).status).toBe(200);
  });
});

describe('The legacy transport', () => {
  /** Opens a stream, and reads its events one by one. */
  async function openStream(path = `${PATH}/sse`, headers: Record<string, string> = { accept: 'text/event-stream' }) {
    const stream = await open({ method: 'GET', path, headers });
    let buffer = '';
    const chunks = stream.setEncoding('utf8')[Symbol.asyncIterator]();
    async function next(): Promise<{ event: string; data: string }> {
      while (!buffer.includes('\n\n')) {
        const { value, done } = await chunks.next();
        if (done) throw new Error('The stream has ended');
        buffer += value;
      }
      const [whole = ''] = buffer.split('\n\n');
      buffer = buffer.slice(whole.length + 2);
      const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(whole) ?? [];
      return { event, data };
    }
    const { event, data: address } = await next();
    expect([stream.statusCode, event]).toEqual([200, 'endpoint']);
    return { stream, address, next };
  }

  const post = (address: string, body: string) => {
    const { pathname, search } = new URL(address);
    return send({ path: `${pathname}${search}`, headers: { 'content-type': 'application/json' }, body });
  };

  test('the stream begins with the address for messages, and carries the responses', async () => {
    const { stream, address, next } = await openStream();
    expect(address).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/runtime\/webhooks\/mcp\/message\?azmcpcs=[0-9a-f]{32}%7C[0-9a-f]{32}$/,
    );
    expect(await post(address, call('ping', {}, 'first'))).toMatchObject({ status: 202, body: 'Accepted' });
    const { event, data } = await next();
    expect([event, JSON.parse(data)]).toEqual(['message', { jsonrpc: '2.0', id: 'first', result: {} }]);
    stream.destroy();
  });

  test('the address for messages repeats the key of the caller', async () => {
    const byQuery = await openStream(`${PATH}/sse?code=a%26b`);
    expect(new URL(byQuery.address).searchParams.get('code')).toBe('a&b');
    const byHeader = await openStream(undefined, { 'x-functions-key': 'secret' });
    expect(new URL(byHeader.address).searchParams.get('code')).toBe('secret');
    for (const { stream } of [byQuery, byHeader]) stream.destroy();
  });

  test('a cancelled request gets no response', async () => {
    const { stream, address, next } = await openStream();
    await post(address, call('tools/call', { name: 'slow' }, 41));
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 41 } };
    expect((await post(address, JSON.stringify(cancel))).status).toBe(202);
    await post(address, call('tools/call', { name: 'slow' }, 42));
    expect(JSON.parse((await next()).data)).toMatchObject({ id: 42 });
    stream.destroy();
  });

  test.each([
    ['/message', 'Missing service context'],
    ['/message?azmcpcs=', 'Missing service context'],
    ['/message?azmcpcs=nobody', 'Invalid client state'],
    ['/message?azmcpcs=a%7Cb', "No active session for client 'a'"],
  ])('a message to %s is 400', async (path, message) => {
    const response = await send({ path: `${PATH}${path}`, body: call('ping') });
    expect([response.status, response.body]).toEqual([400, expect.stringContaining(message)]);
  });

  test('a message that is none is 400, and one to a closed stream too', async () => {
    const { stream, address } = await openStream();
    expect((await post(address, 'none')).status).toBe(400);
    stream.destroy();
    while ((await post(address, call('ping'))).status !== 400) await sleep(systemClock, 10);
    expect((await post(address, call('ping'))).body).toContain('No active session');
    expect(await send({ method: 'POST', path: `${PATH}/sse` })).toMatchObject({ status: 405 });
    expect(await send({ method: 'GET', path: `${PATH}/message` })).toMatchObject({ status: 405 });
  });

  test('a host that closes ends its streams', async () => {
    const closing = await start({ drainMs: 60_000 });
    const stream = await open({ method: 'GET', path: `${PATH}/sse`, headers: {} }, closing);
    const ended = text(stream);
    await closing.close();
    expect(await ended).toMatch(/^event: endpoint\n/);
  });
});

describe('The edge', () => {
  const ping = (headers: Record<string, string>, to = host) =>
    send({ headers: { ...ACCEPT, ...headers }, body: call('ping') }, to).then(({ status }) => status);

  test.each([PATH, `${PATH}/sse`, `${PATH}/message`])(
    '%s rejects other hosts and pages of other origins',
    async (path) => {
      for (const headers of [{ host: 'rebound.example' }, { origin: 'https://page.example' }, { origin: 'null' }]) {
        expect((await send({ path, headers: { ...ACCEPT, ...headers }, body: call('ping') })).status).toBe(403);
      }
      expect((await send({ path: path.toUpperCase(), headers: { ...ACCEPT, origin: 'null' } })).status).toBe(403);
    },
  );

  test('pages of the host itself are served', async () => {
    expect(await ping({ origin: host.url })).toBe(200);
  });

  test('with enableAuth a caller needs the system key of the extension, or the master key', async () => {
    const guarded = await start({
      enableAuth: true,
      cors: { origins: ['http://inspector.example'], credentials: false },
    });
    const { keys } = JSON.parse(
      (
        await send(
          { method: 'GET', path: '/admin/host/systemkeys', headers: { 'x-functions-key': await masterKey() } },
          guarded,
        )
      ).body,
    );
    const [{ name, value }] = keys;
    expect(name).toBe('mcp_extension');
    expect(await ping({}, guarded)).toBe(401);
    expect(await ping({ 'x-functions-key': 'wrong' }, guarded)).toBe(401);
    expect(await ping({ 'x-functions-key': value }, guarded)).toBe(200);
    expect(await ping({ 'x-functions-key': await masterKey() }, guarded)).toBe(200);
    const byQuery = { path: `${PATH}?code=${value}`, body: call('ping') };
    expect((await send(byQuery, guarded)).status).toBe(200);
    const page = { origin: 'http://inspector.example', 'x-functions-key': value };
    expect(await ping(page, guarded)).toBe(200);
    expect(await ping({ ...page, 'x-functions-key': 'wrong' }, guarded)).toBe(401);
    const admin = { method: 'GET', path: '/admin/host/status', headers: { 'x-functions-key': value } };
    expect((await send(admin, guarded)).status).toBe(401);
    const eventGrid = { path: '/runtime/webhooks/eventgrid?functionName=page', headers: { 'x-functions-key': value } };
    expect((await send(eventGrid, guarded)).status).toBe(401);
  });

  async function masterKey(): Promise<string> {
    return JSON.parse(await readFile(join(dataDir, 'secrets/host.json'), 'utf8')).host.master;
  }
});
