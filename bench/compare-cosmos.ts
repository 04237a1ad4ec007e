// Two versions of the Cosmos server in one run: `node bench/compare-cosmos.ts OTHER_CHECKOUT`, both built. The two take turns, and
// each round is a pair, so that what else the machine does meets both. Prints the median of the ratios, this version ÷ the other.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type StartedChild, startChild } from './support/child.ts';
import { createContainer, creates, reads } from './support/cosmos-load.ts';
import { cpuTimeOf } from './support/cpu.ts';
import { type Load, measureRate } from './support/raw-load.ts';
import { median } from './support/report.ts';

const SECONDS = Number(process.env.SECONDS ?? 2);
const ROUNDS = Number(process.env.ROUNDS ?? 12);
const ITEMS_TO_READ = 1_000;
/** Items of about 500 bytes. */
const PADDING = 400;

const [other] = process.argv.slice(2);
if (other === undefined) throw new TypeError('There is no second checkout, expected its folder as argument');
const scripts = [import.meta.dirname, resolve(other, 'bench')].map((bench) => join(bench, 'support/cosmos-server.ts'));

interface Sample {
  /** For each second. */
  readonly rate: number;
  /** Microseconds of the server's CPU time for each request. */
  readonly cpu: number;
}

const dataDirs = await Promise.all(scripts.map(() => mkdtemp(join(tmpdir(), 'lazurite-bench-'))));
const servers: StartedChild[] = [];
const samples = new Map<string, (readonly [own: Sample, other: Sample])[]>();
try {
  for (const [index, script] of scripts.entries()) servers.push(await startChild(script, [dataDirs[index] ?? '']));
  for (const { first } of servers) {
    await createContainer(Number(first.port));
    const load = creates(Number(first.port), 'read', PADDING);
    await measureRate({ ...load, connections: 8, seconds: 60, amount: ITEMS_TO_READ });
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const connections of [1, 32]) {
      await pair(`durable create, ${connections} connections`, round, connections, (port) =>
        creates(port, `${round}-${connections}`, PADDING),
      );
      await pair(`point read, ${connections} connections`, round, connections, (port) =>
        reads(port, 'read', { count: ITEMS_TO_READ, among: ITEMS_TO_READ }),
      );
    }
  }
} finally {
  for (const server of servers) await server.stop();
  for (const dataDir of dataDirs) await rm(dataDir, { recursive: true });
}

console.table(
  Object.fromEntries(
    [...samples].map(([name, pairs]) => [
      name,
      {
        'CPU µs': Math.round(median(pairs.map(([own]) => own.cpu))),
        'other CPU µs': Math.round(median(pairs.map(([, theirs]) => theirs.cpu))),
        'CPU ratio': median(pairs.map(([own, theirs]) => own.cpu / theirs.cpu)).toFixed(3),
        'rate ratio': median(pairs.map(([own, theirs]) => own.rate / theirs.rate)).toFixed(3),
      },
    ]),
  ),
);

/** One after the other, and the other first in every second round. */
async function pair(
  name: string,
  round: number,
  connections: number,
  loadOf: (port: number) => Pick<Load, 'port' | 'request' | 'status'>,
): Promise<void> {
  const measured = new Map<StartedChild, Sample>();
  for (const server of round % 2 === 0 ? servers : servers.toReversed()) {
    const before = cpuTimeOf(server.process.pid);
    const rate = await measureRate({ ...loadOf(Number(server.first.port)), connections, seconds: SECONDS });
    const used = cpuTimeOf(server.process.pid) - before;
    measured.set(server, { rate, cpu: (used * 1000) / (rate * SECONDS) });
  }
  const [own, theirs] = servers.map((server) => measured.get(server));
  if (own && theirs) samples.set(name, [...(samples.get(name) ?? []), [own, theirs]]);
}
