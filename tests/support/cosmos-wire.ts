import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WireAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Just enough of Cosmos DB's wire for the SDK to send a create, and answers of the test's own to that. */
export interface CosmosWire {
  readonly endpoint: string;
  /** What was asked, as `POST /dbs/teams/colls/operations/docs`. */
  readonly requests: readonly string[];
  /** The answer to creates and reads of items from now on; null leaves them without one. */
  answer: WireAnswer | null;
  /** The answers to everything else; null leaves that without one. */
  setup: typeof toSetupAnswer | null;
  close(): Promise<void>;
}

export async function startCosmosWire(): Promise<CosmosWire> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    requests.push(line);
    request.resume();
    const answer = /\/docs(?:\/|$)/.test(line) ? wire.answer : wire.setup?.(request, wire.endpoint);
    if (!answer) return;
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on a port, never on a pipe
  const wire: CosmosWire = {
    endpoint: `http://127.0.0.1:${port}/`,
    requests,
    answer: null,
    setup: toSetupAnswer,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return wire;
}

function toSetupAnswer({ url }: IncomingMessage, endpoint: string): WireAnswer {
  const location = [{ name: 'Local', databaseAccountEndpoint: endpoint }];
  if (url === '/') return { status: 200, body: { writableLocations: location, readableLocations: location } };
  return { status: 200, body: { id: 'operations', partitionKey: { paths: ['/chatId'], kind: 'Hash', version: 2 } } };
}
