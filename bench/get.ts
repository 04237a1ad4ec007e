// GET of one operation, beside what the @azure/cosmos SDK alone reaches with point reads, and beside the least that an app
// can do: node:http, the functions library and one read through the SDK in one process. All in the same run.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import autocannon from 'autocannon';
import { repositoryRoot, startChild } from './support/child.ts';
import { cpuTimeOf } from './support/cpu.ts';
import { median, type Row, report } from './support/report.ts';
import { startStack } from './support/running-stack.ts';

const CONNECTIONS = 32;
const SECONDS = Number(process.env.SECONDS ?? 5);
const ROUNDS = Number(process.env.ROUNDS ?? 3);
/** Until the code is compiled: so many requests, however long they take. */
const WARM_UP_REQUESTS = 12_000;
const SDK_BAR = 0.7;
const LEAST_APP_BAR = 0.7;
const exampleFile = resolve(repositoryRoot, 'examples/create-operation.json');

interface Rate {
  readonly perSecond: number;
  /** CPU time of the serving process for each read, in microseconds: steadier than the rate where others use the machine. */
  readonly cpu: number;
}
interface Target {
  readonly url: string;
  readonly headers: Record<string, string>;
  /** The serving processes. */
  readonly pids: readonly number[];
}

const stack = await startStack();
const instant = await startChild(support('instant-cosmos.ts'));
const least = await startChild(support('library-server.ts'), ['point-read', String(instant.first.url)]);
const rounds: { sdk: Rate; leastApp: Rate; ours: Rate }[] = [];
let failed = 0;
try {
  const target = await createOne();
  const leastTarget = { url: String(least.first.url), headers: {}, pids: [Number(least.process.pid)] };
  for (const one of [target, leastTarget]) await load(one, { amount: WARM_UP_REQUESTS });
  for (let round = 0; round < ROUNDS; round += 1) {
    const sdk = await measureSdk();
    const leastApp = await load(leastTarget, { duration: SECONDS });
    const ours = await load(target, { duration: SECONDS });
    rounds.push({ sdk, leastApp, ours });
    console.table({ '@azure/cosmos alone': sdk, 'the least app': leastApp, 'GET -> 200': ours });
  }
} finally {
  for (const running of [stack, least, instant]) await running.stop();
}
const reachable = median(rounds.map(({ sdk, leastApp }) => leastApp.perSecond / sdk.perSecond));
console.log(`the least app reaches ${reachable.toFixed(2)}x of the SDK alone`);
report([
  atLeast('GETs/s ÷ SDK alone', SDK_BAR, ({ sdk, ours }) => ours.perSecond / sdk.perSecond),
  atLeast('GETs/s ÷ the least app', LEAST_APP_BAR, ({ leastApp, ours }) => ours.perSecond / leastApp.perSecond),
  atLeast('GETs per CPU time ÷ the least app', LEAST_APP_BAR, ({ leastApp, ours }) => leastApp.cpu / ours.cpu),
  { what: 'failed requests', measured: `${failed}`, bar: '0', passed: failed === 0 },
]);

function atLeast(what: string, bar: number, ratioOf: (round: (typeof rounds)[number]) => number): Row {
  const ratio = median(rounds.map(ratioOf));
  return {
    what: `${what}, ${CONNECTIONS} connections, median of ${ROUNDS}`,
    measured: `${ratio.toFixed(2)}x`,
    bar: `>= ${bar}x`,
    passed: ratio >= bar,
  };
}

async function createOne(): Promise<Target> {
  const body = await readFile(exampleFile, 'utf8');
  const created = await fetch(`${stack.chats}/get/operations`, { method: 'POST', headers: stack.headers, body });
  const { authorization = '' } = stack.headers;
  return { url: String(created.headers.get('location')), headers: { authorization }, pids: stack.workers };
}

/** Reads of a process that does nothing else. */
async function measureSdk(): Promise<Rate> {
  const server = await startChild(support('instant-cosmos.ts'));
  const args = [String(server.first.url), String(CONNECTIONS), String(SECONDS), exampleFile, 'read'];
  const client = await startChild(support('sdk-ceiling.ts'), args);
  await client.stop();
  await server.stop();
  return toRate(Number(client.first.perSecond), Number(client.first.cpu));
}

async function load({ url, headers, pids }: Target, extent: { amount: number } | { duration: number }): Promise<Rate> {
  const cpuTime = () => pids.reduce((sum, pid) => sum + cpuTimeOf(pid), 0);
  const before = cpuTime();
  const result = await autocannon({ url, headers, connections: CONNECTIONS, ...extent });
  failed += result.non2xx + result.errors + result.timeouts;
  const answered = result.statusCodeStats?.['200']?.count ?? 0;
  return toRate(answered / result.duration, ((cpuTime() - before) * 1_000) / answered);
}

function toRate(perSecond: number, cpu: number): Rate {
  return { perSecond: Math.round(perSecond), cpu: Math.round(cpu) };
}

function support(name: string): string {
  return resolve(import.meta.dirname, 'support', name);
}
