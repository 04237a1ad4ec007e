// From the start of the process to the first 201: the package beside the same app unbundled, both run by
// `lazurite start --package`, unpacked before as where they are deployed, and with nothing compiled before.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startIssuer } from '@lazurite/identity';
import { systemClock, systemRandomness } from '@lazurite/runtime';
import { launcher, repositoryRoot, startChild } from './support/child.ts';
import { median, report } from './support/report.ts';
import { packUnbundled } from './support/unbundled-app.ts';

const RUNS = Number(process.argv[2] ?? 9);
const BAR = 0.6;
const MAX_BYTES = 3_000_000;
const bundled = resolve(repositoryRoot, 'dist/app.zip');
const body = await readFile(resolve(repositoryRoot, 'examples/create-operation.json'), 'utf8');
const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-bench-'));
const unbundled = join(dataDir, 'unbundled.zip');
const settings = join(dataDir, 'settings.json');
/** Beside the app, as in the cloud, so that the first request has its token before the app starts. */
const issuer = await startIssuer({ port: 0, clock: systemClock, randomness: systemRandomness });
const headers = { authorization: `Bearer ${await issuer.mint()}`, 'content-type': 'application/json' };

try {
  await packUnbundled(unbundled);
  const apps = [bundled, unbundled].map((file, index) => ({ file, dataDir: join(dataDir, String(index)) }));
  // The first start of each unpacks it, and makes its containers.
  await writeSettings({});
  for (const app of apps) await timeStart(app);
  await writeSettings({ COSMOS_CREATE_IF_MISSING: 'false', LRO_LAB: 'off', TRY_IT: 'off' });
  const times = { bundled: [] as number[], unbundled: [] as number[] };
  for (let run = 0; run < RUNS; run += 1) {
    times.bundled.push(await timeStart({ file: bundled, dataDir: join(dataDir, '0') }));
    times.unbundled.push(await timeStart({ file: unbundled, dataDir: join(dataDir, '1') }));
  }
  const { size } = await stat(bundled);
  const ratio = median(times.bundled) / median(times.unbundled);
  console.log(`package, start to first 201:    ${list(times.bundled)} ms`);
  console.log(`unbundled, start to first 201:  ${list(times.unbundled)} ms, ${(await stat(unbundled)).size} bytes`);
  report([
    { what: 'package ÷ unbundled', measured: `${ratio.toFixed(2)}x`, bar: `<= ${BAR}x`, passed: ratio <= BAR },
    { what: 'size of app.zip', measured: `${size} bytes`, bar: `<= ${MAX_BYTES} bytes`, passed: size <= MAX_BYTES },
  ]);
} finally {
  await issuer.close();
  await rm(dataDir, { recursive: true, force: true });
}

/** Those for local runs, with changes. */
async function writeSettings(changes: Readonly<Record<string, string>>): Promise<void> {
  const local: { readonly Values: object } = JSON.parse(
    await readFile(resolve(repositoryRoot, 'local.settings.json'), 'utf8'),
  );
  await writeFile(
    settings,
    JSON.stringify({ IsEncrypted: false, Values: { ...local.Values, AUTH_ISSUER: issuer.issuer, ...changes } }),
  );
}

interface App {
  readonly file: string;
  readonly dataDir: string;
}

async function timeStart(app: App): Promise<number> {
  const ports = ['--port', '0', '--cosmos-port', '0', '--issuer-port', '0'];
  const startedAt = performance.now();
  const options = ['--json', '--package', app.file, '--data-dir', app.dataDir, '--settings', settings, ...ports];
  const child = await startChild(launcher, ['start', ...options]);
  const url = `${child.first.functions}/beta/chats/19:bench@thread.v2/operations`;
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  const elapsed = performance.now() - startedAt;
  await child.stop();
  if (response.status !== 201) throw new Error(`Expected 201, got ${response.status}: ${text}`);
  return elapsed;
}

function list(values: readonly number[]): string {
  return values.map((value) => value.toFixed(0)).join(', ');
}
