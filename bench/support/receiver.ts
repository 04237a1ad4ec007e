import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A notification, as far as is measured. */
export interface ReceivedNotification {
  readonly id: string;
  readonly changeType: string;
  readonly operationId: string;
  /** Of the subscription's own POST. */
  readonly at: number;
}

export interface Receiver {
  readonly url: string;
  close(): Promise<void>;
}

/** Takes whatever is sent, and tells of each notification; times are milliseconds of `performance.now()`. */
export async function startReceiver(onNotification: (notification: ReceivedNotification) => void): Promise<Receiver> {
  return listen(
    createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const at = performance.now();
        response.writeHead(202).end();
        for (const { id, changeType, resourceData } of JSON.parse(Buffer.concat(chunks).toString()).value)
          onNotification({ id, changeType, operationId: resourceData.id, at });
      });
    }),
  );
}

/** Takes connections and requests, and never answers. */
export function startDeadReceiver(): Promise<Receiver> {
  return listen(createServer(() => undefined));
}

async function listen(server: Server): Promise<Receiver> {
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on a port, never on a pipe
  return {
    url: `http://127.0.0.1:${port}/notifications`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
