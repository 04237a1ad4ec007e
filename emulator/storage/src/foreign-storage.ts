import { request } from 'node:http';
import { connectionStringFor } from './connection-string.ts';
import { INSTANCE_PATH, type StorageOnDemand } from './storage-on-demand.ts';

/** Connecting within a machine takes no time, but Windows tries a closed port again for two seconds. */
const CONNECT_MS = 250;
const RESPONSE_MS = 2_000;

/**
 * Looks for an Azurite that somebody else runs on three ports: of blobs, queues, tables. Resolves to its connection string; undefined when the ports are free, when another program has them, and when they are those of another Lazurite.
 */
export async function findForeignAzurite(firstPort: number): Promise<string | undefined> {
  const ports = [firstPort, firstPort + 1, firstPort + 2] as const;
  const found = await Promise.all(ports.map(isAzurite));
  if (!found.includes(true)) return undefined;
  const [blob, queue, table] = ports.map((port) => `http://127.0.0.1:${port}`);
  return connectionStringFor({ blob: blob ?? '', queue: queue ?? '', table: table ?? '' });
}

/** By the header `Server`, which Azurite puts on every response. */
function isAzurite(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request({ host: '127.0.0.1', port, path: INSTANCE_PATH, agent: false }, (response) => {
      response.resume();
      resolve(/^Azurite-/i.test(String(response.headers.server)));
    });
    const connecting = setTimeout(() => probe.destroy(), CONNECT_MS);
    const responding = setTimeout(() => probe.destroy(), RESPONSE_MS);
    probe.once('socket', (socket) => socket.once('connect', () => clearTimeout(connecting)));
    probe.once('error', () => resolve(false));
    probe.once('close', () => {
      clearTimeout(connecting);
      clearTimeout(responding);
      resolve(false); // nothing has responded: else this comes too late to count
    });
    probe.end();
  });
}

/** Storage that somebody else runs, in place of our own: nothing is started, and nobody reports what is written to it. */
export function foreignStorage(connectionString: string): StorageOnDemand {
  return {
    connectionString,
    ports: [...connectionString.matchAll(/Endpoint=https?:\/\/[^/;]*:(\d+)/gi)].map(([, port]) => Number(port)),
    isForeign: true,
    isUnused: false,
    start: async () => undefined,
    onUse: () => undefined,
    onChange: () => undefined,
    close: async () => undefined,
  };
}
