import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { closeTestHosts, startTestHost, type TestHost } from '../../testing/test-host.ts';

let host: TestHost;
beforeAll(async () => {
  const switches = { 'AzureWebJobs.off.Disabled': 'true', 'AzureWebJobs.offGuarded.Disabled': '1' };
  host = await startTestHost('v4-responses', { env: { ...process.env, ...switches } });
});
afterAll(closeTestHosts);

async function answerOf(path: string, init: RequestInit = {}) {
  const response = await fetch(host.url + path, init);
  return { status: response.status, text: await response.text() };
}

test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
  '%s reaches a function that lists it',
  async (method) => {
    const body = method === 'GET' ? null : 'body';
    expect(await answerOf('/api/verbs', { method, body })).toEqual({ status: 200, text: `${method} ${body ?? ''}` });
  },
);

test('HEAD answers with the headers alone', async () => {
  const response = await fetch(`${host.url}/api/verbs`, { method: 'HEAD' });
  expect([response.headers.get('x-method'), await response.text()]).toEqual(['HEAD', '']);
});

test.each([
  ['/api/items/5', 200, { id: '5', name: 'first' }],
  ['/API/Items/7/other/', 200, { id: '7', name: 'other' }],
  ['/api/items/0', 404, undefined],
  ['/api/items/x', 404, undefined],
  ['/api/files/a/b%20c', 200, { path: 'a/b c' }],
  ['/api/files/special', 200, { path: 'special' }],
])('%s is %i with the route values %j', async (path, status, params) => {
  const answer = await answerOf(path);
  expect(answer.status).toBe(status);
  expect(answer.text && JSON.parse(answer.text)).toEqual(params ?? '');
});

test('a switched-off function is 404 for an anonymous caller, and runs for one with a key or a level that asks for one', async () => {
  expect((await answerOf('/api/off')).status).toBe(404);
  expect((await answerOf('/api/off?code=any')).status).toBe(200);
  expect((await answerOf('/api/offGuarded')).status).toBe(200);
});

test('a header value outside ASCII is 500', async () => {
  expect(await answerOf('/api/badHeader')).toEqual({ status: 500, text: '' });
});

test('cookies keep every attribute', async () => {
  const response = await fetch(`${host.url}/api/expires`);
  expect(response.headers.getSetCookie()).toEqual([
    'all=it%27s%281%29; expires=Thu, 01 Jan 1970 00:00:01 GMT; domain=a.example; path=/x; samesite=none',
    'strict=; max-age=0; path=/; samesite=strict',
  ]);
});

test('the function sees the headers that were sent, and nothing else', async () => {
  const sent = { accept: '*/*', 'accept-encoding': 'gzip', connection: 'close', testheader: 'a', 'user-agent': 'test' };
  const answer = await new Promise<string>((resolve, reject) => {
    httpRequest(`${host.url}/api/echo`, { headers: sent }, (response) => text(response).then(resolve, reject)).end();
  });
  expect(JSON.parse(answer).headers).toEqual({ ...sent, host: `127.0.0.1:${host.port}` });
});

test('header lines of one name are joined with a comma', async () => {
  const answer = await raw(
    host.port,
    'GET /api/echo HTTP/1.1\r\nhost: localhost\r\nx-a: 1\r\nX-A: 2\r\nconnection: close\r\n\r\n',
  );
  expect(answer).toContain('"x-a":"1, 2"');
});

test('request.user is who x-ms-client-principal says', async () => {
  const principal = { userId: '1', userDetails: 'ada', identityProvider: 'aad', userRoles: ['anonymous'] };
  const headers = { 'x-ms-client-principal': Buffer.from(JSON.stringify(principal)).toString('base64') };
  const user = JSON.parse((await answerOf('/api/user', { headers })).text);
  expect(user).toMatchObject({ id: '1', username: 'ada', identityProvider: 'aad' });
});

test('a chunked body is dropped with a warning, as in Azure', async () => {
  const chunked =
    'POST /api/echo HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
  expect(await raw(host.port, chunked)).toContain('"bytes":0');
  await host.next('log', ({ level, message }) => level === 'warning' && message.includes('chunked body'));
});

test.each(['GET', 'POST'])('%s /admin/warmup runs the warmup function once', async (method) => {
  expect((await answerOf('/admin/warmup', { method })).status).toBe(200);
  await host.next('log', ({ message }) => message === 'warmed up');
  expect(host.events.filter((event) => event.type === 'log' && event.message === 'warmed up')).toHaveLength(1);
});

test('FUNCTIONS_REQUEST_BODY_SIZE_LIMIT bounds bodies', async () => {
  const small = await startTestHost('v4-responses', {
    env: { ...process.env, FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '1000' },
  });
  const status = async (bytes: number) =>
    (await fetch(`${small.url}/api/echo`, { method: 'POST', body: Buffer.alloc(bytes) })).status;
  expect([await status(1000), await status(1001)]).toEqual([200, 413]);
});

test('the trace of a request goes on in the invocation', async () => {
  const other = await startTestHost('v4-stream');
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const { traceParent } = (await (await fetch(`${other.url}/api/trace`, { headers: { traceparent } })).json()) as {
    traceParent: string;
  };
  expect(traceParent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
  expect(traceParent).not.toContain('b7ad6b7169203331');
});

/** What the host sends for bytes as they are. */
function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}
