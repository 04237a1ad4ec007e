import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, type Closeable, type Log, makeFolder, systemClock } from '@lazurite/runtime';
import { startAzurite, stopAzurite } from './azurite-process.ts';
import { accountEndpoint, connectionStringFor } from './connection-string.ts';
import { findAzurite } from './find-azurite.ts';

export interface StorageOptions {
  /** Azurite's data is kept in its `azurite` folder, which is created. */
  readonly dataDir: string;
  readonly log: Log;
  /** The function app; its own Azurite is preferred to ours. */
  readonly appRoot?: string;
  readonly clock?: Clock;
}

export interface Storage extends Closeable {
  /** With the account: `http://127.0.0.1:10000/devstoreaccount1`. */
  readonly blobEndpoint: string;
  readonly queueEndpoint: string;
  readonly tableEndpoint: string;
  /** What `UseDevelopmentStorage=true` then means. */
  readonly connectionString: string;
  /** Settles when Azurite has ended, for whatever reason. */
  readonly ended: Promise<void>;
}

/**
 * Starts Azurite in a child process on free loopback ports and resolves once it answers. It ends with `close()`, and also
 * when this process dies.
 *
 * @throws StorageError when Azurite is not installed or does not start
 * @example
 * const storage = await startStorage({ dataDir: '.lazurite', log: silentLog });
 * process.env.AzureWebJobsStorage = storage.connectionString;
 * await storage.close();
 */
export async function startStorage({ dataDir, log, appRoot, clock = systemClock }: StorageOptions): Promise<Storage> {
  const here = dirname(fileURLToPath(import.meta.url));
  const script = await findAzurite(appRoot === undefined ? [here] : [appRoot, here]);
  const location = azuriteFolder(dataDir);
  await makeFolder(location);
  const { child, origins } = await startAzurite({ script, location, clock });
  let closing: Promise<void> | undefined;
  const ended = once(child, 'exit').then(([code]) => {
    if (!closing) log.error({ code }, 'Azurite has ended by itself; it is started again when it is needed');
  });
  return {
    blobEndpoint: accountEndpoint(origins.blob),
    queueEndpoint: accountEndpoint(origins.queue),
    tableEndpoint: accountEndpoint(origins.table),
    connectionString: connectionStringFor(origins),
    ended,
    close: () => (closing ??= stopAzurite(child, clock)),
  };
}

/** Where Azurite keeps its data; absent until it first runs. */
export function azuriteFolder(dataDir: string): string {
  return join(dataDir, 'azurite');
}
