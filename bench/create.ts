// POST -> 201 on disk with verified tokens, beside what the @azure/cosmos SDK alone reaches; then memory when idle.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import autocannon from 'autocannon';
import { ANY_PORTS } from '../scripts/any-port.ts';
import { launcher, repositoryRoot, startChild } from './support/child.ts';
import { measureMemory } from './support/memory.ts';
import { report } from './support/report.ts';
import { askForToken } from './support/token.ts';

const CONNECTIONS = 32;
const SECONDS = 8;
const CREATES_BEFORE_IDLE = 10_000;
const IDLE_MS = 10_000;
const THROUGHPUT_BAR = 0.7;
const MEMORY_BAR_MB = 200;
const exampleFile = resolve(repositoryRoot, 'examples/create-operation.json');
const body = await readFile(exampleFile, 'utf8');

const ceilingBefore = await measureCeiling();
const stack = await measureStack();
const ceilingAfter = await measureCeiling();
const emulatorCeiling = await measureCeiling('localhost');
const ceiling = (ceilingBefore + ceilingAfter) / 2;
const megabytes = stack.memory.bytes / 1_048_576;
console.log(`@azure/cosmos alone: ${ceilingBefore.toFixed(0)}/s before, ${ceilingAfter.toFixed(0)}/s after`);
console.log(`the same, account named localhost: ${emulatorCeiling.toFixed(0)}/s`);
console.log(`POST -> 201:         ${stack.perSecond.toFixed(0)}/s, median ${stack.p50} ms, p99 ${stack.p99} ms`);
report([
  throughput('SDK alone', stack.perSecond / ceiling),
  throughput('SDK alone, account named localhost', stack.perSecond / emulatorCeiling),
  { what: 'failed requests', measured: `${stack.failed}`, bar: '0', passed: stack.failed === 0 },
  {
    what: `${stack.memory.kind} of ${stack.memory.processes} processes, idle after ${stack.created} creates`,
    measured: `${megabytes.toFixed(0)} MB`,
    bar: `<= ${MEMORY_BAR_MB} MB`,
    passed: megabytes <= MEMORY_BAR_MB,
  },
]);

function throughput(ceilingName: string, ratio: number) {
  return {
    what: `creates/s at ${CONNECTIONS} connections ÷ ${ceilingName}`,
    measured: `${ratio.toFixed(2)}x`,
    bar: `>= ${THROUGHPUT_BAR}x`,
    passed: ratio >= THROUGHPUT_BAR,
  };
}

async function measureCeiling(...account: string[]): Promise<number> {
  const server = await startChild(resolve(import.meta.dirname, 'support/instant-cosmos.ts'), account);
  const script = resolve(import.meta.dirname, 'support/sdk-ceiling.ts');
  const client = await startChild(script, [String(server.first.url), String(CONNECTIONS), '5', exampleFile]);
  await client.stop();
  await server.stop();
  return Number(client.first.perSecond);
}

async function measureStack() {
  const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-bench-'));
  const child = await startChild(launcher, ['start', '--json', '--data-dir', dataDir, ...ANY_PORTS]);
  try {
    const token = await askForToken(String(child.first.issuer));
    const target = { url: `${child.first.functions}/beta/chats/19:bench@thread.v2/operations`, token };
    const warmUp = await load(target, { amount: 1_000 });
    const measured = await load(target, { duration: SECONDS });
    const rest = Math.max(0, CREATES_BEFORE_IDLE - warmUp.created - measured.created);
    const last = rest > 0 ? await load(target, { amount: rest }) : { created: 0, failed: 0 };
    await delay(IDLE_MS);
    return {
      ...measured,
      failed: warmUp.failed + measured.failed + last.failed,
      created: warmUp.created + measured.created + last.created,
      memory: measureMemory(Number(child.first.pid)),
    };
  } finally {
    await child.stop();
    await rm(dataDir, { recursive: true });
  }
}

async function load(target: { url: string; token: string }, extent: { amount: number } | { duration: number }) {
  const result = await autocannon({
    url: target.url,
    method: 'POST',
    headers: { authorization: `Bearer ${target.token}`, 'content-type': 'application/json' },
    body,
    connections: CONNECTIONS,
    ...extent,
  });
  const created = result.statusCodeStats?.['201']?.count ?? 0;
  const answered = Object.values(result.statusCodeStats ?? {}).reduce((sum, { count = 0 }) => sum + count, 0);
  return {
    created,
    failed: answered - created + result.errors + result.timeouts,
    perSecond: created / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
}
