import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** The key of every Cosmos DB emulator, public. */
const KEY = Buffer.from(
  'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==',
  'base64',
);

export interface SignedRequest {
  readonly method: 'GET' | 'POST';
  /** `/dbs/{db}/colls/{coll}/docs` or one of its items; no characters that need encoding. */
  readonly path: string;
  /** The resource type that is signed; `docs` when absent. */
  readonly type?: string;
  readonly partitionKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** The bytes of the n-th request. */
  request(n: number): string;
  readonly status: 200 | 201;
  /** Ends after so many requests, if that comes before the time is over. */
  readonly amount?: number;
}

/** A request as bytes, signed as the REST reference says. Requests of one second share their signature. */
export function toBytes({ method, path, type = 'docs', partitionKey, headers = {}, body = '' }: SignedRequest): string {
  const more = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  const key = partitionKey === undefined ? '' : `x-ms-documentdb-partitionkey: ["${partitionKey}"]\r\n`;
  const { date, authorization } = sign(method, path, type);
  return `${method} ${path} HTTP/1.1\r\nhost: localhost\r\nx-ms-version: 2020-07-15\r\nx-ms-date: ${date}\r\nauthorization: ${authorization}\r\n${key}${more}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Sends as fast as answers come, on so many connections; returns requests per second. Fails on any other status. */
export async function measureRate({
  port,
  connections,
  seconds,
  request,
  status,
  amount = Infinity,
}: Load): Promise<number> {
  let sent = 0;
  let answered = 0;
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  const clients = Array.from({ length: connections }, async () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    await converse(
      socket,
      () => {
        if (sent >= amount || performance.now() >= until) return undefined;
        sent += 1;
        return request(sent - 1);
      },
      (answer) => {
        if (!answer.startsWith(`HTTP/1.1 ${status}`))
          throw new Error(`Expected ${status}, got: ${answer.slice(0, 600)}`);
        answered += 1;
      },
    );
  });
  await Promise.all(clients);
  return (answered * 1000) / (performance.now() - startedAt);
}

/** One request after the other, until `next` has none. */
function converse(socket: Socket, next: () => string | undefined, onAnswer: (text: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = '';
    const send = () => {
      const bytes = next();
      if (bytes === undefined) socket.end(resolve);
      else socket.write(bytes, 'latin1');
    };
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      if (!isComplete(received)) return;
      try {
        onAnswer(received);
      } catch (error) {
        socket.destroy();
        return reject(error);
      }
      received = '';
      send();
    });
    send();
  });
}

function isComplete(received: string): boolean {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const length = /content-length: (\d+)/i.exec(received)?.[1];
  return received.length >= end + 4 + Number(length ?? 0);
}

const signatures = new Map<string, string>();
let signedAt = '';

function sign(method: string, path: string, type: string): { date: string; authorization: string } {
  const date = new Date().toUTCString();
  if (date !== signedAt) signatures.clear();
  signedAt = date;
  const isFeed = path.split('/').length % 2 === 0;
  const link = isFeed ? path.slice(1, path.lastIndexOf('/')) : path.slice(1);
  const known = signatures.get(`${method} ${type} ${link}`);
  if (known) return { date, authorization: known };
  const text = `${method.toLowerCase()}\n${type}\n${link}\n${date.toLowerCase()}\n\n`;
  const signature = createHmac('sha256', KEY).update(text).digest('base64');
  const authorization = encodeURIComponent(`type=master&ver=1.0&sig=${signature}`);
  signatures.set(`${method} ${type} ${link}`, authorization);
  return { date, authorization };
}
