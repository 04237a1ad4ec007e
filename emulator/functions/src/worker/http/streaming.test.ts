import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { closeTestHosts, startTestHost, type TestHost } from '../../testing/test-host.ts';

const MB = 1024 * 1024;

/** Where the outputs of the fixture go; each test says with what it responds. */
const topic = createServer((request, response) => {
  request.resume();
  published(response);
});
let published: (response: ServerResponse) => void = (response) => response.end();

let host: TestHost;
beforeAll(async () => {
  await once(topic.listen(0, '127.0.0.1'), 'listening');
  host = await startTestHost('v4-stream', {
    env: {
      ...process.env,
      FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: String(4096 * MB),
      TOPIC_URI: `http://127.0.0.1:${(topic.address() as AddressInfo).port}/api/events`,
      TOPIC_KEY: 'key',
    },
  });
});
afterAll(async () => {
  await closeTestHosts();
  topic.close();
});

async function json(path: string, init: RequestInit = {}): Promise<Record<string, unknown>> {
  return (await fetch(host.url + path, init)).json() as Promise<Record<string, unknown>>;
}

/** The most bytes that were in use at any time of the last upload or download, garbage not counted. */
async function mostMemory(): Promise<number> {
  const { most } = await json('/api/memory');
  expect(most).toBeGreaterThan(0);
  return Number(most);
}

async function download(megabytes: number): Promise<number> {
  const response = await fetch(`${host.url}/api/many?chunks=${megabytes * 16}`);
  let bytes = 0;
  for await (const chunk of response.body ?? []) bytes += (chunk as Uint8Array).length;
  return bytes;
}

/** A chunked upload. Node's fetch needs `duplex` for it; @types/node does not list that. */
function upload(chunks: number, chunkBytes: number): RequestInit {
  const chunk = new Uint8Array(chunkBytes);
  let left = chunks;
  const body = new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(chunk);
      else controller.close();
    },
  });
  return { method: 'POST', body, duplex: 'half' } as RequestInit;
}

test('a chunked request body is read as it comes, with every value of the query', async () => {
  expect(await json('/api/count?a=1&a=2', upload(10, 1000))).toMatchObject({
    bytes: 10_000,
    query: [
      ['a', '1'],
      ['a', '2'],
    ],
  });
});

// LARGE_BODY_MB=2048 runs these at full size.
const LARGE = Number(process.env.LARGE_BODY_MB ?? 192);

test('the memory of the worker does not grow with the size of a download', async () => {
  await download(32);
  const small = await mostMemory();
  expect(await download(LARGE)).toBe(LARGE * MB);
  expect((await mostMemory()) - small).toBeLessThan((LARGE * MB) / 2);
});

test('the memory of the worker does not grow with the size of an upload', async () => {
  await json('/api/count', upload(32, MB));
  const small = await mostMemory();
  expect(await json('/api/count', upload(LARGE, MB))).toMatchObject({ bytes: LARGE * MB });
  expect((await mostMemory()) - small).toBeLessThan((LARGE * MB) / 2);
});

test('a download that waits for its client many times leaves no listener behind', async () => {
  await download(64);
  // A process that ends has said all it had to say: Node warns of leaks a moment after it meets them.
  await host.reload();
  expect(host.events.filter((event) => event.type === 'console' && /MaxListeners/.test(event.line))).toEqual([]);
});

test('what the library leaves unanswered is answered: 204 for nothing, 500 for a throw', async () => {
  expect((await fetch(`${host.url}/api/nothing`)).status).toBe(204);
  expect((await fetch(`${host.url}/api/throws`)).status).toBe(500);
});

test('route parameters and cookies reach their places', async () => {
  const response = await fetch(`${host.url}/api/cookies/42`);
  expect([await response.text(), response.headers.getSetCookie()]).toEqual(['42', ['a=1']]);
});

test('cookies are written as the library writes them, with every attribute', async () => {
  const response = await fetch(`${host.url}/api/allCookies`);
  expect(response.headers.getSetCookie()).toEqual([
    'all=b%20c; Max-Age=60; Domain=a.example; Path=/x; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=None',
  ]);
});

