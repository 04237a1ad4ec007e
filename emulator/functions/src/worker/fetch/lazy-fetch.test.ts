import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { closeTestHosts, startTestHost } from '../../testing/test-host.ts';
import { createLazyFetch, type FetchGlobals } from './lazy-fetch.ts';

afterAll(closeTestHosts);

const native: FetchGlobals = { Request, Response, fetch };
const lazy = createLazyFetch(native);
const URL_TEXT = 'http://localhost:7071/api/a b?x=1#f';

/** What a case observes, with what it throws in place of a value. */
async function observe(run: (globals: FetchGlobals) => unknown, globals: FetchGlobals): Promise<unknown> {
  try {
    return await run(globals);
  } catch (error) {
    const { name, message } = error as Error; // of another realm, where Node.js has thrown it
    return [name, message];
  }
}

async function caught(run: () => unknown): Promise<unknown> {
  return observe(run, native);
}

const BODIES = [
  undefined,
  null,
  '',
  'text',
  '\uFEFFmarked',
  'half \uD83D',
  '{"a":[1]}',
  Buffer.from([0xef, 0xbb, 0xbf, 0x41, 0xff]),
];
const READERS = ['text', 'json', 'arrayBuffer', 'bytes', 'blob'] as const;

async function read(message: Request | Response, reader: (typeof READERS)[number]): Promise<unknown> {
  const value: unknown = await message[reader]();
  if (value instanceof Blob) return [value.type, await value.text()];
  return value instanceof ArrayBuffer || value instanceof Uint8Array
    ? Buffer.from(value as Uint8Array).toString('hex')
    : value;
}

type Make = (globals: FetchGlobals, body: BodyInit | null | undefined) => Request | Response;
type BodyInit = ConstructorParameters<typeof Response>[0];

const MAKERS: Record<string, Make> = {
  Request: (globals, body) => new globals.Request(URL_TEXT, { method: 'POST', ...(body !== undefined && { body }) }),
  Response: (globals, body) => new globals.Response(body),
};

describe.each(Object.keys(MAKERS))('a lazy %s', (name) => {
  const make = MAKERS[name] as Make;

  test.each(READERS)('has the body of a native one by %s(), once', async (reader) => {
    for (const body of BODIES) {
      const run = async (globals: FetchGlobals) => {
        const message = make(globals, body);
        const before = message.bodyUsed;
        const first = await caught(() => read(message, reader));
        const used = message.bodyUsed;
        return [
          before,
          first,
          used,
          await caught(() => read(message, reader)),
          await caught(() => message.clone()),
        ].map(String);
      };
      expect(await observe(run, lazy)).toEqual(await observe(run, native));
    }
  });

  test.each<[string, (message: Request | Response) => unknown]>([
    ['headers', (message) => [...message.headers]],
    ['body as a stream', async ({ body }) => body && Buffer.concat(await Array.fromAsync(body as never)).toString()],
    ['bodyUsed after the stream was locked', (message) => [message.body?.getReader() === undefined, message.bodyUsed]],
    [
      'text() of a locked stream',
      (message) => {
        message.body?.getReader();
        return message.text();
      },
    ],
    [
      'a clone beside the original',
      async (message) => [await message.clone().text(), await message.text(), message.bodyUsed],
    ],
    [
      'a clone after its headers changed',
      (message) => {
        message.headers.set('x-a', '1');
        message.headers.delete('content-type');
        return [...message.clone().headers];
      },
    ],
    ['the same headers each time', (message) => new Set([message.headers, message.headers]).size],
    ['formData() of text', (message) => message.formData()],
    [
      'own properties',
      (message) => [Object.keys(message), JSON.stringify(message), Object.prototype.toString.call(message)],
    ],
    ['what util.inspect() shows', (message) => inspect(message).replace(/\[Symbol\([^\]]*\].*|bodyUsed.*/g, '')],
    ['assignment to a property', (message) => Reflect.set(message, 'bodyUsed', true)],
    [
      'names that it knows',
      (message) => ['text', 'clone', 'signal', 'ok', 'url', 'nothing'].map((key) => key in message),
    ],
  ])('agrees with a native one in %s', async (_case, look) => {
    for (const body of BODIES) {
      const run = (globals: FetchGlobals) => look(make(globals, body));
      expect(await observe(run, lazy)).toEqual(await observe(run, native));
    }
  });
});

