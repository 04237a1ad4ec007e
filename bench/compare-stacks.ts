// Two versions of the whole stack in one run: `node bench/compare-stacks.ts OTHER_CHECKOUT`, both built. The two take turns, and each
// round is a pair, so that what else the machine does meets both. Prints after each round the medians of the ratios
// so far, this version ÷ the other.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import autocannon from 'autocannon';
import { repositoryRoot, type StartedChild, startChild } from './support/child.ts';
import { cpuTimeOf } from './support/cpu.ts';
import { descendants } from './support/memory.ts';
import { median } from './support/report.ts';
import { askForToken } from './support/token.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 8);
const CREATES = Number(process.env.CREATES ?? 1_500);
const HELLOS = Number(process.env.HELLOS ?? 8_000);
/** Few, so that a busy machine does not miss the app's deadlines. */
const CONNECTIONS = 4;
const hello = resolve(import.meta.dirname, 'apps/hello');
const body = await readFile(resolve(repositoryRoot, 'examples/create-operation.json'), 'utf8');

const [other] = process.argv.slice(2);
if (other === undefined) throw new TypeError('There is no second checkout, expected its folder as argument');
const checkouts = [repositoryRoot, resolve(other)];

/** What one stack took, in ms: of the clock and of the processor, in all its processes. */
interface Sample {
  readonly clock: number;
  readonly cpu: number;
}

type Samples = readonly (readonly [what: string, Sample])[];

const samples = new Map<string, Map<string, Sample[]>>();
for (let round = 0; round <= ROUNDS; round += 1) {
  const measured = new Map<string, Samples>();
  try {
    for (const checkout of round % 2 === 0 ? checkouts : checkouts.toReversed())
      measured.set(checkout, [...(await measureApp(checkout)), ...(await measureHello(checkout))]);
  } catch (error) {
    console.log(`round ${round} does not count: ${error}`); // the machine was too busy for one of the two
    continue;
  }
  if (round === 0) continue; // it has filled the compile caches
  for (const [checkout, all] of measured) for (const [name, sample] of all) record(name, checkout, sample);
  console.table(Object.fromEntries([...samples].map(([name, byCheckout]) => [name, compared(byCheckout)])));
}

function record(name: string, checkout: string, sample: Sample): void {
  const byCheckout = samples.get(name) ?? new Map<string, Sample[]>();
  samples.set(name, byCheckout.set(checkout, [...(byCheckout.get(checkout) ?? []), sample]));
}

function compared(byCheckout: ReadonlyMap<string, readonly Sample[]>) {
  const [own = [], theirs = []] = checkouts.map((checkout) => byCheckout.get(checkout));
  const ratio = (pick: (sample: Sample) => number) =>
    median(own.map((sample, round) => pick(sample) / pick(theirs[round] ?? sample))).toFixed(3);
  return {
    'CPU ms': Math.round(median(own.map(({ cpu }) => cpu))),
    'other CPU ms': Math.round(median(theirs.map(({ cpu }) => cpu))),
    'CPU ratio': ratio(({ cpu }) => cpu),
    'clock ratio': ratio(({ clock }) => clock),
  };
}

/** From the start to the first 201, and then many creates. */
async function measureApp(checkout: string): Promise<Samples> {
  const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-bench-'));
  const startedAt = performance.now();
  const stack = await start(checkout, ['--script-root', checkout, '--data-dir', dataDir]);
  try {
    const token = await askForToken(String(stack.first.issuer));
    const request = {
      url: `${stack.first.functions}/beta/chats/19:bench@thread.v2/operations`,
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
    } as const;
    const { status } = await fetch(request.url, request);
    if (status !== 201) throw new Error(`The first create of ${checkout} was answered ${status}`);
    const first = { clock: performance.now() - startedAt, cpu: cpuOf(stack) };
    await load(stack, { ...request, connections: CONNECTIONS, amount: CREATES });
    const creates = await load(stack, { ...request, connections: CONNECTIONS, amount: CREATES });
    const alone = await load(stack, { ...request, connections: 1, amount: CREATES / 5 });
    return [
      ['start to the first 201', first],
      [`${CREATES} creates, ${CONNECTIONS} connections`, creates],
      [`${CREATES / 5} creates, one connection`, alone],
    ];
  } finally {
    await stack.stop();
    await rm(dataDir, { recursive: true });
  }
}

async function measureHello(checkout: string): Promise<Samples> {
  const startedAt = performance.now();
  const stack = await start(checkout, ['--in-memory', '--script-root', hello]);
  try {
    const url = `${stack.first.functions}/api/hello`;
    await (await fetch(url)).text();
    const first = { clock: performance.now() - startedAt, cpu: cpuOf(stack) };
    await load(stack, { url, connections: CONNECTIONS, amount: HELLOS });
    return [
      ['start to the first hello', first],
      [
        `${HELLOS} hellos, ${CONNECTIONS} connections`,
        await load(stack, { url, connections: CONNECTIONS, amount: HELLOS }),
      ],
    ];
  } finally {
    await stack.stop();
  }
}

function start(checkout: string, args: readonly string[]): Promise<StartedChild> {
  const servers = ['port', 'cosmos-port', 'issuer-port'];
  if (checkout === repositoryRoot) servers.push('storage-port'); // an earlier version may not know it
  const ports = servers.flatMap((name) => [`--${name}`, '0']);
  return startChild(join(checkout, 'emulator/cli/bin/lazurite.js'), ['start', '--json', ...ports, ...args]);
}

async function load(stack: StartedChild, options: autocannon.Options): Promise<Sample> {
  const before = cpuOf(stack);
  const { duration, errors, statusCodeStats = {} } = await autocannon(options);
  const statuses = Object.entries(statusCodeStats).map(([status, { count }]) => `${count} x ${status}`);
  if (errors > 0 || statuses.length > 1)
    throw new Error(`${options.url} was answered ${statuses.join(', ')}, and failed ${errors} times`);
  return { clock: duration * 1_000, cpu: cpuOf(stack) - before };
}

function cpuOf(stack: StartedChild): number {
  return descendants(Number(stack.process.pid)).reduce((sum, pid) => sum + cpuTimeOf(pid), 0);
}