test('an upload that the client cuts off fails in the function, and the host goes on', async () => {
  const socket = connect(host.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('POST /api/failures HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\nabc');
  await host.next('invocation-started', ({ functionName }) => functionName === 'failures');
  socket.destroy();
  await host.next('invocation-finished', ({ functionName, succeeded }) => functionName === 'failures' && !succeeded);
  expect(await json('/api/uploads')).not.toContain('whole');
});

test('a download that the client cuts off ends the stream that the function returned', async () => {
  const response = await fetch(`${host.url}/api/endless`);
  await response.body?.cancel();
  await host.next('invocation-finished', ({ functionName }) => functionName === 'endless');
  expect(await json('/api/downloads')).toBe('ended');
});

describe('over the limit', () => {
  let small: TestHost;
  beforeAll(async () => {
    small = await startTestHost('v4-stream', { env: { ...process.env, FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '10000' } });
  });

  test('a body of declared length is 413 before the function runs', async () => {
    const response = await fetch(`${small.url}/api/failures`, { method: 'POST', body: Buffer.alloc(10_001) });
    expect(response.status).toBe(413);
    expect(small.events.filter(({ type }) => type === 'invocation-started')).toEqual([]);
  });

  const HEADERS = 'HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n';
  const CHUNK = `1388\r\n${'x'.repeat(5000)}\r\n`;

  async function uploadTo(name: string, chunks: readonly string[]): Promise<string> {
    const socket = connect(small.port, '127.0.0.1');
    socket.on('error', () => undefined);
    for (const chunk of chunks) socket.write(chunk);
    const finished = small.next('invocation-finished', ({ functionName }) => functionName === name);
    const [head] = await Promise.all([text(socket), finished]);
    return head;
  }

  async function takeUploads(): Promise<unknown> {
    return (await fetch(`${small.url}/api/uploads?clear=1`)).json();
  }

  test.each([
    ['after the headers', [`POST /api/failures ${HEADERS}`, CHUNK, CHUNK, CHUNK]],
    ['with the headers', [`POST /api/failures ${HEADERS}${CHUNK}${CHUNK}${CHUNK}`]],
    ['whole, with the headers', [`POST /api/failures ${HEADERS}${CHUNK}${CHUNK}${CHUNK}0\r\n\r\n`]],
  ])('a chunked body that arrives %s is 413, and its function reads BodyTooLarge', async (_, chunks) => {
    expect(await uploadTo('failures', chunks)).toMatch(/^HTTP\/1\.1 413 /);
    expect(await takeUploads()).toEqual(['BodyTooLarge']);
  });

  test('several uploads that wait for the first are 413, and each function reads BodyTooLarge', async () => {
    const chunks = [`POST /api/failures ${HEADERS}${CHUNK}${CHUNK}${CHUNK}`];
    const heads = await Promise.all(Array.from({ length: 5 }, () => uploadTo('failures', chunks)));
    expect(heads).toEqual(Array.from({ length: 5 }, () => expect.stringMatching(/^HTTP\/1\.1 413 /)));
    expect(await takeUploads()).toEqual(Array.from({ length: 5 }, () => 'BodyTooLarge'));
  });

  test('a function that does not read its chunked body responds, and the connection serves the next request', async () => {
    const next = 'GET /api/nothing HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n';
    const both = await uploadTo('ignores', [`POST /api/ignores ${HEADERS}${CHUNK}${CHUNK}${CHUNK}0\r\n\r\n`, next]);
    expect(both).toMatch(/^HTTP\/1\.1 200 [\s\S]*unread[\s\S]*HTTP\/1\.1 204 /);
  });
});

test('host.json throttles apply to streamed requests too', async () => {
  const env = { ...process.env, AzureFunctionsJobHost__extensions__http__maxOutstandingRequests: '1' };
  const full = await startTestHost('v4-stream', { env });
  const held = connect(full.port, '127.0.0.1');
  held.write('POST /api/count HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\na');
  await full.next('invocation-started');
  const rejected = await fetch(`${full.url}/api/nothing`);
  expect([rejected.status, rejected.headers.get('x-function-scaleout')]).toEqual([429, '1']);
  held.end('b');
  await once(held, 'data');
  held.destroy();
});

describe('A streamed response to a function with an output', () => {
  test('ends only after the output is stored', async () => {
    const order: string[] = [];
    published = (response) => {
      setTimeout(() => {
        order.push('stored');
        response.end();
      }, 300);
    };
    const response = await fetch(`${host.url}/api/publishes`, { method: 'POST' });
    expect([response.status, response.headers.get('x-from'), await response.text()]).toEqual([
      201,
      'function',
      'stored',
    ]);
    order.push('responded');
    expect(order).toEqual(['stored', 'responded']);
  });

  test('is 500, without the headers of the function, when the output fails', async () => {
    published = (response) => response.writeHead(500).end();
    const response = await fetch(`${host.url}/api/publishes`, { method: 'POST' });
    expect([response.status, response.headers.get('x-from'), await response.text()]).toEqual([500, null, '']);
  });

  test('is sent as it comes when it is long, and breaks off when the output then fails', async () => {
    published = (response) => response.writeHead(500).end();
    const response = await fetch(`${host.url}/api/publishes?kilobytes=256`, { method: 'POST' });
    expect(response.status).toBe(201);
    await expect(response.arrayBuffer()).rejects.toThrow();
  });
});
