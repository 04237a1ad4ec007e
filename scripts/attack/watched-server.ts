import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CosmosClient } from '@azure/cosmos';
import { WELL_KNOWN_KEY } from '../../emulator/cosmos/src/index.ts';

/** A Cosmos server in a process of its own, whose event loop and memory are measured. */
export interface WatchedServer {
  readonly endpoint: string;
  readonly client: CosmosClient;
  /** Called with the processor time of each stretch of its event loop of more than 20 ms. */
  onLongStretch(listener: (milliseconds: number) => void): void;
  /** The processor time, in milliseconds, of each stretch of its event loop since the last call. */
  takeStretches(): Promise<readonly number[]>;
  /** In megabytes. Only Linux tells it. */
  peakMemory(): Promise<number>;
  isAlive(): boolean;
  close(): Promise<void>;
}

const SERVER = resolve(import.meta.dirname, '../../emulator/cosmos/src/testing/serve-directory.ts');
const WATCH = pathToFileURL(resolve(import.meta.dirname, 'watch-turns.ts')).href;

export async function startWatchedServer(): Promise<WatchedServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-attack-'));
  const args = ['--conditions', 'lazurite-source', '--import', WATCH, SERVER, dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const endpoint = `http://127.0.0.1:${await portOf(child)}`;
  const retryOptions = { maxRetryAttemptCount: 0, fixedRetryIntervalInMilliseconds: 0, maxWaitTimeInSeconds: 0 };
  const client = new CosmosClient({ endpoint, key: WELL_KNOWN_KEY, connectionPolicy: { retryOptions } });
  return {
    endpoint,
    client,
    onLongStretch(listener) {
      child.on('message', (message) => {
        if (typeof message === 'number') listener(message);
      });
    },
    takeStretches() {
      const { promise, resolve: resolveWith } = Promise.withResolvers<readonly number[]>();
      const onMessage = (message: unknown) => {
        if (!Array.isArray(message)) return;
        child.off('message', onMessage);
        resolveWith(message.map(Number));
      };
      child.on('message', onMessage);
      child.send('report');
      return promise;
    },
    peakMemory: () => peakMemoryOf(child),
    isAlive: () => child.exitCode === null && child.signalCode === null,
    async close() {
      client.dispose();
      child.kill('SIGKILL');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function portOf({ stdout }: ChildProcess): Promise<number> {
  if (!stdout) throw new Error('The server has no standard output');
  const [line]: unknown[] = await once(stdout, 'data');
  return Number(String(line));
}

async function peakMemoryOf({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024;
}
