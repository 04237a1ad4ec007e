import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { silentLog } from '@lazurite/runtime';
import { Edge, PortInUseError, type RawHandler, startHttpServer, toRequestListener } from './index.ts';

const MAX_BODY_BYTES = 1_000;
const EDGE = new Edge({ address: '127.0.0.1', allowedHosts: ['x'] });
const MEGABYTE = 1_000_000;
const LARGE_BYTES = 101 * MEGABYTE;

/** In pieces, so that the sockets' buffers fill and the client has to wait. */
function largeBody(): Readable {
  const piece = Buffer.alloc(MEGABYTE);
  return Readable.from(Array<Buffer>(LARGE_BYTES / MEGABYTE).fill(piece));
}

async function withServer(handler: RawHandler, use: (url: string) => Promise<void>): Promise<void> {
  const server = await startHttpServer(
    toRequestListener(handler, { maxBodyBytes: MAX_BODY_BYTES, edge: EDGE, log: silentLog }),
  );
  try {
    await use(server.url);
  } finally {
    await server.close();
  }
}

describe('startHttpServer()', () => {
  it('hands the raw path, the query and the body to the handler and writes its answer', async () => {
    await withServer(
      async (request) => ({
        status: 201,
        headers: { 'x-seen': `${request.method} ${request.path} ${request.query}` },
        body: (await request.body()).toString(),
      }),
      async (url) => {
        const response = await fetch(`${url}/a%2Fb/c?x=1&x=2`, { method: 'POST', body: 'héllo' });
        expect(response.status).toBe(201);
        expect(response.headers.get('x-seen')).toBe('POST /a%2Fb/c x=1&x=2');
        expect(await response.text()).toBe('héllo');
      },
    );
  });

  it('streams a readable body', async () => {
    await withServer(
      () => ({ status: 200, body: Readable.from(['one ', 'two']) }),
      async (url) => expect(await (await fetch(url)).text()).toBe('one two'),
    );
  });

  it('leaves the response to a handler that returns null', async () => {
    await withServer(
      (_request, response) => {
        setImmediate(() => response.writeHead(203).end('written by the handler'));
        return null;
      },
      async (url) => {
        const response = await fetch(url);
        expect([response.status, await response.text()]).toEqual([203, 'written by the handler']);
      },
    );
  });

  it('answers a bare 500 when the handler throws, and says nothing of the reason', async () => {
    await withServer(
      () => {
        throw new Error('the secret is 42');
      },
      async (url) => {
        const response = await fetch(url);
        expect(response.status).toBe(500);
        expect(await response.text()).toBe('');
      },
    );
  });

  it.each(['declared', 'chunked'])('answers 413 to a %s body over the limit, also when it is large', async (form) => {
    await withServer(
      async (request) => ({ status: 200, body: await request.body() }),
      async (url) => {
        const bytes = new Uint8Array(20_000_000);
        const body =
          form === 'declared'
            ? bytes
            : new ReadableStream({
                pull(controller) {
                  controller.enqueue(bytes.subarray(0, 1_000_000));
                  controller.close();
                },
              });
        const response = await fetch(url, { method: 'POST', body, duplex: 'half' } as RequestInit);
        expect(response.status).toBe(413);
      },
    );
  });

  it.each([
    ['declared', { 'content-length': LARGE_BYTES }],
    ['chunked', {}],
  ])('lets a client send all of a %s body that it rejects, and resets nothing', async (_form, headers) => {
    await withServer(
      async (request) => ({ status: 200, body: await request.body() }),
      async (url) => {
        const outgoing = httpRequest(url, { method: 'POST', headers });
        const answered = once(outgoing, 'response').then(async ([response]) => [
          response.statusCode,
          await text(response),
        ]);
        // Rejects on EPIPE and ECONNRESET.
        await pipeline(largeBody(), outgoing);
        expect(await answered).toEqual([413, '']);
      },
    );
  });

  it('answers a request whose body nobody reads', async () => {
    await withServer(
      () => ({ status: 404, body: 'gone' }),
      async (url) => {
        const outgoing = httpRequest(url, { method: 'POST', headers: { 'content-length': LARGE_BYTES } });
        const answered = once(outgoing, 'response').then(async ([response]) => [
          response.statusCode,
          await text(response),
        ]);
        await pipeline(largeBody(), outgoing);
        expect(await answered).toEqual([404, 'gone']);
      },
    );
  });

  it('accepts a body of exactly the limit', async () => {
    await withServer(
      async (request) => ({ status: 200, body: String((await request.body()).length) }),
      async (url) => {
        const response = await fetch(url, { method: 'POST', body: new Uint8Array(MAX_BODY_BYTES) });
        expect(await response.text()).toBe(String(MAX_BODY_BYTES));
      },
    );
  });

  it('gives 204 and 304 no body and no content-length', async () => {
    await withServer(
      (request) => ({ status: Number(request.path.slice(1)) }),
      async (url) => {
        for (const status of [204, 304]) {
          const response = await fetch(`${url}/${status}`);
          expect(response.status).toBe(status);
          expect(response.headers.has('content-length')).toBe(false);
        }
      },
    );
  });

  it('survives a client that goes away in the middle of its body', async () => {
    let failed: unknown;
    await withServer(
      async (request) => {
        await request.body().catch((error: unknown) => {
          failed = error;
          throw error;
        });
        return { status: 200 };
      },
      async (url) => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1');
        socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc');
        await once(socket, 'connect');
        socket.destroy();
        while (failed === undefined) await new Promise((resolve) => setImmediate(resolve));
        expect(failed).toMatchObject({ code: 'RequestAborted' });
        expect((await fetch(url)).status).toBe(200);
      },
    );
  });

  it('rejects with PortInUseError that names a taken port', async () => {
    const first = await startHttpServer(() => undefined);
    const second = startHttpServer(() => undefined, { port: first.port });
    await expect(second).rejects.toThrow(PortInUseError);
    await expect(second).rejects.toThrow(String(first.port));
    await first.close();
  });

  it('close() lets a request in flight end, then frees the port', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let entered: () => void = () => undefined;
    const inside = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const handler: RawHandler = async () => {
      entered();
      await held;
      return { status: 200, body: 'done' };
    };
    const server = await startHttpServer(toRequestListener(handler, { maxBodyBytes: 0, edge: EDGE, log: silentLog }));
    const answer = fetch(server.url);
    await inside;
    const closed = server.close();
    release();
    expect(await (await answer).text()).toBe('done');
    await closed;
    await expect(fetch(server.url)).rejects.toThrow();
    const again = await startHttpServer(() => undefined, { port: server.port });
    await again.close();
  });
});
