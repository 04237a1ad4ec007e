// Reading 100,000 changes of 1 KB through the change feed, beside reading the same rows from SQLite without a server, in
// pages of 1,000. Held against the bar is the server's own time (x-ms-request-duration-ms): sending 100 MB over a socket
// in Node costs more than reading them, whoever sends; what the whole takes the reader is printed as well.
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CosmosClient } from '@azure/cosmos';
import { type CosmosServer, startCosmos } from '@lazurite/cosmos';
import { median, report } from './support/report.ts';

const CHANGES = 100_000;
const PAGE = 1_000;
const RUNS = 5;
const BAR = 2;
const WRITERS = 64;

const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-bench-'));
const agent = new Agent({ keepAlive: true });
await fill();
const feed: Feed[] = [];
const direct: number[] = [];
for (let run = 0; run < RUNS; run += 1) {
  feed.push(await timeFeed());
  direct.push(timeDirect());
}
agent.destroy();
await rm(dataDir, { recursive: true });
const server = feed.map(({ serverMs }) => serverMs);
const ratio = median(server) / median(direct);
console.log(`SQLite directly:           ${list(direct)} ms`);
console.log(`change feed, server time:  ${list(server)} ms`);
console.log(`change feed, in the end:   ${list(feed.map(({ totalMs }) => totalMs))} ms`);
report([
  {
    what: `${CHANGES} changes, server time ÷ SQLite directly`,
    measured: `${ratio.toFixed(2)}x`,
    bar: `<= ${BAR}x`,
    passed: ratio <= BAR,
  },
]);

async function fill(): Promise<void> {
  const server = await startCosmos({ dataDir });
  const client = new CosmosClient(server.connectionString);
  const { database } = await client.databases.create({ id: 'db' });
  const { container } = await database.containers.create({ id: 'c', partitionKey: '/pk' });
  const text = 'x'.repeat(700);
  let next = 0;
  async function write(): Promise<void> {
    while (next < CHANGES) {
      const n = next++;
      await container.items.create({ id: `item-${n}`, pk: `p${n % 100}`, n, text });
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, write));
  client.dispose();
  await server.close();
}

interface Feed {
  readonly totalMs: number;
  readonly serverMs: number;
}

async function timeFeed(): Promise<Feed> {
  const server = await startCosmos({ dataDir });
  const startedAt = performance.now();
  let etag: string | undefined;
  let count = 0;
  let serverMs = 0;
  for (let page = await readPage(server, etag); page.status === 200; page = await readPage(server, etag)) {
    count += page.count;
    serverMs += page.serverMs;
    etag = page.etag;
  }
  const totalMs = performance.now() - startedAt;
  await server.close();
  expectAll(count);
  return { totalMs, serverMs };
}

function timeDirect(): number {
  const database = new DatabaseSync(join(dataDir, 'cosmos.db'), { readOnly: true });
  const startedAt = performance.now();
  const select = database.prepare(
    'SELECT lsn, body FROM items WHERE lsn > ? AND container = 1 AND range = 0 ORDER BY lsn LIMIT ?',
  );
  let count = 0;
  for (let rows = select.all(0, PAGE); rows.length > 0; rows = select.all(Number(rows.at(-1)?.lsn), PAGE))
    count += rows.length;
  const elapsed = performance.now() - startedAt;
  database.close();
  expectAll(count);
  return elapsed;
}

interface Page {
  readonly status: number | undefined;
  readonly etag: string | undefined;
  readonly count: number;
  readonly serverMs: number;
}

function readPage({ port, key }: CosmosServer, etag: string | undefined): Promise<Page> {
  const date = new Date().toUTCString();
  const headers = {
    'a-im': 'Incremental Feed',
    'x-ms-max-item-count': String(PAGE),
    'x-ms-documentdb-partitionkeyrangeid': '0',
    'x-ms-date': date,
    authorization: sign(key, `get\ndocs\ndbs/db/colls/c\n${date.toLowerCase()}\n\n`),
    ...(etag !== undefined && { 'if-none-match': etag }),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: '/dbs/db/colls/c/docs', headers, agent }, (response) => {
      response.resume();
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          etag: response.headers.etag,
          count: Number(response.headers['x-ms-item-count']),
          serverMs: Number(response.headers['x-ms-request-duration-ms']),
        }),
      );
    });
    sent.on('error', reject).end();
  });
}

function sign(key: string, text: string): string {
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
  return encodeURIComponent(`type=master&ver=1.0&sig=${signature}`);
}

function expectAll(count: number): void {
  if (count !== CHANGES) throw new Error(`Read ${count} changes of ${CHANGES}`);
}

function list(values: readonly number[]): string {
  return values.map((value) => value.toFixed(0)).join(', ');
}
