import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CosmosClient } from '@azure/cosmos';
import { type LazuriteProcess, startLazurite } from '../support/lazurite-process.ts';

export interface Round {
  /** Creates that were answered 201 before the kill. */
  readonly answered: number;
  /** Of these, ids that a point read does not find after the restart. */
  readonly lost: readonly string[];
  /** Of these, ids that are still there after they were deleted once. */
  readonly doubled: readonly string[];
  /** Whether a process of the stack still ran 5 seconds after the kill. */
  readonly isLeft: boolean;
}

/** The whole stack at once, as a power failure does, or its first process alone while the worker is busy. */
export type Killed = 'stack' | 'supervisor';

const CONNECTIONS = 16;
/** The kill comes once so many are answered, at random in this range: counted, since machines differ in speed. */
const MIN_ANSWERED = 20;
const MAX_ANSWERED = 400;
/** The emulator's public key. Source: "Azure Cosmos DB emulator", authentication. */
const KEY = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';
const exampleFile = resolve(import.meta.dirname, '../../examples/create-operation.json');

/** How long processes may outlive the kill. */
const MAX_REMAINING_MS = 5_000;

/** Starts the stack on `dataDir`, kills it in mid-load, starts it again, and looks for what had been answered 201. */
export async function killInMidLoad(dataDir: string, killed: Killed = 'stack', random = Math.random): Promise<Round> {
  const chat = `19:${randomUUID()}@thread.v2`;
  const lazurite = await startLazurite(['--data-dir', dataDir]);
  const killAfter = MIN_ANSWERED + Math.floor(random() * (MAX_ANSWERED - MIN_ANSWERED));
  const answered = await loadUntilKilled(lazurite, { chat, killed, killAfter });
  const isLeft = await hasProcessesAfter(lazurite, MAX_REMAINING_MS);
  const restarted = await startLazurite(['--data-dir', dataDir]);
  try {
    return { answered: answered.length, isLeft, ...(await audit(restarted, { chat, answered })) };
  } finally {
    await restarted.stop();
  }
}

async function hasProcessesAfter(lazurite: LazuriteProcess, milliseconds: number): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (lazurite.hasProcesses()) {
    if (performance.now() > end) return true;
    await delay(50);
  }
  return false;
}

interface Load {
  readonly chat: string;
  readonly killed: Killed;
  /** The kill comes once so many creates are answered. */
  readonly killAfter: number;
}

async function loadUntilKilled(
  lazurite: LazuriteProcess,
  { chat, killed, killAfter }: Load,
): Promise<readonly string[]> {
  const send = await createSender(lazurite, chat);
  const answered: string[] = [];
  const enough = Promise.withResolvers<void>();
  let isDead = false;
  async function keepSending(): Promise<void> {
    while (!isDead) {
      const id = randomUUID();
      if ((await send(id)) === 201) answered.push(id);
      if (answered.length >= killAfter) enough.resolve();
    }
  }
  const senders = Array.from({ length: CONNECTIONS }, keepSending);
  await enough.promise;
  const dead = killed === 'stack' ? lazurite.kill() : lazurite.stop('SIGKILL');
  isDead = true;
  await Promise.all([dead, ...senders]);
  return answered;
}

/** Resolves with the status, or with undefined when no answer came. */
async function createSender({ ready }: LazuriteProcess, chat: string) {
  const example: unknown = JSON.parse(await readFile(exampleFile, 'utf8'));
  const token = await askForToken(ready.issuer);
  const url = `${ready.functions}/beta/chats/${encodeURIComponent(chat)}/operations`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return async (id: string): Promise<number | undefined> => {
    const body = JSON.stringify({ ...(example as object), id }); // the example is an object
    try {
      const response = await fetch(url, { method: 'POST', headers, body });
      // The status line alone is the promise; the body may be cut by the kill.
      response.body?.cancel().catch(() => undefined);
      return response.status;
    } catch {
      return undefined; // the kill
    }
  };
}

async function askForToken(issuer: string): Promise<string> {
  const tenant = '4f1c7d0a-6a5e-4d5b-9c3e-2b8a1f0e7c11';
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  const response = await fetch(`${issuer}/${tenant}/oauth2/v2.0/token`, { method: 'POST', body });
  const { access_token } = (await response.json()) as { access_token: string }; // RFC 6749 §5.1
  return access_token;
}

async function audit({ ready }: LazuriteProcess, load: { chat: string; answered: readonly string[] }) {
  const client = new CosmosClient({ endpoint: ready.cosmos, key: KEY });
  const container = client.database('teams').container('operations');
  const lost: string[] = [];
  const doubled: string[] = [];
  const waiting = [...load.answered];
  async function keepAuditing(): Promise<void> {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const item = container.item(id, load.chat);
      const { resource } = await item.read<{ id: string }>();
      if (resource?.id !== id) {
        lost.push(id);
        continue;
      }
      await item.delete();
      if ((await item.read()).statusCode !== 404) doubled.push(id);
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, keepAuditing));
  client.dispose();
  return { lost, doubled };
}
