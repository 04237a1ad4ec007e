// From `lazurite start` (built) to the first 201, beside a bare node:http server from start to its first 200.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ANY_PORTS } from '../scripts/any-port.ts';
import { launcher, repositoryRoot, startChild } from './support/child.ts';
import { median, report } from './support/report.ts';
import { askForToken } from './support/token.ts';

const RUNS = 5;
const BAR = 6;
const bareServer = resolve(import.meta.dirname, 'support/bare-server.js');
const body = await readFile(resolve(repositoryRoot, 'examples/create-operation.json'), 'utf8');

const first = await timeLazurite();
await timeBare();
const bare: number[] = [];
const lazurite: number[] = [];
for (let run = 0; run < RUNS; run += 1) {
  bare.push(await timeBare());
  lazurite.push(await timeLazurite());
}
const ratio = median(lazurite) / median(bare);
console.log(`bare node:http, start to first 200:  ${list(bare)} ms`);
console.log(`lazurite start to first 201:         ${list(lazurite)} ms, the very first ${first.toFixed(0)} ms`);
report([
  { what: 'start to first 201 ÷ bare', measured: `${ratio.toFixed(2)}x`, bar: `<= ${BAR}x`, passed: ratio <= BAR },
]);

async function timeBare(): Promise<number> {
  const startedAt = performance.now();
  const child = await startChild(bareServer);
  await expectStatus(await fetch(String(child.first.url)), 200);
  const elapsed = performance.now() - startedAt;
  await child.stop();
  return elapsed;
}

async function timeLazurite(): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-bench-'));
  const startedAt = performance.now();
  const child = await startChild(launcher, ['start', '--json', '--data-dir', dataDir, ...ANY_PORTS]);
  const token = await askForToken(String(child.first.issuer));
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const url = `${child.first.functions}/beta/chats/19:bench@thread.v2/operations`;
  await expectStatus(await fetch(url, { method: 'POST', headers, body }), 201);
  const elapsed = performance.now() - startedAt;
  await child.stop();
  await rm(dataDir, { recursive: true });
  return elapsed;
}

async function expectStatus(response: Response, status: number): Promise<void> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`Expected ${status}, got ${response.status}: ${text}`);
}

function list(values: readonly number[]): string {
  return values.map((value) => value.toFixed(0)).join(', ');
}
