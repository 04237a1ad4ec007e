// Hello world in the functions host beside its ceiling and its peers, all in one run: requests, start, memory, reload, bursts.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import autocannon from 'autocannon';
import { ANY_PORTS } from '../scripts/any-port.ts';
import { launcher, type StartedChild, startChild } from './support/child.ts';
import { cpuTimeOf } from './support/cpu.ts';
import { descendants, measureMemory } from './support/memory.ts';
import { median, type Row, report } from './support/report.ts';

const CONNECTIONS = 50;
const SECONDS = Number(process.env.SECONDS ?? 4);
const ROUNDS = Number(process.env.ROUNDS ?? 3);
/** From one save to the next: less than a person takes, enough for the host to get ready again. */
const SAVE_PAUSE_MS = 500;
const RELOADS = Number(process.env.RELOADS ?? 100);
const BURSTS = Number(process.env.BURSTS ?? 24);
const BURST = 1_024;
const BURST_SOCKETS = 128;
const CLIENT_TIMEOUT_MS = 8_000;
const app = resolve(import.meta.dirname, 'apps/hello');
const names = ['library-server.ts', 'hello-lazurite.ts', 'hello-google.ts', 'hello-miniflare.ts'] as const;

const rows = [...(await compareRequests()), await compareStart(), ...(await measureReloads()), await measureBursts()];
report(rows);

interface Rate {
  readonly perSecond: number;
  /** CPU time of all the server's processes for each request, in microseconds: steadier on a machine that others use. */
  readonly cpu: number;
}

async function compareRequests(): Promise<Row[]> {
  const servers = await Promise.all(names.map((name) => startChild(support(name))));
  const rounds: Rate[][] = [];
  for (const server of servers) await measureRate(server, 2);
  for (let round = 0; round < ROUNDS; round += 1) {
    const rates: Rate[] = [];
    for (const server of servers) rates.push(await measureRate(server, SECONDS));
    rounds.push(rates);
    console.table(Object.fromEntries(rates.map((rate, index) => [names[index], rate])));
  }
  await delay(10_000); // memory is given back by then
  const [, lazuriteMb = 0, googleMb = 0] = servers.map(
    (server) => measureMemory(Number(server.process.pid)).bytes / 1_048_576,
  );
  await Promise.all(servers.map((server) => server.stop()));
  const of = (pick: (rates: Rate[]) => number) => median(rounds.map(pick));
  const ceiling = of(([library, lazurite]) => (library?.cpu ?? 0) / (lazurite?.cpu ?? Number.NaN));
  const google = of(([, lazurite, peer]) => (peer?.cpu ?? 0) / (lazurite?.cpu ?? Number.NaN));
  const miniflare = of(([, lazurite, , peer]) => (peer?.cpu ?? 0) / (lazurite?.cpu ?? Number.NaN));
  console.log(`idle: lazurite ${lazuriteMb.toFixed(0)} MB, functions-framework ${googleMb.toFixed(0)} MB`);
  return [
    atLeast('requests per CPU time ÷ node:http and the library without a host', ceiling, 0.75),
    atLeast('requests per CPU time ÷ functions-framework', google, 1.5),
    atLeast('requests per CPU time ÷ miniflare', miniflare, 1.5),
    atMost('memory idle, all processes ÷ functions-framework', lazuriteMb / googleMb, 2.2),
  ];
}

async function measureRate(server: StartedChild, duration: number): Promise<Rate> {
  const pids = descendants(Number(server.process.pid));
  const before = pids.reduce((sum, pid) => sum + cpuTimeOf(pid), 0);
  const result = await autocannon({ url: String(server.first.url), connections: CONNECTIONS, duration });
  const after = pids.reduce((sum, pid) => sum + cpuTimeOf(pid), 0);
  if (result.non2xx + result.errors > 0)
    throw new Error(`${server.first.url} failed ${result.non2xx + result.errors} times`);
  return {
    perSecond: Math.round(result.requests.average),
    cpu: Math.round(((after - before) * 1000) / result.requests.total),
  };
}

