// Sends hostile queries to a Cosmos server, then generated ones, and reads an item by its id meanwhile.
import { setTimeout as delay } from 'node:timers/promises';
import type { Container, SqlQuerySpec } from '@azure/cosmos';
import { adversarialItems } from './adversarial-items.ts';
import { quantile, readMeanwhile, type Waits } from './bystander.ts';
import type { Findings } from './findings.ts';
import { generatedQueries } from './generated-queries.ts';
import { hostileItems, namedQueries } from './hostile-queries.ts';
import { startWatchedServer, type WatchedServer } from './watched-server.ts';

/** What must hold. Source: the trust the project asks of itself, docs/decisions/query-budget.md. */
const MAX_WAIT_MS = 50;
const MAX_MEMORY_MB = 400;

/** How long there are no queries, for comparison. */
const IDLE_MS = 5_000;

export interface QueryAttackOptions {
  /** How many queries are generated, after those that are known to be hostile. */
  readonly queries: number;
  /** After this time no further query is sent. */
  readonly seconds: number;
  readonly seed: number;
}

export async function attackWithQueries({ queries, seconds, seed }: QueryAttackOptions): Promise<Findings> {
  await using servers = new AsyncDisposableStack();
  const [server, control] = [await startWatchedServer(), await startWatchedServer()];
  servers.defer(() => server.close());
  servers.defer(() => control.close());
  const items = adversarialItems(seed);
  const container = await newContainer(server);
  await newContainer(control);
  for (const item of [...hostileItems(), ...items]) await container.items.create(item);
  const attack = new QueryAttack(server, container);
  const memoryBefore = await server.peakMemory();
  const measure = (act: () => Promise<unknown>) => measured(server, control, act);
  const idle = await measure(() => delay(IDLE_MS));
  attack.worst.length = 0;
  const end = performance.now() + seconds * 1_000;
  const hostile = namedQueries().map((query) => ({ query, partitionKey: 'hostile' }));
  const generated = addressed(
    generatedQueries(seed),
    items.map(({ id }) => id ?? ''),
  );
  const phases = [
    { name: 'known hostile queries', ...(await measure(() => attack.run(hostile, { ...HOSTILE, end }))) },
    {
      name: 'generated queries',
      ...(await measure(() => attack.run(generated.take(queries), { ...GENERATED, end }))),
    },
  ];
  const memory = await server.peakMemory();
  const isAlive = server.isAlive();
  return findingsOf(attack, { phases: [{ name: 'no queries', ...idle }, ...phases], memoryBefore, memory, isAlive });
}

async function newContainer({ client }: WatchedServer): Promise<Container> {
  const { database } = await client.databases.create({ id: 'attack' });
  const { container } = await database.containers.create({ id: 'items', partitionKey: '/pk' });
  await container.items.create({ id: 'point', pk: 'point' });
  return container;
}

/** What was measured for a while, in milliseconds. */
interface Measurement {
  readonly waits: Waits;
  /** The processor time of each stretch of the server's event loop. */
  readonly stretches: readonly number[];
}

async function measured(
  server: WatchedServer,
  control: WatchedServer,
  act: () => Promise<unknown>,
): Promise<Measurement> {
  await server.takeStretches();
  const waits = await readMeanwhile({ attacked: server.endpoint, control: control.endpoint }, act);
  return { waits, stretches: await server.takeStretches() };
}

interface AddressedQuery {
  readonly query: SqlQuerySpec;
  readonly partitionKey: string;
}

/** Each over one item, in turn. */
function* addressed(queries: Iterable<SqlQuerySpec>, keys: readonly string[]): Generator<AddressedQuery> {
  let count = 0;
  for (const query of queries) yield { query, partitionKey: keys[count++ % keys.length] ?? '' };
}

interface AttackPace {
  /** How many queries are sent at once. */
  readonly lanes: number;
  /** How long the attacker waits for one query before it sends the next. */
  readonly timeLimitMs: number;
  /** So many queries that did not end in time go on to the end of the phase; others end because their client leaves. */
  readonly maxLate: number;
}

const HOSTILE: AttackPace = { lanes: 1, timeLimitMs: 3_000, maxLate: 2 };
const GENERATED: AttackPace = { lanes: 4, timeLimitMs: 1_000, maxLate: 0 };

/** Sends queries, and notes which of them ran while the event loop of the server did not yield. */
class QueryAttack {
  readonly #container: Container;
  /** How often each status came; `late` for a query that the attacker did not wait for. */
  readonly statuses = new Map<string, number>();
  /** The long stretches of the event loop. */
  readonly worst: { readonly stretch: number; readonly queries: readonly string[] }[] = [];
  /** Those that run, and those that ended a moment ago. */
  readonly #recent = new Set<AddressedQuery>();
  /** To end queries that the attacker does not wait for. */
  readonly #late = new Set<AbortController>();

