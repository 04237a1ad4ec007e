// One container with 1,000 and then with 1,000,000 items of 1 KB: point reads, creates, memory, start.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startChild } from './support/child.ts';
import { createContainer, creates, fill, reads } from './support/cosmos-load.ts';
import { measureMemory } from './support/memory.ts';
import { type Load, measureRate } from './support/raw-load.ts';
import { median, report } from './support/report.ts';

const SMALL = 1_000;
const LARGE = Number(process.env.ITEMS ?? 1_000_000);
const PADDING = 900;
const CONNECTIONS = 32;
const SECONDS = 3;
const ROUNDS = 3;
/** Read over and over in the small container; in the large one these are spread over all of it. */
const ITEMS_TO_READ = 1_000;
const RATIO_BAR = 1.3;
const MEMORY_BAR_MB = 250;
const START_BAR_MS = 500;

const script = resolve(import.meta.dirname, 'support/cosmos-server.ts');
const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-bench-'));
try {
  const first = await startChild(script, [dataDir]);
  const port = Number(first.first.port);
  await createContainer(port);
  await fill(port, 'item', { from: 0, to: SMALL, padding: PADDING });
  await measure(port, 'warm');
  const small = await measure(port, 'small');
  const startedAt = performance.now();
  await fill(port, 'item', { from: SMALL, to: LARGE, padding: PADDING });
  console.log(`${LARGE} items in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  const large = await measure(port, 'large');
  const memory = measureMemory(Number(first.first.pid)).bytes / 1_048_576;
  await first.stop();
  const again = await startChild(script, [dataDir]);
  await again.stop();
  console.table({ small, large });
  report([
    atMost('point reads, 1,000 ÷ 1,000,000 items', small.read / large.read, RATIO_BAR, 'x'),
    atMost('creates, 1,000 ÷ 1,000,000 items', small.create / large.create, RATIO_BAR, 'x'),
    atMost('memory', memory, MEMORY_BAR_MB, ' MB'),
    atMost('start', Number(again.first.startMs), START_BAR_MS, ' ms'),
  ]);
} finally {
  await rm(dataDir, { recursive: true });
}

async function measure(port: number, name: string): Promise<{ read: number; create: number }> {
  const read: number[] = [];
  const create: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    read.push(await rateOf(reads(port, 'item', { count: ITEMS_TO_READ, among: name === 'large' ? LARGE : SMALL })));
    create.push(await rateOf(creates(port, `${name}-${round}`, PADDING)));
  }
  return { read: median(read), create: median(create) };
}

function rateOf(load: Pick<Load, 'port' | 'request' | 'status'>): Promise<number> {
  return measureRate({ ...load, connections: CONNECTIONS, seconds: SECONDS });
}

function atMost(what: string, measured: number, most: number, unit: string) {
  return { what, measured: `${measured.toFixed(2)}${unit}`, bar: `<= ${most}${unit}`, passed: measured <= most };
}
