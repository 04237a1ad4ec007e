// Writes, changes and deletes items for some minutes, then deletes all: `node --conditions lazurite-source
// scripts/attack/growth.ts [minutes] [seed]`. Beside them it writes records that expire. The memory of the server must stay flat, and its
// file must shrink afterwards.
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Container } from '@azure/cosmos';
import { Picker } from '../../emulator/cosmos/src/testing/corruption/corruptions.ts';
import { serveDirectory } from '../../emulator/cosmos/src/testing/served-directory.ts';

const MINUTES = Number(process.argv[2] ?? 30);
const SEED = Number(process.argv[3] ?? 1);
const WRITERS = 16;
/** Of each writer; beyond it the oldest is deleted. */
const MAX_ITEMS = 2_000;
/** Of the records that are written beside items and never deleted, as those of changes in the function app: they expire. */
const RECORD_TTL_SECONDS = 60;
/** The sweep comes once a minute. */
const MAX_SHRINK_MS = 240_000;
/** The memory at the end of the load against that after its first third. */
const MAX_GROWTH = 1.25;
/** The size of an empty store with a container. */
const EMPTY_BYTES = 512 * 1024;

const testing = resolve(import.meta.dirname, '../../emulator/cosmos/src/testing');
const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-attack-'));
const { child, client } = await serveDirectory(testing, dataDir);
try {
  const { database } = await client.databases.create({ id: 'growth' });
  const { container } = await database.containers.create({ id: 'items', partitionKey: '/pk', defaultTtl: -1 });
  const third = (MINUTES * 60_000) / 3;
  await load(container, third);
  const early = await memoryOf(child.pid);
  const written = await load(container, third * 2);
  const late = await memoryOf(child.pid);
  const largest = await sizeOnDisk();
  await deleteAll(container);
  const smallest = await shrunkSize();
  say(`${written} writes; memory ${early} MB after a third, ${late} MB at the end (bar: ${MAX_GROWTH} times)`);
  say(
    `files ${toKiB(largest)} KiB with load, ${toKiB(smallest)} KiB after all was deleted (bar: ${toKiB(EMPTY_BYTES * 2)} KiB)`,
  );
  process.exitCode = late <= early * MAX_GROWTH && smallest <= EMPTY_BYTES * 2 ? 0 : 1;
} finally {
  client.dispose();
  child.kill('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
}

/** Returns how many writes there were. */
async function load(container: Container, milliseconds: number): Promise<number> {
  const end = performance.now() + milliseconds;
  let writes = 0;
  async function write(writer: number): Promise<void> {
    const pick = new Picker(SEED * WRITERS + writer);
    const pk = `${writer}`;
    for (let number = 0; performance.now() < end; number++) {
      const id = `${number % MAX_ITEMS}`;
      await container.items.upsert({ id, pk, number, text: 'x'.repeat(pick.below(4_000)) });
      await container.items.create({ pk: 'records', number, ttl: RECORD_TTL_SECONDS });
      if (pick.below(10) === 0) await container.item(id, pk).delete();
      writes += 1;
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  return writes;
}

async function deleteAll(container: Container): Promise<void> {
  for (let writer = 0; writer < WRITERS; writer++) await container.deleteAllItemsForPartitionKey(`${writer}`);
}

/** The size once it has not changed for some seconds, or the time is over. */
async function shrunkSize(): Promise<number> {
  const end = performance.now() + MAX_SHRINK_MS;
  let size = await sizeOnDisk();
  while (performance.now() < end && size > EMPTY_BYTES * 2) {
    await delay(2_000);
    size = await sizeOnDisk();
  }
  return size;
}

async function sizeOnDisk(): Promise<number> {
  const files = ['cosmos.db', 'cosmos.db-wal', 'cosmos.commits'].map((name) => stat(join(dataDir, name)));
  return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0);
}

/** The resident memory in megabytes. Only Linux tells it. */
async function memoryOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s*(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024);
}

function toKiB(bytes: number): number {
  return Math.round(bytes / 1_024);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
