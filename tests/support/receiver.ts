import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalCertificate } from '@lazurite/http';
import { systemClock } from '@lazurite/runtime';

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An endpoint for notifications, on a free port of this machine. */
export interface Receiver {
  /** `http://127.0.0.1:1234`, or `https://localhost:1234`. */
  readonly origin: string;
  /** PEM: what to trust; null without TLS. */
  readonly certificate: string | null;
  readonly requests: ReceivedRequest[];
  /** How many connections there have been. */
  connections(): number;
  /** Responds from now on; 202 at once. */
  answer: (request: ReceivedRequest, response: ServerResponse) => void;
  close(): Promise<void>;
}

export async function startReceiver({ tls = false } = {}): Promise<Receiver> {
  const directory = tls ? await mkdtemp(join(tmpdir(), 'receiver-')) : null;
  const pair = directory === null ? null : await openLocalCertificate(directory, systemClock);
  if (directory !== null) await rm(directory, { recursive: true });
  const server = pair ? createHttpsServer(pair, handle) : createHttpServer(handle);
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on a port, never on a pipe
  const receiver: Receiver = {
    origin: pair ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    certificate: pair?.cert ?? null,
    requests: [],
    connections: () => connections,
    answer: (_request, response) => response.writeHead(202).end(),
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return receiver;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const received = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    receiver.requests.push(received);
    receiver.answer(received, response);
  }
}
