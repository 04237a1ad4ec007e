import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { CosmosClient } from '@azure/cosmos';
import { WELL_KNOWN_KEY } from '../index.ts';

/** A server in a process of its own, which can be killed, with a client that does not try again. */
export interface ServedDirectory {
  readonly child: ChildProcess;
  readonly client: CosmosClient;
  readonly port: number;
}

/** @param testing the folder of this file: the test runner and Node.js name it differently */
export async function serveDirectory(testing: string, dataDir: string): Promise<ServedDirectory> {
  const args = ['--conditions', 'lazurite-source', resolve(testing, 'serve-directory.ts'), dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const port = Number(String(line));
  const connectionPolicy = {
    retryOptions: { maxRetryAttemptCount: 0, fixedRetryIntervalInMilliseconds: 0, maxWaitTimeInSeconds: 0 },
  };
  const endpoint = `http://127.0.0.1:${port}`;
  return { child, port, client: new CosmosClient({ endpoint, key: WELL_KNOWN_KEY, connectionPolicy }) };
}
