import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { silentLog, systemClock } from '@lazurite/runtime';
import fc from 'fast-check';
import { parseHost } from './edge.ts';
import { Edge, type HttpServer, openLocalCertificate, startHttpServer, toRequestListener } from './index.ts';

let server: HttpServer;
const seen: string[] = [];

beforeAll(async () => {
  const listener = toRequestListener(
    async (request) => {
      seen.push(`${request.path} ${(await request.body()).toString()}`);
      return { status: 200 };
    },
    { maxBodyBytes: 1_000, edge: new Edge({ address: '127.0.0.1', allowedHosts: ['*'] }), log: silentLog },
  );
  server = await startHttpServer(listener, { headersTimeoutMs: 300, bodyCheckMs: 100 });
});
afterEach(() => seen.splice(0));
afterAll(() => server.close());

/** All that the server sends before it closes the connection. */
function answerTo(bytes: string): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(bytes);
  return text(socket);
}

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n';

test.each([
  ['both lengths', 'content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['two lengths', 'content-length: 0\r\ncontent-length: 5\r\n\r\n'],
  ['a length that is no number', 'content-length: 5x\r\n\r\n'],
  ['a negative length', 'content-length: -1\r\n\r\n'],
  ['a coding in disguise', 'transfer-encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['chunked, but not last', 'transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
  ['a space before the colon', 'content-length : 5\r\n\r\n'],
  ['a bare carriage return', 'x-a: 1\rcontent-length: 5\r\n\r\n'],
])('a request with %s is 400, and what follows it is no request', async (_case, rest) => {
  const answer = await answerTo(`POST /first HTTP/1.1\r\nhost: x\r\n${rest}${SMUGGLED}`);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(seen).not.toContainEqual(expect.stringContaining('smuggled'));
});

test.each([
  ['a size that is no number', 'zz\r\nabc\r\n0\r\n\r\n'],
  ['a size beyond all numbers', 'fffffffffffffffff\r\nabc\r\n0\r\n\r\n'],
  ['more data than it said', '1\r\nabc\r\n0\r\n\r\n'],
])('a chunk of %s ends the connection, and the body is never taken as whole', async (_case, chunks) => {
  await answerTo(`POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${chunks}`);
  expect(seen).toEqual([]);
});

test('headers of more than 32 KB are 431', async () => {
  const answer = await answerTo(`GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'a'.repeat(33 * 1024)}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
});

test.each([
  ['http://x/path?q=1', '/path'],
  ['HTTP://X/path', '/path'],
  ['http://x', '/'],
  ['http://x?q=1', '/'],
])('the absolute target %s of a request for the host x is its path', async (target, path) => {
  await answerTo(`GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  expect(seen).toEqual([`${path} `]);
});

test.each(['http://other/path', 'http://x@other/', 'http:///path', 'ftp://x/path', '*'])(
  'the target %s of a request for the host x is 400',
  async (target) => {
    const answer = await answerTo(`OPTIONS ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(seen).toEqual([]);
  },
);

test.each([
  ...[
    '',
    ' ',
    ':80',
    'a@b',
    'a@b:80',
    'ex ample',
    '[::1',
    '::1',
    '[::1]x',
    '[::1%lo]',
    '[1.2.3.4]',
    '[]',
    '1.1.1.1:80:80',
  ],
  ...[
    'x:99999',
    'x:0',
    'x:-1',
    'x:+1',
    'x:8o',
    'x:',
    'x/path',
    'x?q',
    'x#f',
    'x\\y',
    'x,y',
    'x, y',
    'http://x',
    'a..b',
    '.a',
  ],
  ...['127.1', '0x7f.0.0.1', '2130706433', '1.1.1.256', '1.1.1.1.1', '%78', 'é', 'x\ty', 'a'.repeat(300)],
])('a request for the host %j is 400', async (host) => {
  const answer = await answerTo(`GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(seen).toEqual([]);
});

test.each([
  'x',
  'X:80',
  'a.b-c_d.example',
  'x.',
  '127.0.0.1:7071',
  '[::1]',
  '[::1]:65535',
  '[0:0:0:0:0:0:0:1]',
  'xn--bcher-kva.ch',
])('a request for the host %j is served', async (host) => {
  await answerTo(`GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
  expect(seen).toEqual(['/ ']);
});

test.each(['x', 'y'])('a request for the hosts x and %s is 400', async (second) => {
  const answer = await answerTo(`GET / HTTP/1.1\r\nhost: x\r\nHOST: ${second}\r\nconnection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(seen).toEqual([]);
});

test('whatever host is accepted is the whole authority of a URL', () => {
  const part = fc.constantFrom(...'aZ09.-_:@[]/\\?#% %x', '::1', '127.0.0.1', '80', '0x1', 'xn--', 'localhost');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const text = parts.join('');
      const host = parseHost(text);
      if (!host) return;
      const { hostname, username, password, pathname, search, hash } = new URL(`http://${text}`);
      expect([hostname, username, password, pathname, search, hash]).toEqual([host.name, '', '', '/', '', '']);
    }),
    { numRuns: 5_000 },
  );
});

test('a request without a host is 400', async () => {
  expect(await answerTo('GET / HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
});

test('a client that never ends its headers is cut off, while others are served', async () => {
  const slow = answerTo('GET / HTTP/1.1\r\nhost: x\r\nx-slow: ');
  expect((await fetch(server.url)).status).toBe(200);
  expect(await slow).toMatch(/^HTTP\/1\.1 408 /);
});

test.each(['content-length: 900', 'transfer-encoding: chunked'])(
  'a client that sends its body (%s) a byte at a time is cut off, and the body is never taken as whole',
  async (length) => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${length}\r\n\r\n`);
    const trickle = setInterval(() => socket.write(length.startsWith('c') ? 'a' : '1\r\na\r\n'), 50);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(trickle);
    expect(seen).toEqual([]);
  },
);

test('a client that never ends its TLS handshake is cut off', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lazurite-handshake-'));
  const tls = await openLocalCertificate(folder, systemClock);
  const secure = await startHttpServer((_request, response) => response.end(), { tls, headersTimeoutMs: 300 });
  const socket = connect(secure.port, '127.0.0.1');
  socket.write(Buffer.from([0x16, 0x03, 0x01])); // the first bytes of a handshake
  await finished(socket.resume()).catch(() => undefined); // a reset is as good
  expect(socket.destroyed).toBe(true);
  await secure.close();
  await rm(folder, { recursive: true });
});

test('a body whose server takes its time is not cut off', async () => {
  const { promise: mayRead, resolve } = Promise.withResolvers<void>();
  const slow = await startHttpServer(
    toRequestListener(
      async (request) => {
        await mayRead;
        return { status: 200, body: String((await request.body()).length) };
      },
      { maxBodyBytes: 1_000_000, edge: new Edge({ address: '127.0.0.1' }), log: silentLog },
    ),
    { bodyCheckMs: 20 },
  );
  const response = fetch(slow.url, { method: 'POST', body: Buffer.alloc(1_000_000) });
  setTimeout(resolve, 300);
  expect(await (await response).text()).toBe('1000000');
  await slow.close();
});
