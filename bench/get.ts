// GET of one operation, beside what the @azure/cosmos SDK alone reaches with point reads, and beside the least that an app
// can do: node:http, the functions library and one read through the SDK in one process. All in the same run.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import autocannon from 'autocannon';
import { repositoryRoot, startChild } from './support/child.ts';
import { median, report } from './support/report.ts';
import { startStack } from './support/running-stack.ts';

const CONNECTIONS = 32;
const SECONDS = Number(process.env.SECONDS ?? 5);
const ROUNDS = Number(process.env.ROUNDS ?? 3);
/** Until the code is compiled. */
const WARM_UP_SECONDS = 6;
const BAR = 0.7;
const LEAST_APP_BAR = 0.7;
const exampleFile = resolve(repositoryRoot, 'examples/create-operation.json');

const stack = await startStack();
const rounds: { sdk: number; leastApp: number; ours: number }[] = [];
let failed = 0;
try {
  const url = await createOne();
  const { authorization = '' } = stack.headers;
  await load({ url, headers: { authorization } }, WARM_UP_SECONDS);
  for (let round = 0; round < ROUNDS; round += 1) {
    const sdk = await measureSdk();
    const leastApp = await measureLeastApp();
    const ours = await load({ url, headers: { authorization } }, SECONDS);
    rounds.push({ sdk, leastApp, ours });
    console.table({ '@azure/cosmos alone': sdk, 'the least app': leastApp, 'GET -> 200': ours });
  }
} finally {
  await stack.stop();
}
const ratio = median(rounds.map(({ sdk, ours }) => ours / sdk));
const reachable = median(rounds.map(({ sdk, leastApp }) => leastApp / sdk));
const ofReachable = median(rounds.map(({ leastApp, ours }) => ours / leastApp));
console.log(`the least app reaches ${reachable.toFixed(2)}x of the SDK alone`);
report([
  {
    what: `GETs/s at ${CONNECTIONS} connections ÷ SDK alone, median of ${ROUNDS}`,
    measured: `${ratio.toFixed(2)}x`,
    bar: `>= ${BAR}x`,
    passed: ratio >= BAR,
  },
  {
    what: 'the same ÷ node:http, the functions library and the SDK in one process',
    measured: `${ofReachable.toFixed(2)}x`,
    bar: `>= ${LEAST_APP_BAR}x`,
    passed: ofReachable >= LEAST_APP_BAR,
  },
  { what: 'failed requests', measured: `${failed}`, bar: '0', passed: failed === 0 },
]);

async function createOne(): Promise<string> {
  const body = await readFile(exampleFile, 'utf8');
  const created = await fetch(`${stack.chats}/get/operations`, { method: 'POST', headers: stack.headers, body });
  return String(created.headers.get('location'));
}

/** Reads per second of a process that does nothing else. */
async function measureSdk(): Promise<number> {
  const server = await startChild(support('instant-cosmos.ts'));
  const args = [String(server.first.url), String(CONNECTIONS), String(SECONDS), exampleFile, 'read'];
  const client = await startChild(support('sdk-ceiling.ts'), args);
  await client.stop();
  await server.stop();
  return Math.round(Number(client.first.perSecond));
}

async function measureLeastApp(): Promise<number> {
  const cosmos = await startChild(support('instant-cosmos.ts'));
  const server = await startChild(support('library-server.ts'), ['point-read', String(cosmos.first.url)]);
  const target = { url: String(server.first.url), headers: {} };
  await load(target, WARM_UP_SECONDS);
  const perSecond = await load(target, SECONDS);
  await server.stop();
  await cosmos.stop();
  return perSecond;
}

/** Answers per second. */
async function load(target: { url: string; headers: Record<string, string> }, duration: number): Promise<number> {
  const result = await autocannon({ ...target, connections: CONNECTIONS, duration });
  failed += result.non2xx + result.errors + result.timeouts;
  return Math.round((result.statusCodeStats?.['200']?.count ?? 0) / result.duration);
}

function support(name: string): string {
  return resolve(import.meta.dirname, 'support', name);
}
