// Creates and point reads over raw HTTP with signed requests, beside `@vercel/cosmosdb-server` and a bare node:http server.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type StartedChild, startChild } from './support/child.ts';
import { createContainer, creates, reads } from './support/cosmos-load.ts';
import { cpuTimeOf } from './support/cpu.ts';
import { type Load, measureRate } from './support/raw-load.ts';
import { median, report } from './support/report.ts';

const CONNECTIONS = 32;
const SECONDS = Number(process.env.SECONDS ?? 3);
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const ITEMS_TO_READ = 1_000;
/** Items of about 500 bytes. */
const PADDING = 400;

interface Rates {
  readonly create: number;
  readonly read: number;
  /** Microseconds of CPU time of the server for each request: steadier where others use the machine. */
  readonly createCpu: number;
  readonly readCpu: number;
}

const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-bench-'));
const servers = {
  bare: await startChild(support('bare-json-server.ts')),
  disk: await startChild(support('cosmos-server.ts'), [dataDir]),
  memory: await startChild(support('cosmos-server.ts')),
  vercel: await startChild(support('vercel-cosmos.ts')),
};
const rounds: Record<keyof typeof servers, Rates>[] = [];

try {
  for (const server of Object.values(servers)) await prepare(server);
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push({
      bare: await measure(servers.bare, round),
      disk: await measure(servers.disk, round),
      memory: await measure(servers.memory, round),
      vercel: await measure(servers.vercel, round),
    });
    console.table(rounds.at(-1));
  }
} finally {
  for (const server of Object.values(servers)) await server.stop();
  await rm(dataDir, { recursive: true });
}

report([
  bar('durable create ÷ vercel', 1, ({ disk, vercel }) => disk.create / vercel.create),
  bar('durable create ÷ bare', 0.25, ({ disk, bare }) => disk.create / bare.create),
  bar('create in memory ÷ vercel', 1.5, ({ memory, vercel }) => memory.create / vercel.create),
  bar('point read from disk ÷ vercel', 2, ({ disk, vercel }) => disk.read / vercel.read),
  bar('point read from disk ÷ bare', 0.4, ({ disk, bare }) => disk.read / bare.read),
  bar('point read in memory ÷ bare', 0.4, ({ memory, bare }) => memory.read / bare.read),
]);

async function measure(server: StartedChild, round: number): Promise<Rates> {
  const port = Number(server.first.port);
  const create = await timed(server, creates(port, `created-${round}`, PADDING));
  const read = await timed(server, reads(port, 'read', { count: ITEMS_TO_READ, among: ITEMS_TO_READ }));
  return { create: create.rate, read: read.rate, createCpu: create.cpu, readCpu: read.cpu };
}

async function timed(
  server: StartedChild,
  load: Pick<Load, 'port' | 'request' | 'status'>,
): Promise<{ rate: number; cpu: number }> {
  const before = cpuTimeOf(server.process.pid);
  const rate = Math.round(await measureRate({ ...load, connections: CONNECTIONS, seconds: SECONDS }));
  const used = cpuTimeOf(server.process.pid) - before;
  return { rate, cpu: Math.round((used * 1000) / (rate * SECONDS)) };
}

/** A database, a container, and the items that are read; the peers take them in the same way. */
async function prepare(server: StartedChild): Promise<void> {
  const port = Number(server.first.port);
  await createContainer(port);
  await measureRate({ ...creates(port, 'read', PADDING), connections: 8, seconds: 60, amount: ITEMS_TO_READ });
}

function bar(what: string, minimum: number, ratio: (round: (typeof rounds)[number]) => number) {
  const measured = median(rounds.map(ratio));
  return { what, measured: `${measured.toFixed(2)}x`, bar: `>= ${minimum}x`, passed: measured >= minimum };
}

function support(script: string): string {
  return resolve(import.meta.dirname, 'support', script);
}