async function compareStart(): Promise<Row> {
  const ratios: number[] = [];
  const stack = ['start', '--json', '--in-memory', '--script-root', app, ...ANY_PORTS];
  await timeStart(launcher, stack); // fills the compile cache
  for (let round = 0; round < 2 * ROUNDS; round += 1) {
    const miniflare = await timeStart(support('hello-miniflare.ts'));
    const lazurite = await timeStart(launcher, stack);
    console.log(`start to first 200: lazurite ${lazurite.toFixed(0)} ms, miniflare ${miniflare.toFixed(0)} ms`);
    ratios.push(lazurite / miniflare);
  }
  return atMost('start of the whole stack to first 200 ÷ miniflare', median(ratios), 1);
}

async function timeStart(script: string, args: readonly string[] = []): Promise<number> {
  const startedAt = performance.now();
  const child = await startChild(script, args);
  const url = child.first.url ?? `${child.first.functions}/api/hello`;
  const { status } = await fetch(String(url));
  if (status !== 200) throw new Error(`${url} answered ${status}`);
  const elapsed = performance.now() - startedAt;
  await child.stop();
  return elapsed;
}

async function measureReloads(): Promise<Row[]> {
  const folder = await mkdtemp(join(app, '..', 'run-'));
  await cp(app, folder, { recursive: true });
  const server = await startChild(support('hello-lazurite.ts'), [folder]);
  const stop = new AbortController();
  const client = callInLoop(String(server.first.url), stop.signal);
  const times: number[] = [];
  for (let reload = 0; reload < RELOADS; reload += 1) {
    await delay(SAVE_PAUSE_MS);
    const text = `saved ${reload}`;
    const startedAt = performance.now();
    await writeFile(
      join(folder, 'index.cjs'),
      `require('@azure/functions').app.get('hello', () => ({ body: '${text}' }));`,
    );
    while ((await call(String(server.first.url))).text !== text) await delay(5);
    times.push(performance.now() - startedAt);
  }
  stop.abort();
  const { answers, failures } = await client;
  await server.stop();
  await rm(folder, { recursive: true });
  console.log(`${answers} answers during ${RELOADS} reloads`);
  return [
    atMost(`save to the new code answering, median of ${RELOADS}, ms`, median(times), 150),
    atMost(`failed requests during ${RELOADS} reloads`, failures, 0),
  ];
}

async function callInLoop(url: string, signal: AbortSignal): Promise<{ answers: number; failures: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const outcome = { answers: 0, failures: 0 };
  while (!signal.aborted) {
    const { status } = await call(url, agent).catch(() => ({ status: 0 }));
    if (status === 200) outcome.answers += 1;
    else outcome.failures += 1;
  }
  agent.destroy();
  return outcome;
}

async function measureBursts(): Promise<Row> {
  const server = await startChild(support('hello-lazurite.ts'));
  const agent = new Agent({ keepAlive: true, maxSockets: BURST_SOCKETS, timeout: CLIENT_TIMEOUT_MS });
  let failed = 0;
  for (let burst = 0; burst < BURSTS; burst += 1) {
    const calls = Array.from({ length: BURST }, () => call(`${server.first.origin}/api/blocks`, agent));
    const outcomes = await Promise.allSettled(calls);
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected' || outcome.value.status !== 200);
    failed += failures.length;
    if (failures.length > 0) console.log(`burst ${burst}: ${failures.length} failed, the first:`, failures[0]);
  }
  agent.destroy();
  await server.stop();
  return atMost(`failed of ${BURSTS} bursts of ${BURST} requests that block`, failed, 0);
}

/** Over the agent's connections; without one, over a connection of its own. */
function call(url: string, agent: Agent | false = false): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, timeout: CLIENT_TIMEOUT_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error('No answer in time')));
    request.on('error', reject);
  });
}

function support(name: string): string {
  return resolve(import.meta.dirname, 'support', name);
}

function atLeast(what: string, measured: number, bar: number): Row {
  return { what, measured: measured.toFixed(2), bar: `>= ${bar}`, passed: measured >= bar };
}

function atMost(what: string, measured: number, bar: number): Row {
  return { what, measured: measured.toFixed(2), bar: `<= ${bar}`, passed: measured <= bar };
}
