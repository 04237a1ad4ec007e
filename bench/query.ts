// Queries on large containers through the real SDK; scans beside @vercel/cosmosdb-server (`npm install` in bench/ first).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Container, CosmosClient } from '@azure/cosmos';
import { benchItem } from './support/bench-item.ts';
import { type StartedChild, startChild } from './support/child.ts';
import { measureMemory } from './support/memory.ts';
import { postJson } from './support/post-json.ts';
import { median, type Row, report } from './support/report.ts';

const LARGE = Number(process.env.BENCH_ITEMS ?? 1_000_000);
const SMALL = 10_000;
const SCANNED = 100_000;
const PEER_ITEMS = 10_000;
const ITEM_BYTES = 350;
const SCANNED_BYTES = 1024;
const CREATES = 4_000;
const CREATORS = 32;
const script = (name: string) => resolve(import.meta.dirname, 'support', name);

const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-bench-'));
try {
  const containers = [
    `large=${LARGE}:${ITEM_BYTES}`,
    `small=${SMALL}:${ITEM_BYTES}`,
    `scan=${SCANNED}:${SCANNED_BYTES}`,
  ];
  await (await startChild(script('seed-items.ts'), [dataDir, ...containers, 'plain=0:0', 'indexed=0:0'])).stop();
  const server = await startChild(script('query-server.ts'), [dataDir]);
  try {
    report(await measure(server));
  } finally {
    await server.stop();
  }
} finally {
  await rm(dataDir, { recursive: true });
}

async function measure({ first }: StartedChild): Promise<Row[]> {
  const client = new CosmosClient({ endpoint: String(first.endpoint), key: String(first.key) });
  const container = (id: string) => client.database('bench').container(id);
  const rows = [
    ...(await measurePoints(container('large'), container('small'))),
    ...(await measureScans(container('scan'))),
    ...(await measureCreates(container('plain'), container('indexed'))),
  ];
  const megabytes = measureMemory(Number(first.pid)).bytes / 1_048_576;
  return [...rows, row('memory of the server after all of it', megabytes, { unit: ' MB', atMost: 300 })];
}

async function measurePoints(large: Container, small: Container): Promise<Row[]> {
  const unique = benchItem(4_321, ITEM_BYTES).unique;
  const point = { query: 'SELECT * FROM c WHERE c["unique"] = @v', parameters: [{ name: '@v', value: unique }] };
  const top = 'SELECT TOP 100 * FROM c ORDER BY c.rank';
  for (const container of [large, small]) {
    await untilIndexed(container, point);
    await untilIndexed(container, top);
  }
  const ofLarge = await timeOf(large, point, 31);
  const ofSmall = await timeOf(small, point, 31);
  const sorted = await timeOf(large, top, 31);
  const count = LARGE.toLocaleString('en');
  return [
    row(`point filter, ${count} items`, ofLarge, { unit: ' ms', atMost: 5 }),
    row('the same ÷ 10,000 items', ofLarge / ofSmall, { unit: 'x', atMost: 2 }),
    row(`ORDER BY + TOP 100, ${count} items`, sorted, { unit: ' ms', atMost: 20 }),
  ];
}

async function measureScans(container: Container): Promise<Row[]> {
  const query = 'SELECT VALUE c.id FROM c WHERE c.plain = 77 AND c.price > 3';
  const computed = 'SELECT VALUE c.id FROM c WHERE c.plain % 1000 = 77';
  const whole = 'SELECT c["group"], COUNT(1) AS n, AVG(c.price) AS price FROM c GROUP BY c["group"]';
  const perSecond = (milliseconds: number, items: number) => (items / milliseconds) * 1_000;
  await untilIndexed(container, 'SELECT VALUE c.id FROM c WHERE c.price = 3');
  const scan = await timeOf(container, query, 7);
  const computedScan = await timeOf(container, computed, 7);
  const grouped = await timeOf(container, whole, 7);
  const rows = [
    row('scan of 1 KB items, predicate on an excluded path', perSecond(scan, SCANNED), {
      unit: '/s',
      atLeast: 200_000,
    }),
    row('scan of 1 KB items, computed predicate', perSecond(computedScan, SCANNED), { unit: '/s', atLeast: 200_000 }),
    row('GROUP BY ÷ computed scan', grouped / computedScan, { unit: 'x', atMost: 2 }),
  ];
  const peer = await measurePeer(computed);
  const ratio = peer && perSecond(computedScan, SCANNED) / perSecond(peer, PEER_ITEMS);
  return ratio ? [...rows, row('computed scan ÷ @vercel/cosmosdb-server', ratio, { unit: 'x', atLeast: 5 })] : rows;
}

