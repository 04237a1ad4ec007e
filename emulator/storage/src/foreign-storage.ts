import { probePort } from '@lazurite/http';
import { connectionStringFor } from './connection-string.ts';
import { INSTANCE_PATH, type StorageOnDemand } from './storage-on-demand.ts';

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
async function isAzurite(port: number): Promise<boolean> {
  const response = await probePort({ port, path: INSTANCE_PATH });
  response?.resume();
  return /^Azurite-/i.test(String(response?.headers.server));
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