  constructor(server: WatchedServer, container: Container) {
    this.#container = container;
    server.onLongStretch((stretch) =>
      this.worst.push({ stretch, queries: [...this.#recent].map((one) => `${one.partitionKey}: ${one.query.query}`) }),
    );
  }

  async run(queries: Iterable<AddressedQuery>, pace: AttackPace & { readonly end: number }): Promise<void> {
    const iterator = queries[Symbol.iterator]();
    const sendAll = async () => {
      while (performance.now() < pace.end) {
        const { done, value } = iterator.next();
        if (done) return;
        const status = await this.#statusOf(value, pace);
        this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: pace.lanes }, sendAll));
    for (const leaving of this.#late) leaving.abort();
  }

  async #statusOf(addressedQuery: AddressedQuery, { timeLimitMs, maxLate }: AttackPace): Promise<string> {
    const { query, partitionKey } = addressedQuery;
    const leaving = new AbortController();
    this.#recent.add(addressedQuery);
    const answered = this.#container.items
      .query(query, { ...OPTIONS, partitionKey, abortSignal: leaving.signal })
      .fetchNext()
      .then(
        () => '200',
        (error: { code?: string | number }) => String(error.code ?? 'no code'),
      );
    void answered.then(() => setTimeout(() => this.#recent.delete(addressedQuery), RECENT_MS));
    const status = await Promise.race([answered, delay(timeLimitMs, 'late', { ref: false })]);
    if (status !== 'late') return status;
    if (this.#late.size >= maxLate) leaving.abort();
    else this.#late.add(leaving);
    void answered.then(() => this.#late.delete(leaving));
    return status;
  }
}

const RECENT_MS = 50;
const OPTIONS = { maxItemCount: 100, enableQueryControl: false, forceQueryPlan: false };
const EXPECTED_STATUSES = ['200', '400', '408', '429', 'late'];

interface Phase extends Measurement {
  readonly name: string;
}

interface Measured {
  readonly phases: readonly Phase[];
  readonly memoryBefore: number;
  readonly memory: number;
  readonly isAlive: boolean;
}

function findingsOf({ statuses, worst }: QueryAttack, measurement: Measured): Findings {
  const { phases, memoryBefore, memory, isAlive } = measurement;
  const count = [...statuses.values()].reduce((sum, each) => sum + each, 0);
  const longest = worst.toSorted((left, right) => right.stretch - left.stretch).slice(0, 10);
  const faults = [
    ...[...statuses.keys()].filter((status) => !EXPECTED_STATUSES.includes(status)).map((status) => `status ${status}`),
    ...(isAlive ? [] : ['the server has ended']),
    ...phases.flatMap(faultsOf),
    ...(memory > MAX_MEMORY_MB ? [`${memory.toFixed(0)} MB`] : []),
  ];
  return {
    faults,
    lines: [
      `${count} queries: ${[...statuses].map((entry) => entry.join(' × ')).join(', ')}`,
      ...phases.flatMap(linesOf),
      `peak memory of the server ${memory.toFixed(0)} MB (bar ${MAX_MEMORY_MB} MB), before the queries ${memoryBefore.toFixed(0)} MB`,
      ...longest.map(({ stretch, queries }) => `  ${ms(stretch)}  ${queries.map(excerpt).join(' | ')}`),
    ],
  };
}

/** On a machine that lets the other server wait for longer, only processor time tells something. */
function faultsOf({ name, waits, stretches }: Phase): readonly string[] {
  const wait = quantile(waits.attacked, 0.999);
  const isMeasurable = quantile(waits.control, 0.999) <= MAX_WAIT_MS;
  const stretch = quantile(stretches, 0.999);
  return [
    ...(isMeasurable && wait > MAX_WAIT_MS ? [`${name}: point reads take ${ms(wait)}`] : []),
    ...(stretch > MAX_WAIT_MS ? [`${name}: the event loop does not yield for ${ms(stretch)}`] : []),
  ];
}

function linesOf({ name, waits, stretches }: Phase): readonly string[] {
  return [
    `${name}: point reads ${summary(waits.attacked)} (bar ${MAX_WAIT_MS} ms)`,
    `  of a server beside it that nobody attacks: ${summary(waits.control)}`,
    `  processor time of the event loop without a yield: p99.9 ${ms(quantile(stretches, 0.999))}, longest ${ms(quantile(stretches, 1))}`,
  ];
}

function summary(waits: readonly number[]): string {
  const [median, most, longest] = [0.5, 0.999, 1].map((share) => ms(quantile(waits, share)));
  return `${waits.length}, median ${median}, p99.9 ${most}, longest ${longest}`;
}

function excerpt(query: string): string {
  return query.length > 160 ? `${query.slice(0, 160)}…` : query;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
