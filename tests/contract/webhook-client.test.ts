import { createServer } from 'node:net';
import { startTimer } from '../../shared/persistence/cosmos-client.ts';
import { createNodeWebhookClient, type NodeWebhookClientOptions } from '../../shared/webhooks/node-webhook-client.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';

let receiver: Receiver;
const open: { close(): unknown }[] = [];

beforeEach(async () => {
  receiver = await startReceiver();
});

afterEach(async () => {
  for (const opened of open.splice(0)) await opened.close();
  await receiver.close();
});

function newClient(options: Partial<NodeWebhookClientOptions> = {}) {
  const client = createNodeWebhookClient({ policy: 'publicOrPrivate', now: Date.now, startTimer, ...options });
  open.push(client);
  return client;
}

const request = (url: string, timeoutMs = 5_000) => ({
  url,
  timeoutMs,
  contentType: 'application/json',
  body: '{"value":[]}',
});
const post = (path = '/hook', timeoutMs?: number) => newClient().post(request(receiver.origin + path, timeoutMs));

describe('post()', () => {
  test('sends the body as it is, and answers what the endpoint answered', async () => {
    receiver.answer = (_request, response) =>
      response.writeHead(503, { 'retry-after': '7', 'content-type': 'text/plain' }).end('later');
    const answer = { kind: 'answered', status: 503, contentType: 'text/plain', retryAfterMs: 7_000, body: 'later' };
    expect(await post('/hook?a=b%20c')).toEqual(answer);
    expect(receiver.requests).toMatchObject([
      {
        method: 'POST',
        url: '/hook?a=b%20c',
        body: '{"value":[]}',
        headers: {
          'content-type': 'application/json',
          'content-length': '12',
          'accept-encoding': 'identity',
          'user-agent': expect.any(String),
        },
      },
    ]);
  });

  test('sends over one connection after another request is through', async () => {
    const client = newClient();
    for (let index = 0; index < 5; index += 1) await client.post(request(receiver.origin));
    expect(receiver.requests).toHaveLength(5);
    expect(receiver.connections()).toBe(1);
  });

  test('sends again when a connection that was kept is closed just then', async () => {
    const client = newClient();
    await client.post(request(receiver.origin));
    let rejected = 0;
    receiver.answer = (_request, response) => {
      if (rejected > 0) return response.writeHead(202).end();
      rejected += 1;
      return response.destroy();
    };
    expect(await client.post(request(receiver.origin))).toMatchObject({ kind: 'answered', status: 202 });
    expect(rejected).toBe(1);
  });

  test('does not send again when a new connection is closed', async () => {
    receiver.answer = (_request, response) => response.destroy();
    expect(await post()).toEqual({ kind: 'failed', reason: 'The endpoint cannot be reached (ECONNRESET)' });
    expect(receiver.requests).toHaveLength(1);
  });

  test('follows no redirect', async () => {
    const target = await startReceiver();
    open.push(target);
    receiver.answer = (_request, response) => response.writeHead(307, { location: target.origin }).end();
    expect(await post()).toMatchObject({ kind: 'answered', status: 307 });
    expect(target.requests).toEqual([]);
  });

  test('reads 64 KB of an answer without end, and closes the connection', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    receiver.answer = (_request, response) => {
      closed = new Promise((resolve) => response.once('close', resolve));
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, 'x')));
      };
      response.writeHead(200).on('drain', more);
      more();
    };
    const outcome = await post();
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 });
    expect(outcome.kind === 'answered' && outcome.body.length).toBe(64 * 1024);
    await closed;
  });

  test('answers with what came when the endpoint closes early, or goes on too slowly', async () => {
    receiver.answer = (_request, response) => {
      response.writeHead(202, { 'content-length': '100' }).write('begun');
      setTimeout(() => response.destroy(), 50);
    };
    expect(await post()).toMatchObject({ kind: 'answered', status: 202, body: 'begun' });
    receiver.answer = (_request, response) => void response.writeHead(202).write('begun');
    expect(await post('/', 200)).toMatchObject({ kind: 'answered', status: 202, body: 'begun' });
  });

  test('fails when there is no answer in time, at any stage', async () => {
    receiver.answer = () => undefined;
    const late = { kind: 'failed', reason: 'The endpoint did not answer in time' };
    expect(await post('/', 100)).toEqual(late);
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => mute.close() });
    const address = mute.address();
    const port = typeof address === 'object' ? address?.port : 0;
    expect(await newClient().post(request(`https://127.0.0.1:${port}/`, 100))).toEqual(late);
    const resolve = () => new Promise<never>(() => undefined);
    expect(await newClient({ resolve }).post(request('http://slow.example/', 100))).toEqual(late);
  });

  test.each([
    ['a name that is not found', 'http://nobody.invalid/', /^The endpoint cannot be reached \(\w+\)$/],
    ['a port where nothing listens', 'http://127.0.0.1:1/', /ECONNREFUSED/],
  ])('fails for %s', async (_case, url, reason) => {
    expect(await newClient().post(request(url))).toEqual({ kind: 'failed', reason: expect.stringMatching(reason) });
  });

  test('fails when the endpoint speaks something else', async () => {
    const chatter = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'));
    await new Promise<void>((resolve) => chatter.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => chatter.close() });
    const address = chatter.address();
    const port = typeof address === 'object' ? address?.port : 0;
    expect(await newClient().post(request(`http://127.0.0.1:${port}/`))).toMatchObject({ kind: 'failed' });
  });
});

