// Worlds for tests: how long they take to open, to take back and to fork, and how fast time passes in them.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { openWorld, type World } from 'lazurite/testing';
import { repositoryRoot } from './support/child.ts';
import { median, type Row, report } from './support/report.ts';

const ITEMS = 100_000;
const WRITES = 1_000;
const ROUNDS = 1_000;
const SAME_RUNS = 100;
const YEAR_DAYS = 365;
const MEBIBYTE = 1024 ** 2;
const time = '2026-01-01T00:00:00Z';
const graph = { app: repositoryRoot, time, env: { LRO_LAB: 'off', TRY_IT: 'off' } } as const;
const shop = { app: resolve(repositoryRoot, 'emulator/cli/src/testing/world-app'), time, appTime: 'world' } as const;

const rows: Row[] = [];
await benchOpening();
// The app makes its container once in a process, so in the first world.
const first = await openWorld(shop);
await first.fetch('/api/orders');
await benchTime(first);
const folder = await mkdtemp(join(tmpdir(), 'lazurite-bench-'));
await first.save(join(folder, 'small.world'));
await benchLargeWorld(folder);
await rm(folder, { recursive: true });
await benchTests(first);
await first.close();
report(rows);

function add(what: string, ms: number, barMs: number): void {
  const row = { what, measured: `${ms.toFixed(1)} ms`, bar: `<= ${barMs} ms`, passed: ms <= barMs };
  console.log(`${row.what}: ${row.measured}`); // the whole takes a while
  rows.push(row);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Of the Graph app, as it is configured for local runs but for its simulator. */
async function benchOpening(): Promise<void> {
  const open = () =>
    timed(async () => {
      world = await openWorld(graph);
    });
  let world: World | undefined;
  add('openWorld() of the Graph app, first', await open(), 400);
  const next: number[] = [];
  for (let run = 0; run < 5; run++) {
    await world?.close();
    next.push(await open());
  }
  await world?.close();
  add('openWorld(), next in the process, median of 5', median(next), 60);
}

async function benchLargeWorld(from: string): Promise<void> {
  // Without the trigger that would read the whole change feed first.
  const world = await openWorld({ ...shop, functions: ['orders'], from: await fileWithItems(from) });
  const { items } = world.cosmos.container('shop', 'orders');
  const start = await world.snapshot();
  const back: number[] = [];
  for (let run = 0; run < 5; run++) {
    await world.withTriggersPaused(async () => {
      for (let first = 0; first < WRITES; first += 100)
        await Promise.all(
          Array.from({ length: 100 }, (_, index) => items.create({ id: `new${first + index}`, pk: 'p' })),
        );
    });
    await world.settled();
    back.push(await timed(() => world.restore(start)));
  }
  add(`restore() after ${WRITES} creates among ${ITEMS} items, median of 5`, median(back), 5);
  const forks: number[] = [];
  for (let run = 0; run < 3; run++) {
    let fork: World | undefined;
    forks.push(
      await timed(async () => {
        fork = await world.fork();
      }),
    );
    await fork?.close();
  }
  add(`fork() of ${ITEMS} items, median of 3`, median(forks), 250);
  await world.close();
}

/** A saved world with many items more, all like the first. To create them one by one takes a minute. */
async function fileWithItems(from: string): Promise<string> {
  const file = join(from, 'large.world');
  const saved = JSON.parse(gunzipSync(await readFile(join(from, 'small.world'))).toString());
  const { cosmos } = saved.services;
  const order = cosmos.items.find(({ id }: { id: string }) => id === 'item0');
  cosmos.counters = cosmos.counters.map(([name, value]: [string, number]) => [name, value + ITEMS]);
  for (let index = 1; index < ITEMS; index++) {
    const id = `item${index}`;
    const body = order.body.replace('item0', id);
    cosmos.items.push({ ...order, id, body, number: order.number + index, lsn: order.lsn + index });
  }
  await writeFile(file, gzipSync(JSON.stringify(saved)));
  return file;
}

async function benchTime(world: World): Promise<void> {
  let fired = 0;
  const year = await timed(async () => {
    fired = (await world.advance(`${YEAR_DAYS}d`)).fired.length;
  });
  add(`a year of a daily timer, fired ${fired} times`, fired === YEAR_DAYS ? year : Number.NaN, 2_000);
  const { items } = world.cosmos.container('shop', 'orders');
  for (let index = 0; index < 100; index++) await items.create({ id: `i${index}`, pk: 'p', ttl: 30 * 86_400 });
  const count = async () => (await items.readAll().fetchAll()).resources.length;
  let counts: number[] = [];
  const ttl = await timed(async () => {
    await world.advance(30 * 86_400_000 - 1_000);
    counts = [await count()];
    await world.advance('2s');
    counts.push(await count());
  });
  add(`a 30-day TTL: ${counts.join(', then ')} items`, String(counts) === '100,0' ? ttl : Number.NaN, 2_000);
  await items.create({ id: 'item0', pk: 'p' });
}

/** One world, taken back after each test. */
async function benchTests(world: World): Promise<void> {
  const start = await world.snapshot();
  const run = async () => {
    await world.fetch('/api/orders', { method: 'POST', body: JSON.stringify({ id: 'a' }) });
    await world.settled();
    const story = world.timeline();
    await world.restore(start);
    return story;
  };
  const stories = new Set<string>();
  for (let round = 0; round < SAME_RUNS; round++) stories.add(await run());
  const before = heapUsed();
  for (let round = 0; round < ROUNDS; round++) await run();
  const growth = (heapUsed() - before) / MEBIBYTE;
  const measured = `${growth.toFixed(1)} MB`;
  rows.push({ what: `heap that ${ROUNDS} tests with a restore leave`, measured, bar: '<= 5 MB', passed: growth <= 5 });
  const passed = stories.size === 1;
  rows.push({ what: `timelines of ${SAME_RUNS} runs`, measured: `${stories.size}`, bar: '1', passed });
  console.log(`heap: ${measured}, timelines: ${stories.size}`);
}

function heapUsed(): number {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
