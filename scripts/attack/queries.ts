// Sends hostile queries to a Cosmos server, and reads an item by its id meanwhile.
import { setTimeout as delay } from 'node:timers/promises';
import type { Container, SqlQuerySpec } from '@azure/cosmos';
import { PointReader, quantile } from './bystander.ts';
import type { Findings } from './findings.ts';
import { generatedQueries, hostileItems, namedQueries } from './hostile-queries.ts';
import { startWatchedServer, type WatchedServer } from './watched-server.ts';

/** What must hold. Source: the trust the project asks of itself, docs/decisions/query-budget.md. */
const MAX_WAIT_MS = 50;
const MAX_MEMORY_MB = 400;

/** The share of the time in which there are no queries, for comparison: other programs make reads wait as well. */
const IDLE_SHARE = 0.15;
/** How long the attacker waits for one query before it sends the next. */
const MAX_WAIT_SECONDS = 8;
/** Queries that did not end in time go on, or the client leaves: in turn. At most so many go on at once. */
const MAX_LATE = 3;

export interface QueryAttackOptions {
  readonly seconds: number;
  readonly seed: number;
}

export async function attackWithQueries({ seconds, seed }: QueryAttackOptions): Promise<Findings> {
  const server = await startWatchedServer();
  try {
    const { database } = await server.client.databases.create({ id: 'attack' });
    const { container } = await database.containers.create({ id: 'items', partitionKey: '/pk' });
    for (const item of hostileItems()) await container.items.create(item);
    await container.items.create({ id: 'point', pk: 'point' });
    const idle = await measure(server, container, seconds * IDLE_SHARE, async () => undefined);
    const memoryBefore = await server.peakMemory();
    const attack = new QueryAttack(container, seed);
    const attacked = await measure(server, container, seconds * (1 - IDLE_SHARE), (reader, end) =>
      attack.run(reader, end),
    );
    const memory = await server.peakMemory();
    return findingsOf(attack, { idle, attacked, memoryBefore, memory, isAlive: server.isAlive() });
  } finally {
    await server.close();
  }
}

/** What was measured for a while, in milliseconds. */
interface Measurement {
  /** How long each point read took. */
  readonly waits: readonly number[];
  /** The processor time of each stretch of the server's event loop. */
  readonly stretches: readonly number[];
}

async function measure(
  server: WatchedServer,
  container: Container,
  seconds: number,
  act: (reader: PointReader, end: number) => Promise<unknown>,
): Promise<Measurement> {
  await server.takeStretches();
  const end = performance.now() + seconds * 1_000;
  const reader = new PointReader(container, end);
  const [waits] = await Promise.all([reader.run(), act(reader, end)]);
  return { waits, stretches: await server.takeStretches() };
}

/** Sends one query after the other. */
class QueryAttack {
  readonly #container: Container;
  readonly #queries: Iterable<SqlQuerySpec>;
  /** How often each status came; `late` for a query that the attacker did not wait for. */
  readonly statuses = new Map<string, number>();
  /** The longest wait of a point read during each query. */
  readonly worst: { readonly query: string; readonly wait: number }[] = [];
  #late = 0;

  constructor(container: Container, seed: number) {
    this.#container = container;
    this.#queries = allQueries(seed);
  }

  async run(reader: PointReader, end: number): Promise<void> {
    for (const query of this.#queries) {
      if (performance.now() > end) return;
      reader.longest = 0;
      const status = await this.#statusOf(query);
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
      this.worst.push({ query: query.query, wait: reader.longest });
    }
  }

  async #statusOf(query: SqlQuerySpec): Promise<string> {
    const leaving = new AbortController();
    const answered = this.#container.items
      .query(query, { ...OPTIONS, abortSignal: leaving.signal })
      .fetchNext()
      .then(
        () => '200',
        (error: { code?: string | number }) => String(error.code ?? 'no code'),
      );
    const status = await Promise.race([answered, delay(MAX_WAIT_SECONDS * 1_000, 'late', { ref: false })]);
    if (status !== 'late') return status;
    this.#late += 1;
    if (this.#late > MAX_LATE) leaving.abort();
    void answered.then(() => {
      this.#late -= 1;
    });
    return status;
  }
}

const OPTIONS = { maxItemCount: 100, enableQueryControl: false, forceQueryPlan: false, partitionKey: 'hostile' };

function* allQueries(seed: number): Iterable<SqlQuerySpec> {
  yield* namedQueries();
  yield* generatedQueries(seed);
}

const EXPECTED_STATUSES = ['200', '400', '408', '429', 'late'];

function findingsOf(
  { statuses, worst }: QueryAttack,
  measured: {
    readonly idle: Measurement;
    readonly attacked: Measurement;
    readonly memoryBefore: number;
    readonly memory: number;
    readonly isAlive: boolean;
  },
): Findings {
  const { idle, attacked, memoryBefore, memory, isAlive } = measured;
  const count = [...statuses.values()].reduce((sum, each) => sum + each, 0);
  const [idleWait, wait] = [quantile(idle.waits, 0.999), quantile(attacked.waits, 0.999)];
  const stretch = quantile(attacked.stretches, 0.999);
  const longest = worst.toSorted((left, right) => right.wait - left.wait).slice(0, 10);
  const faults = [
    ...[...statuses.keys()].filter((status) => !EXPECTED_STATUSES.includes(status)).map((status) => `status ${status}`),
    ...(isAlive ? [] : ['the server has ended']),
    ...(wait - idleWait > MAX_WAIT_MS ? [`point reads wait ${ms(wait)}, without queries ${ms(idleWait)}`] : []),
    ...(memory > MAX_MEMORY_MB ? [`${memory.toFixed(0)} MB`] : []),
  ];
  return {
    faults,
    lines: [
      `${count} queries: ${[...statuses].map((entry) => entry.join(' × ')).join(', ')}`,
      `point reads without queries: ${summary(idle.waits)}`,
      `point reads beside queries:  ${summary(attacked.waits)} (bar ${MAX_WAIT_MS} ms)`,
      `processor time of the server's event loop without a yield: p99.9 ${ms(stretch)}, longest ${ms(quantile(attacked.stretches, 1))}`,
      `peak memory of the server ${memory.toFixed(0)} MB (bar ${MAX_MEMORY_MB} MB), before the queries ${memoryBefore.toFixed(0)} MB`,
      ...longest.map((one) => `  ${ms(one.wait).padStart(9)}  ${one.query.slice(0, 150)}`),
    ],
  };
}

function summary(waits: readonly number[]): string {
  const [median, most, longest] = [0.5, 0.999, 1].map((share) => ms(quantile(waits, share)));
  return `${waits.length}, median ${median}, p99.9 ${most}, longest ${longest}`;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
