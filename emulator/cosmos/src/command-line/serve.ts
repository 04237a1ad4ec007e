import { resolve } from 'node:path';
import { openLocalCertificate } from '@lazurite/http';
import { systemClock } from '@lazurite/runtime';
import { startCosmos } from '../server/start-cosmos.ts';
import type { CommandDependencies } from './program.ts';

export interface ServeFlags {
  readonly port: number;
  readonly address: string;
  readonly dataDir: string;
  readonly inMemory: boolean;
  readonly key: string;
  readonly readOnlyKey?: string;
  readonly https: boolean;
  readonly enforceThroughput: boolean;
  readonly json: boolean;
}

/** Serves until a signal stops the process, then completes the requests in flight. */
export async function serve(flags: ServeFlags, { process }: CommandDependencies): Promise<void> {
  const stopped = stopSignal(process);
  const { port, address, key, readOnlyKey, enforceThroughput } = flags;
  const dataDir = resolve(flags.dataDir);
  const certificate = flags.https ? await openLocalCertificate(dataDir, systemClock) : undefined;
  const server = await startCosmos({
    port,
    address,
    key,
    enforceThroughput,
    ...(!flags.inMemory && { dataDir }),
    ...(readOnlyKey !== undefined && { readOnlyKey }),
    ...(certificate && { tls: certificate }),
  });
  const { endpoint, connectionString } = server;
  const { trustCommand } = certificate ?? {};
  const ready = { event: 'ready', pid: process.pid, endpoint, key, connectionString, trustCommand };
  const location = flags.inMemory ? 'in memory' : `in ${dataDir}`;
  const trust = trustCommand === undefined ? '' : `Trust it:   ${trustCommand}\n`;
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(ready)}\n`
      : `Cosmos DB:  ${endpoint}  (data ${location})\nConnection: ${connectionString}\n${trust}`,
  );
  await stopped;
  await server.close();
}

/** 128 + SIGINT, as a shell reports it. */
const FORCED_EXIT_CODE = 130;

/** Resolves at the first signal. The second one ends the process at once. */
function stopSignal(process: NodeJS.Process): Promise<void> {
  return new Promise((resolve) => {
    let count = 0;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        count += 1;
        if (count > 1) process.exit(FORCED_EXIT_CODE);
        resolve();
      });
    }
  });
}