test.each<[string, (globals: FetchGlobals) => unknown]>([
  ['the address, normalized', ({ Request: R }) => new R(URL_TEXT).url],
  ['addresses that are none', ({ Request: R }) => new R('nowhere')],
  ['credentials', ({ Request: R }) => new R('http://a:b@localhost/')],
  [
    'methods in lower case',
    ({ Request: R }) => [new R(URL_TEXT, { method: 'post' }).method, new R(URL_TEXT, { method: 'patch' }).method],
  ],
  ['methods that are forbidden', ({ Request: R }) => new R(URL_TEXT, { method: 'TRACE' })],
  ['methods that are none', ({ Request: R }) => new R(URL_TEXT, { method: 'A B' })],
  ['a body of GET', ({ Request: R }) => new R(URL_TEXT, { body: 'x' })],
  [
    'headers in all forms',
    ({ Request: R }) =>
      [
        { a: '1', B: ' 2 ' },
        [
          ['a', '1'],
          ['a', '2'],
        ],
        new Headers({ a: '1' }),
      ].map((headers) => [...new R(URL_TEXT, { headers: headers as never }).headers]),
  ],
  ['headers that are none', ({ Request: R }) => new R(URL_TEXT, { headers: { 'a b': '1' } })],
  ['values of headers that are none', ({ Response: R }) => new R('', { headers: { a: 'x\ny' } })],
  ['values of headers beyond Latin-1', ({ Response: R }) => new R('', { headers: { a: 'ā' } })],
  [
    'headers that change after the call',
    ({ Response: R }) => {
      const headers = new Headers({ a: '1' });
      const record: Record<string, string> = { a: '1' };
      const made = [new R('', { headers }), new R('', { headers: record })];
      headers.set('a', '2');
      record.a = '2';
      return made.map((response) => response.headers.get('a'));
    },
  ],
  [
    'a body that changes after the call',
    ({ Response: R }) => {
      const bytes = Buffer.from('before');
      const response = new R(bytes);
      bytes.write('after ');
      return response.text();
    },
  ],
  [
    'a request made of a request',
    async ({ Request: R }) => {
      const first = new R(URL_TEXT, { method: 'POST', body: 'x', headers: { a: '1' } });
      const second = new R(first, { headers: { b: '2' } });
      return [second.method, [...second.headers], await second.text(), first.bodyUsed];
    },
  ],
  [
    'the rest of a request',
    ({ Request: R }) => {
      const { signal, mode, credentials, cache, redirect, referrer, integrity, keepalive, duplex } = new R(
        URL_TEXT,
      ) as Request & { duplex: string };
      return [signal.aborted, mode, credentials, cache, redirect, referrer, integrity, keepalive, duplex];
    },
  ],
  ['a signal', ({ Request: R }) => new R(URL_TEXT, { signal: AbortSignal.abort() }).signal.aborted],
  [
    'statuses',
    ({ Response: R }) =>
      [200, 204, 304, 404, 599].map((status) => {
        const { ok, type, redirected, statusText, url } = new R(null, { status });
        return [status, ok, type, redirected, statusText, url];
      }),
  ],
  ['statuses that are none', ({ Response: R }) => new R('', { status: 199 })],
  ['a text for the status', ({ Response: R }) => new R('', { statusText: 'Fine' }).statusText],
  ['a body of 204', ({ Response: R }) => new R('x', { status: 204 })],
  ['forms', ({ Response: R }) => new R(new URLSearchParams({ a: '1' })).formData().then((form) => [...form])],
  ['blobs', ({ Response: R }) => new R(new Blob(['x'], { type: 'a/b' })).headers.get('content-type')],
  ['streams', ({ Response: R }) => new R(new Blob(['x']).stream()).text()],
  [
    'static methods',
    async ({ Response: R }) => [await R.json({ a: 1 }).json(), R.redirect('http://a/').status, R.error().type],
  ],
  ['a call without new', ({ Request: R }) => Reflect.apply(R as never, undefined, [URL_TEXT])],
  ['its name', ({ Request: A, Response: B }) => [A.name, B.name, A.length, B.length]],
])('lazy and native agree in %s', async (_name, run) => {
  const [ours, theirs] = [await observe(run, lazy), await observe(run, native)];
  expect(ours).toEqual(theirs);
});

test('instanceof holds for lazy and native ones, and for subclasses', () => {
  class Own extends lazy.Request {
    readonly extra = 1;
  }
  for (const request of [new lazy.Request(URL_TEXT), new native.Request(URL_TEXT), new Own(URL_TEXT)]) {
    expect([request instanceof lazy.Request, request instanceof native.Request]).toEqual([true, true]);
  }
  expect(new Own(URL_TEXT)).toMatchObject({ extra: 1, method: 'GET' });
  expect(new lazy.Response() instanceof native.Response).toBe(true);
  expect(new native.Response() instanceof lazy.Response).toBe(true);
});

test('text() of any text and bytes is that of a native one', async () => {
  const body = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array());
  await fc.assert(
    fc.asyncProperty(body, async (value) => {
      const given = typeof value === 'string' ? value : new Uint8Array(value);
      expect(await new lazy.Response(given).text()).toBe(await new native.Response(given).text());
    }),
    { numRuns: 40 },
  );
});

test('fetch() sends a lazy request', async () => {
  const server = createServer((request, response) => {
    request.pipe(response.setHeader('x-method', String(request.method)).setHeader('x-a', String(request.headers.a)));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo; // a server on a port has no other address
  const request = new lazy.Request(`http://127.0.0.1:${port}/`, { method: 'PUT', body: 'sent', headers: { a: '1' } });
  const response = await lazy.fetch(request);
  expect([response.headers.get('x-method'), response.headers.get('x-a'), await response.text()]).toEqual([
    'PUT',
    '1',
    'sent',
  ]);
  expect(request.bodyUsed).toBe(true);
  server.close();
  server.closeAllConnections();
});

test.each([
  [undefined, [true, false, true, true]],
  ['1', [true, true, true, true]],
])('a worker with LAZURITE_NATIVE_FETCH=%s has a Request of its own, or that of Node.js', async (setting, expected) => {
  const env = { ...process.env, ...(setting !== undefined && { LAZURITE_NATIVE_FETCH: setting }) };
  const host = await startTestHost('v4-logs', { env });
  expect(await (await host.fetch('/api/fetch')).json()).toEqual(expected);
});