/** Milliseconds for one scan; undefined when the peer is not installed. */
async function measurePeer(query: string): Promise<number | undefined> {
  try {
    import.meta.resolve('@vercel/cosmosdb-server');
  } catch {
    console.log('@vercel/cosmosdb-server is not installed: run `npm install` in bench/ to compare with it');
    return undefined;
  }
  const peer = await startChild(script('peer-cosmos.ts'), [String(PEER_ITEMS), String(SCANNED_BYTES)]);
  try {
    const url = `${peer.first.endpoint}/dbs/bench/colls/scan/docs`;
    const headers = { 'x-ms-documentdb-isquery': 'True', 'x-ms-documentdb-query-enablecrosspartition': 'True' };
    return median(await times(5, () => postJson(url, { query }, headers)));
  } finally {
    await peer.stop();
  }
}

/** In turns, because the disk is not the same from one minute to the next. */
async function measureCreates(plain: Container, indexed: Container): Promise<Row[]> {
  for (const container of [plain, indexed]) await create(container, 0);
  for (const path of ['unique', 'rank', 'price']) await untilIndexed(indexed, `SELECT * FROM c WHERE c["${path}"] = 1`);
  const ratios: number[] = [];
  for (let round = 1; round <= 3; round++) {
    const withNone = await create(plain, round);
    ratios.push((await create(indexed, round)) / withNone);
  }
  return [row('durable creates/s with three indexed paths ÷ none', median(ratios), { unit: 'x', atLeast: 0.7 })];
}

/** Creates items and gives how many per second. */
async function create({ items }: Container, round: number): Promise<number> {
  let next = 0;
  const startedAt = performance.now();
  const work = Array.from({ length: CREATORS }, async () => {
    while (next < CREATES) await items.create(benchItem(round * CREATES + next++, ITEM_BYTES));
  });
  await Promise.all(work);
  return (CREATES / (performance.now() - startedAt)) * 1_000;
}

type Query = Parameters<Container['items']['query']>[0];

async function untilIndexed({ items }: Container, query: Query): Promise<void> {
  for (;;) {
    const { indexMetrics } = await items.query(query, { populateIndexMetrics: true, maxItemCount: 1 }).fetchNext();
    if (indexMetrics.includes('"UtilizedIndexes":{"SingleIndexes":[{')) return;
    await delay(500);
  }
}

async function timeOf({ items }: Container, query: Query, rounds: number): Promise<number> {
  return median(await times(rounds, () => items.query(query, { maxItemCount: -1 }).fetchAll()));
}

/** How long each of several runs took, in milliseconds; the first is for warming up and left out. */
async function times(rounds: number, run: () => Promise<unknown>): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const startedAt = performance.now();
    await run();
    taken.push(performance.now() - startedAt);
  }
  return taken.slice(1);
}

function row(what: string, value: number, bar: { unit: string; atMost?: number; atLeast?: number }): Row {
  const { unit, atMost, atLeast } = bar;
  const digits = value < 100 ? 2 : 0;
  const limit = atMost === undefined ? `>= ${atLeast}` : `<= ${atMost}`;
  const passed = atMost === undefined ? value >= (atLeast ?? 0) : value <= atMost;
  return { what, measured: `${value.toFixed(digits)}${unit}`, bar: `${limit}${unit}`, passed };
}
