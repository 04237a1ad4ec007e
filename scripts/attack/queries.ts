// Sends hostile queries to a Cosmos server and reads an item by its id meanwhile: `npm run attack -- [seconds] [seed]`. Prints how
// long the reads waited and how much memory the server took, and fails when one of them misses its bar.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Container, SqlQuerySpec } from '@azure/cosmos';
import { serveDirectory } from '../../emulator/cosmos/src/testing/served-directory.ts';
import { PointReader, peakMemory } from './bystander.ts';
import { generatedQueries, hostileItems, namedQueries } from './hostile-queries.ts';

/** What must hold. Source: the trust the project asks of itself, docs/decisions/query-budget.md. */
const MAX_WAIT_MS = 50;
const MAX_MEMORY_MB = 400;

const SECONDS = Number(process.argv[2] ?? 120);
const SEED = Number(process.argv[3] ?? 1);
/** How long the attacker waits for one query before it sends the next. */
const MAX_WAIT_SECONDS = 8;

const testing = resolve(import.meta.dirname, '../../emulator/cosmos/src/testing');
const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-attack-'));
const { child, client } = await serveDirectory(testing, dataDir);
try {
  const { database } = await client.databases.create({ id: 'attack' });
  const { container } = await database.containers.create({ id: 'items', partitionKey: '/pk' });
  for (const item of hostileItems()) await container.items.create(item);
  await container.items.create({ id: 'point', pk: 'point' });
  report(await attack(container, Number(child.pid)));
} finally {
  client.dispose();
  child.kill('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
}

interface Findings {
  /** How often each status came; `late` for a query that the attacker did not wait for. */
  readonly statuses: ReadonlyMap<string, number>;
  /** In milliseconds, ascending. */
  readonly waits: readonly number[];
  /** The longest wait during each query. */
  readonly worst: readonly { readonly query: string; readonly wait: number }[];
  readonly memory: number;
}

async function attack(container: Container, pid: number): Promise<Findings> {
  const end = performance.now() + SECONDS * 1_000;
  const reader = new PointReader(container, end);
  const reading = reader.run();
  const statuses = new Map<string, number>();
  const worst: { query: string; wait: number }[] = [];
  for (const query of queries()) {
    if (performance.now() > end) break;
    reader.longest = 0;
    const status = await statusOf(container, query);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    worst.push({ query: query.query, wait: reader.longest });
  }
  await reading;
  worst.sort((left, right) => right.wait - left.wait);
  return {
    statuses,
    waits: reader.waits.sort((a, b) => a - b),
    worst: worst.slice(0, 10),
    memory: await peakMemory(pid),
  };
}

function* queries(): Iterable<SqlQuerySpec> {
  yield* namedQueries();
  yield* generatedQueries(SEED);
}

async function statusOf(container: Container, query: SqlQuerySpec): Promise<string> {
  const answered = container.items
    .query(query, { maxItemCount: 100, enableQueryControl: false, forceQueryPlan: false, partitionKey: 'hostile' })
    .fetchNext()
    .then(
      () => '200',
      (error: { code?: string | number }) => String(error.code ?? 'no code'),
    );
  return await Promise.race([answered, delay(MAX_WAIT_SECONDS * 1_000, 'late', { ref: false })]);
}

function report({ statuses, waits, worst, memory }: Findings): void {
  const most = waits[Math.floor(waits.length * 0.999)] ?? Number.NaN;
  const failed = [...statuses].filter(([status]) => !['200', '400', '408', '429', 'late'].includes(status));
  const lines = [
    `${[...statuses.values()].reduce((sum, count) => sum + count, 0)} queries: ${[...statuses].map((entry) => entry.join(' × ')).join(', ')}`,
    `${waits.length} point reads: median ${ms(waits[waits.length >> 1])}, p99.9 ${ms(most)} (bar ${MAX_WAIT_MS} ms), longest ${ms(waits.at(-1))}`,
    `peak memory of the server ${memory.toFixed(0)} MB (bar ${MAX_MEMORY_MB} MB)`,
    ...worst.map(({ query, wait }) => `  ${ms(wait).padStart(9)}  ${query.slice(0, 150)}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (most > MAX_WAIT_MS || memory > MAX_MEMORY_MB || failed.length > 0) process.exitCode = 1;
}

function ms(value = Number.NaN): string {
  return `${value.toFixed(1)} ms`;
}
