// A page of 100 operations, filtered and in order, of a chat with 100,000 and of one with 1,000; before that the very first
// listings of the large one, all at once, which find no index yet.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import autocannon from 'autocannon';
import { repositoryRoot } from './support/child.ts';
import { median, type Row, report } from './support/report.ts';
import { startStack } from './support/running-stack.ts';

const LARGE = Number(process.env.OPERATIONS ?? 100_000);
const SMALL = 1_000;
const ROUNDS = Number(process.env.ROUNDS ?? 15);
const BAR = 3;
/** What the app gives its store: shared/persistence/cosmos-client.ts. */
const DEADLINE_MS = 5_000;
/** Between two looks whether the indexes are there, and how quick an answer from an index is at least. */
const LOOK_MS = 500;
const INDEXED_MS = 250;
const STATUSES = ['notStarted', 'inProgress', 'succeeded', 'failed'];
const FIRST_MS = Date.UTC(2021, 4, 27);
const example = JSON.parse(await readFile(resolve(repositoryRoot, 'examples/create-operation.json'), 'utf8'));

const QUERIES = {
  'filtered and in order': "$filter=status eq 'failed'&$orderby=createdDateTime desc&$top=100",
  'in order of creation': '$top=100',
  'by id': '$orderby=id&$top=100',
};

const stack = await startStack();
try {
  await fill('small', SMALL);
  await fill('large', LARGE);
  const rows = [await listFirst()];
  for (const [what, query] of Object.entries(QUERIES)) rows.push(await compare(what, query));
  report(rows);
} finally {
  await stack.stop();
}

async function listFirst(): Promise<Row> {
  const times = await Promise.all(Object.values(QUERIES).map((query) => time(urlOf('large', query))));
  const slowest = Math.max(...times);
  const startedAt = performance.now();
  for (const query of Object.values(QUERIES))
    while ((await time(urlOf('large', query))) > INDEXED_MS) await delay(LOOK_MS);
  console.log(`indexes were there ${((performance.now() - startedAt) / 1_000).toFixed(1)} s after the first answers`);
  return {
    what: `slowest of the first ${times.length} listings at once, of ${LARGE}`,
    measured: `${slowest.toFixed(0)} ms`,
    bar: `<= ${DEADLINE_MS} ms`,
    passed: slowest <= DEADLINE_MS,
  };
}

async function fill(chat: string, amount: number): Promise<void> {
  let made = 0;
  const result = await autocannon({
    url: `${stack.chats}/${chat}/operations`,
    connections: 32,
    amount,
    requests: [
      {
        method: 'POST',
        headers: { ...stack.headers, prefer: 'return=minimal' },
        setupRequest: (request) => ({ ...request, body: operation(made++) }),
      },
    ],
  });
  if (result.non2xx + result.errors > 0) throw new Error(`${result.non2xx + result.errors} creates failed`);
}

/** Times and states in no order. */
function operation(index: number): string {
  const createdDateTime = new Date(FIRST_MS + ((index * 7_919) % 1_000_003) * 1_000).toISOString();
  return JSON.stringify({ ...example, createdDateTime, status: STATUSES[index % STATUSES.length] });
}

async function compare(what: string, query: string) {
  const times: Record<'small' | 'large', number[]> = { small: [], large: [] };
  for (let round = 0; round < ROUNDS; round += 1)
    for (const chat of ['small', 'large'] as const) times[chat].push(await time(urlOf(chat, query)));
  const [small, large] = [median(times.small), median(times.large)];
  console.log(`${what}: ${small.toFixed(1)} ms of ${SMALL}, ${large.toFixed(1)} ms of ${LARGE}`);
  const ratio = large / small;
  return {
    what: `page of 100 ${what}, ${LARGE} ÷ ${SMALL}`,
    measured: `${ratio.toFixed(1)}x`,
    bar: `<= ${BAR}x`,
    passed: ratio <= BAR,
  };
}

function urlOf(chat: string, query: string): string {
  return `${stack.chats}/${chat}/operations?${query}`;
}

async function time(url: string): Promise<number> {
  const startedAt = performance.now();
  const response = await fetch(url, { headers: stack.headers });
  const { value } = (await response.json()) as { value: unknown[] }; // of this repository
  if (response.status !== 200 || value.length !== 100)
    throw new Error(`${response.status} with ${value?.length} operations`);
  return performance.now() - startedAt;
}
