// GET of one operation, beside what the @azure/cosmos SDK alone reaches with point reads, in the same run.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import autocannon from 'autocannon';
import { repositoryRoot, startChild } from './support/child.ts';
import { median, report } from './support/report.ts';
import { startStack } from './support/running-stack.ts';

const CONNECTIONS = 32;
const SECONDS = Number(process.env.SECONDS ?? 5);
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const BAR = 0.7;
const exampleFile = resolve(repositoryRoot, 'examples/create-operation.json');

const stack = await startStack();
const ratios: number[] = [];
let failed = 0;
try {
  const url = await createOne();
  await load(url, 2);
  for (let round = 0; round < ROUNDS; round += 1) {
    const ceiling = await measureCeiling();
    const perSecond = await load(url, SECONDS);
    ratios.push(perSecond / ceiling);
    console.log(`@azure/cosmos alone: ${ceiling.toFixed(0)}/s, GET -> 200: ${perSecond.toFixed(0)}/s`);
  }
} finally {
  await stack.stop();
}
const ratio = median(ratios);
report([
  {
    what: `GETs/s at ${CONNECTIONS} connections ÷ SDK alone, median of ${ROUNDS}`,
    measured: `${ratio.toFixed(2)}x`,
    bar: `>= ${BAR}x`,
    passed: ratio >= BAR,
  },
  { what: 'failed requests', measured: `${failed}`, bar: '0', passed: failed === 0 },
]);

async function createOne(): Promise<string> {
  const body = await readFile(exampleFile, 'utf8');
  const created = await fetch(`${stack.chats}/get/operations`, { method: 'POST', headers: stack.headers, body });
  return String(created.headers.get('location'));
}

async function measureCeiling(): Promise<number> {
  const server = await startChild(resolve(import.meta.dirname, 'support/instant-cosmos.ts'));
  const script = resolve(import.meta.dirname, 'support/sdk-ceiling.ts');
  const args = [String(server.first.url), String(CONNECTIONS), String(SECONDS), exampleFile, 'read'];
  const client = await startChild(script, args);
  await client.stop();
  await server.stop();
  return Number(client.first.perSecond);
}

async function load(url: string, duration: number): Promise<number> {
  const { authorization = '' } = stack.headers;
  const result = await autocannon({ url, headers: { authorization }, connections: CONNECTIONS, duration });
  const answered = result.statusCodeStats?.['200']?.count ?? 0;
  failed += result.non2xx + result.errors + result.timeouts;
  return answered / result.duration;
}
