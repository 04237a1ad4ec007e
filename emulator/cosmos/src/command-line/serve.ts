import { resolve } from 'node:path';
import { openLocalCertificate } from '@lazurite/http';
import { systemClock } from '@lazurite/runtime';
import { startCosmos } from '../server/start-cosmos.ts';
import type { CommandParts } from './command-parts.ts';

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

/** Serves until the process is told to stop, then answers what is in flight. */
export async function serve(flags: ServeFlags, { process }: CommandParts): Promise<void> {
  const stopped = toldToStop(process);
  const { port, address, key, readOnlyKey, enforceThroughput } = flags;
  const dataDir = resolve(flags.dataDir);
  const certificate = flags.https ? await openLocalCertificate(dataDir, systemClock) : undefined;
  const server = await startCosmos({
    ...{ port, address, key, enforceThroughput },
    ...(!flags.inMemory && { dataDir }),
    ...(readOnlyKey !== undefined && { readOnlyKey }),
    ...(certificate && { tls: certificate }),
  });
  const { endpoint, connectionString } = server;
  const { trustCommand } = certificate ?? {};
  const ready = { event: 'ready', pid: process.pid, endpoint, key, connectionString, trustCommand };
  const place = flags.inMemory ? 'in memory' : `in ${dataDir}`;
  const trust = trustCommand === undefined ? '' : `Trust it:   ${trustCommand}\n`;
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(ready)}\n`
      : `Cosmos DB:  ${endpoint}  (data ${place})\nConnection: ${connectionString}\n${trust}`,
  );
  await stopped;
  await server.close();
}

/** 128 + SIGINT, as a shell reports it. */
const FORCED_EXIT_CODE = 130;

/** The first signal ends the process politely, the second at once. */
function toldToStop(process: NodeJS.Process): Promise<void> {
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