describe('post() to public addresses alone', () => {
  test.each([
    'http://receiver.example/',
    'https://127.0.0.1/',
    'https://[::ffff:127.0.0.1]/',
    'https://u:p@a.example/',
  ])('rejects %s for what it is', async (url) => {
    const resolve = jest.fn();
    expect(await newClient({ policy: 'public', resolve }).post(request(url))).toMatchObject({ kind: 'forbidden' });
    expect(resolve).not.toHaveBeenCalled();
  });

  test.each([
    [['127.0.0.1']],
    [['8.8.8.8', '10.0.0.1']],
    [['::1']],
    [['::ffff:127.0.0.1']],
    [['169.254.169.254']],
    [[]],
  ])('rejects a name that stands for %j, and connects to nothing', async (addresses) => {
    const resolve = async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const url = receiver.origin.replace('http:', 'https:').replace('127.0.0.1', 'rebound.example');
    expect(await newClient({ policy: 'public', resolve }).post(request(url))).toEqual({
      kind: 'forbidden',
      reason: 'The host of the URL is not a public address',
    });
    expect(receiver.connections()).toBe(0);
  });

  test('connects to the address that was checked, and looks up no second time', async () => {
    const resolve = jest.fn(async () => [{ address: '127.0.0.1', family: 4 }]);
    const url = receiver.origin.replace('127.0.0.1', 'named.example');
    expect(await newClient({ resolve }).post(request(url))).toMatchObject({ status: 202 });
    expect(resolve).toHaveBeenCalledTimes(1);
    expect(receiver.requests[0]?.headers.host).toMatch(/^named\.example:/);
  });
});

describe('post() over TLS', () => {
  let secure: Receiver;
  beforeEach(async () => {
    secure = await startReceiver({ tls: true });
    open.push(secure);
  });

  test('sends to an endpoint whose certificate is trusted', async () => {
    const client = newClient({ ca: secure.certificate ?? '' });
    expect(await client.post(request(secure.origin))).toMatchObject({ kind: 'answered', status: 202 });
  });

  test('fails for a certificate that nobody trusts, and sends nothing', async () => {
    expect(await newClient().post(request(secure.origin))).toMatchObject({ kind: 'failed' });
    expect(secure.requests).toEqual([]);
  });

  test('fails for the certificate of another host', async () => {
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const client = newClient({ ca: secure.certificate ?? '', resolve });
    const url = secure.origin.replace('localhost', 'another.example');
    expect(await client.post(request(url))).toEqual({
      kind: 'failed',
      reason: 'The endpoint cannot be reached (ERR_TLS_CERT_ALTNAME_INVALID)',
    });
  });
});
