import { once } from 'node:events';
import { Agent, type IncomingMessage, type RequestListener, request } from 'node:http';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type HttpServer, startHttpServer } from '@lazurite/http';
import { ReverseProxy } from './reverse-proxy.ts';

const proxy = new ReverseProxy();
const agent = new Agent({ keepAlive: true });
const running: HttpServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

afterAll(() => {
  proxy.close();
  agent.destroy();
});

/** A server behind a front that passes everything on to it; resolves to the address of the front. */
async function behindFront(serve: RequestListener, onStatus: (status: number) => void = () => undefined) {
  const server = await startHttpServer(serve, { onExpectContinue: serve, drainMs: 0 });
  const pass: RequestListener = (message, response) =>
    proxy.handle({ message, response }, new URL(server.url), onStatus);
  const front = await startHttpServer(pass, { onExpectContinue: pass, drainMs: 0 });
  running.push(server, front);
  return front.url;
}

async function send(url: string, body: Readable | string, options: object = {}): Promise<IncomingMessage> {
  const sent = request(url, { method: 'PUT', agent, ...options });
  if (typeof body === 'string') sent.end(body);
  else body.pipe(sent);
  const [answer] = await once(sent, 'response');
  return answer;
}

describe('ReverseProxy', () => {
  test('keeps method, target, headers and body, chunked ones too, and reports the status', async () => {
    const statuses: number[] = [];
    const url = await behindFront(
      async (message, response) => {
        const { method, url: target, headers } = message;
        response.writeHead(201, 'Made', { 'x-twice': ['a', 'b'], etag: '"1"' });
        response.end(JSON.stringify({ method, target, custom: headers['x-ms-a'], body: await text(message) }));
      },
      (status) => statuses.push(status),
    );
    const headers = { 'x-ms-a': 'ü?', 'transfer-encoding': 'chunked' };
    const answer = await send(`${url}/a%20b?c=d%2F`, 'body', { headers });
    expect([answer.statusCode, answer.statusMessage]).toEqual([201, 'Made']);
    expect([answer.headers['x-twice'], answer.headers.etag]).toEqual(['a, b', '"1"']);
    expect(JSON.parse(await text(answer))).toEqual({
      method: 'PUT',
      target: '/a%20b?c=d%2F',
      custom: 'ü?',
      body: 'body',
    });
    expect(statuses).toEqual([201]);
  });

  test('keeps connections on both sides, and the length in the response to a HEAD request', async () => {
    const sockets = new Set<unknown>();
    const url = await behindFront((message, response) => {
      sockets.add(message.socket);
      message.resume();
      response.writeHead(200, { 'content-length': 7 }).end(message.method === 'HEAD' ? '' : 'content');
    });
    const single = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const method of ['HEAD', 'GET', 'HEAD', 'PUT']) {
      const answer = await send(url, '', { method, agent: single });
      expect(answer.headers['content-length']).toBe('7');
      expect(await text(answer)).toBe(method === 'HEAD' ? '' : 'content');
    }
    single.destroy();
    expect(sockets.size).toBe(1);
  });

  test('leaves it to the server whether a client that expects 100-continue gets 100 Continue', async () => {
    const url = await behindFront((message, response) => {
      if (message.url === '/no') return void response.writeHead(417).end();
      response.writeContinue();
      void text(message).then((body) => response.end(body));
    });
    const headers = { expect: '100-continue', 'content-length': 4 };
    const rejected = request(`${url}/no`, { method: 'PUT', headers, agent });
    rejected.flushHeaders();
    const [rejection] = await once(rejected, 'response');
    expect(rejection.statusCode).toBe(417);
    rejected.destroy();
    const accepted = request(url, { method: 'PUT', headers, agent });
    accepted.flushHeaders();
    await once(accepted, 'continue');
    accepted.end('body');
    const [answer] = await once(accepted, 'response');
    expect(await text(answer)).toBe('body');
  });

  test('takes no more from the client than the server reads', async () => {
    const read = Promise.withResolvers<void>();
    const url = await behindFront((message, response) => {
      void read.promise.then(() => message.resume().once('end', () => response.end()));
    });
    const [total, part] = [64 * 1024 * 1024, Buffer.alloc(1024 * 1024)];
    const sent = request(url, { method: 'PUT', agent, headers: { 'content-length': total } });
    let taken = 0;
    while (sent.write(part)) taken += part.length;
    // Sockets have buffers in the kernel; what does not fit there waits in the client.
    while (sent.writableLength < total / 2) sent.write(part);
    taken = sent.writableLength;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sent.writableLength).toBeGreaterThan(taken - 16 * part.length);
    sent.destroy();
    sent.on('error', () => undefined);
    read.resolve();
  });

  test('breaks off on the one side what breaks off on the other', async () => {
    const uploads = Promise.withResolvers<void>();
    const downloads = Promise.withResolvers<void>();
    const url = await behindFront((message, response) => {
      if (message.url === '/cut') return void response.write('half', () => message.socket.destroy());
      if (message.url === '/drop') return void message.socket.destroy();
      message.once('error', () => uploads.resolve()).resume();
      response.once('close', () => downloads.resolve());
      if (message.method === 'GET') response.write('some');
    });
    const upload = request(url, { method: 'PUT', agent, headers: { 'content-length': 10 } }).on(
      'error',
      () => undefined,
    );
    upload.write('half', () => setTimeout(() => upload.destroy(), 20));
    await uploads.promise;
    const download = await send(url, '', { method: 'GET' });
    download.once('error', () => undefined).destroy();
    await downloads.promise;
    await expect(text(await send(`${url}/cut`, '', { method: 'GET' }))).rejects.toThrow('aborted');
    await expect(send(`${url}/drop`, '')).rejects.toThrow('hang up');
  });
});
