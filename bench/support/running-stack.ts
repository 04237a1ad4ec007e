import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANY_PORTS } from '../../scripts/any-port.ts';
import { launcher, startChild } from './child.ts';
import { descendants } from './memory.ts';
import { askForToken } from './token.ts';

export interface RunningStack {
  /** Where chats are: `http://127.0.0.1:PORT/beta/chats`. */
  readonly chats: string;
  /** With a token that may write. */
  readonly headers: Readonly<Record<string, string>>;
  /** The processes that run the functions: the worker, and an idle standby worker. */
  readonly workers: readonly number[];
  /** The Cosmos DB-compatible server. */
  readonly cosmos: string;
  /** Of the process that started all others. */
  readonly pid: number;
  stop(): Promise<void>;
}

/** `lazurite start` on free ports, with its data on disk until it is stopped. */
export async function startStack(): Promise<RunningStack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-bench-'));
  const child = await startChild(launcher, ['start', '--json', '--data-dir', dataDir, ...ANY_PORTS]);
  const token = await askForToken(String(child.first.issuer));
  return {
    chats: `${child.first.functions}/beta/chats`,
    cosmos: String(child.first.cosmos),
    pid: Number(child.first.pid),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    workers: descendants(Number(child.first.pid)).slice(1),
    stop: async () => {
      await child.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}
