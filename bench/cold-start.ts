// From the start of the process to the first 201: the package beside the same app unbundled, both run by
// `lazurite start --package`, with the settings of a deployment and no code that an earlier start compiled.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startIssuer } from '@lazurite/identity';
import { systemClock, systemRandomness } from '@lazurite/runtime';
import { ANY_PORTS } from '../scripts/any-port.ts';
import { launcher, repositoryRoot, startChild } from './support/child.ts';
import { cpuTimeOfTree } from './support/cpu.ts';
import { median, type Row, report } from './support/report.ts';
import { packUnbundled } from './support/unbundled-app.ts';

process.env.NODE_DISABLE_COMPILE_CACHE = '1'; // Azure's worker keeps none, nor would a new instance have it
const RUNS = Number(process.argv[2] ?? 9);
const BAR = 0.6;
const MAX_BYTES = 3_000_000;
const packaged = resolve(repositoryRoot, 'dist/app.zip');
const body = await readFile(resolve(repositoryRoot, 'examples/create-operation.json'), 'utf8');
const folder = await mkdtemp(join(tmpdir(), 'lazurite-bench-'));
const unbundled = join(folder, 'unbundled.zip');
const settings = join(folder, 'settings.json');
/** Beside the app, as in the cloud, so that the first request has its token before the app starts. */
const issuer = await startIssuer({ port: 0, clock: systemClock, randomness: systemRandomness });
const headers = { authorization: `Bearer ${await issuer.mint()}`, 'content-type': 'application/json' };

interface Start {
  /** From the start of the process to the first 201, in ms. */
  readonly elapsed: number;
  /** What both processes had used of the processor by then, in ms; NaN where there is no /proc. */
  readonly cpu: number;
}

try {
  await packUnbundled(unbundled);
  // The first start of each unpacks it, and makes its containers.
  await writeSettings({});
  const first = { packaged: await timeStart(packaged), unbundled: await timeStart(unbundled) };
  await writeSettings({ COSMOS_CREATE_IF_MISSING: 'false', LRO_LAB: 'off', TRY_IT: 'off' });
  const starts = { packaged: [] as Start[], unbundled: [] as Start[] };
  for (let run = 0; run < RUNS; run += 1) {
    starts.packaged.push(await timeStart(packaged));
    starts.unbundled.push(await timeStart(unbundled));
  }
  for (const [name, list] of Object.entries(starts))
    console.log(`${name}: ${list.map(({ elapsed, cpu }) => `${elapsed.toFixed(0)} ms (CPU ${cpu} ms)`).join(', ')}`);
  const { size } = await stat(packaged);
  const byCpu = compare('CPU', starts.packaged, starts.unbundled, 'cpu');
  console.log(`by the CPU time of both processes, which varies less with load: ${byCpu.measured}`);
  report([
    compare('a new instance, which unpacks it: package ÷ unbundled', [first.packaged], [first.unbundled], 'elapsed'),
    compare('unpacked before: package ÷ unbundled', starts.packaged, starts.unbundled, 'elapsed'),
    { what: 'size of app.zip', measured: `${size} bytes`, bar: `<= ${MAX_BYTES} bytes`, passed: size <= MAX_BYTES },
  ]);
} finally {
  await issuer.close();
  await rm(folder, { recursive: true, force: true });
}

function compare(what: string, ours: readonly Start[], theirs: readonly Start[], by: keyof Start): Row {
  const [packed, plain] = [ours, theirs].map((starts) => median(starts.map((start) => start[by])));
  const ratio = (packed ?? Number.NaN) / (plain ?? Number.NaN);
  const measured = `${ratio.toFixed(2)}x (${packed?.toFixed(0)} against ${plain?.toFixed(0)} ms)`;
  return { what, measured, bar: `<= ${BAR}x`, passed: ratio <= BAR };
}

/** Those for local runs, with changes. */
async function writeSettings(changes: Readonly<Record<string, string>>): Promise<void> {
  const local: { readonly Values: object } = JSON.parse(
    await readFile(resolve(repositoryRoot, 'local.settings.json'), 'utf8'),
  );
  const Values = { ...local.Values, AUTH_ISSUER: issuer.issuer, ...changes };
  await writeFile(settings, JSON.stringify({ IsEncrypted: false, Values }));
}

async function timeStart(file: string): Promise<Start> {
  const dataDir = join(folder, file === packaged ? 'packaged' : 'unbundled');
  const options = ['--json', '--package', file, '--data-dir', dataDir, '--settings', settings, ...ANY_PORTS];
  const startedAt = performance.now();
  const child = await startChild(launcher, ['start', ...options]);
  const url = `${child.first.functions}/beta/chats/19:bench@thread.v2/operations`;
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  const elapsed = performance.now() - startedAt;
  const cpu = cpuTimeOfTree(child.process.pid);
  await child.stop();
  if (response.status !== 201) throw new Error(`Expected 201, got ${response.status}: ${text}`);
  return { elapsed, cpu };
}
