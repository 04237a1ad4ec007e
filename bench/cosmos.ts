// Creates and point reads over raw HTTP with signed requests, beside `@vercel/cosmosdb-server` and a bare node:http server.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type StartedChild, startChild } from './support/child.ts';
import { cpuTimeOf } from './support/cpu.ts';
import { measureRate, toBytes } from './support/raw-load.ts';
import { median, report } from './support/report.ts';

const CONNECTIONS = 32;
const SECONDS = Number(process.env.SECONDS ?? 3);
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const ITEMS_TO_READ = 1_000;
const DOCS = '/dbs/bench/colls/items/docs';
const PAD = 'x'.repeat(400);

interface Rates {
  readonly create: number;
  readonly read: number;
  readonly createCpu: number;
  readonly readCpu: number;
}

const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-bench-'));
const servers = {
  disk: await startChild(support('cosmos-server.ts'), [dataDir]),
  memory: await startChild(support('cosmos-server.ts')),
  vercel: await startChild(support('vercel-cosmos.ts')),
  bare: await startChild(support('bare-json-server.ts')),
};
const rounds: Record<keyof typeof servers, Rates>[] = [];
let created = 0;

try {
  for (const server of Object.values(servers)) await prepare(server);
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push({
      bare: await measure(servers.bare),
      disk: await measure(servers.disk),
      memory: await measure(servers.memory),
      vercel: await measure(servers.vercel),
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

async function measure(server: StartedChild): Promise<Rates> {
  const load = { port: Number(server.first.port), connections: CONNECTIONS, seconds: SECONDS };
  const create = await timed(server, () => measureRate({ ...load, request: nextCreate, status: 201 }));
  const reads = Array.from({ length: ITEMS_TO_READ }, (_, n) =>
    toBytes({ method: 'GET', path: `${DOCS}/read-${n}`, partitionKey: `pk-${n % 100}` }),
  );
  const request = (n: number) => reads[n % ITEMS_TO_READ] ?? '';
  const read = await timed(server, () => measureRate({ ...load, request, status: 200 }));
  return { create: create.rate, read: read.rate, createCpu: create.cpu, readCpu: read.cpu };
}

/** Beside the rate, microseconds of CPU time of the server for each request: steadier where others use the machine. */
async function timed(server: StartedChild, run: () => Promise<number>): Promise<{ rate: number; cpu: number }> {
  const before = cpuTimeOf(server.process.pid);
  const rate = Math.round(await run());
  const used = cpuTimeOf(server.process.pid) - before;
  return { rate, cpu: Math.round((used * 1000) / (rate * SECONDS)) };
}

/** A database, a container, and the items that are read; the peers take them in the same way. */
async function prepare(server: StartedChild): Promise<void> {
  const url = `http://127.0.0.1:${server.first.port}`;
  await post(url, '/dbs', 'dbs', { id: 'bench' });
  const partitionKey = { paths: ['/pk'], kind: 'Hash', version: 2 };
  await post(url, '/dbs/bench/colls', 'colls', { id: 'items', partitionKey });
  const load = { port: Number(server.first.port), connections: 1, seconds: 60, status: 201 } as const;
  await measureRate({
    ...load,
    request: (n) => toBytes({ method: 'POST', path: DOCS, ...itemOf(`read-${n}`, `pk-${n % 100}`) }),
    amount: ITEMS_TO_READ,
  });
}

function nextCreate(): string {
  created += 1;
  return toBytes({ method: 'POST', path: DOCS, ...itemOf(`created-${created}`, `pk-${created % 100}`) });
}

function itemOf(id: string, pk: string): { partitionKey: string; body: string } {
  return { partitionKey: pk, body: JSON.stringify({ id, pk, name: 'An item', count: 17, tags: ['a', 'b'], pad: PAD }) };
}

async function post(url: string, path: string, type: string, body: object): Promise<void> {
  const [head = ''] = toBytes({ method: 'POST', path, type }).split('\r\n\r\n');
  const lines = head
    .split('\r\n')
    .slice(2)
    .map((line) => line.split(': ') as [string, string]);
  const headers = Object.fromEntries(lines.filter(([name]) => name !== 'content-length'));
  const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

function bar(what: string, minimum: number, ratio: (round: (typeof rounds)[number]) => number) {
  const measured = median(rounds.map(ratio));
  return { what, measured: `${measured.toFixed(2)}x`, bar: `>= ${minimum}x`, passed: measured >= minimum };
}

function support(script: string): string {
  return resolve(import.meta.dirname, 'support', script);
}
