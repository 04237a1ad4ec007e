import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { probePort } from './probe.ts';

/** Keeps the event loop of this process busy, as the modules of a start do. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('probePort()', () => {
  test('resolves to the response of the server that listens', async () => {
    const server = createServer((request, response) => response.end(`${request.url} ${request.headers['x-sent']}`));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const response = await probePort({ port, path: '/here', headers: { 'x-sent': 'yes' } });
    expect(response && (await text(response))).toBe('/here yes');
    server.close();
  });

  test('finds the server when its own process was busy for longer than connecting may take', async () => {
    const server = createServer((_request, response) => response.end());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const found = probePort({ port, path: '/' });
    await new Promise((resolve) => setImmediate(resolve));
    block(500);
    expect((await found)?.statusCode).toBe(200);
    server.close();
  });

  test('resolves to undefined for a program that does not speak HTTP, and for a free port', async () => {
    const server = createNetServer(
      (socket) =>
        void socket
          .on('error', () => undefined)
          .resume()
          .end('SSH-2.0\r\n'),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await probePort({ port, path: '/' })).toBeUndefined();
    server.close();
    await once(server, 'close');
    expect(await probePort({ port, path: '/' })).toBeUndefined();
  });

  test('gives up on a program that accepts and says nothing', async () => {
    const server = createNetServer((socket) => void socket.on('error', () => undefined).resume());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await probePort({ port, path: '/' })).toBeUndefined();
    server.close();
  });
});
