// `npm run test:clients -- python java`: plays a session with the typed client of each language, unchanged, against the whole
// stack over TLS. Without a name: all of them. What a language needs is installed once: of JavaScript in its folder, of the others below
// node_modules/.cache.
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { installFolder } from '../../scripts/on-demand/install-folder.ts';
import { type HttpsStack, startHttpsStack } from '../support/https-stack.ts';

interface Toolchain {
  /** Prints a version where the toolchain is there. */
  readonly probe: readonly string[];
  /** Absent where the folder has a lock file of npm, and is installed in its place. */
  readonly install?: readonly (readonly string[])[];
  readonly play: readonly string[];
}

const PYTHON = 'venv/bin/python';
const TOOLCHAINS: Readonly<Record<string, Toolchain>> = {
  javascript: {
    probe: ['npm', '--version'],
    play: [process.execPath, 'session.mjs'],
  },
  python: {
    probe: ['python3', '--version'],
    install: [
      ['python3', '-m', 'venv', 'venv'],
      [PYTHON, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', 'requirements.txt'],
    ],
    play: [PYTHON, 'session.py'],
  },
  java: {
    probe: ['mvn', '--version'],
    install: [['mvn', '--quiet', '--batch-mode', 'dependency:build-classpath', '-Dmdep.outputFile=classpath']],
    play: ['java', '-cp', '@classpath', 'Session.java'],
  },
};

const SOURCES = import.meta.dirname;
const CACHE = resolve(SOURCES, '../../node_modules/.cache/graph-clients');
const PERMISSIONS = ['Chat.ReadWrite', 'Team.Create', 'TeamSettings.ReadWrite.All', 'ChannelSettings.ReadWrite.All'];

interface Tally {
  readonly passed: number;
  readonly failed: number;
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { outputFile: { type: 'string' } } });
const names = positionals.length > 0 ? positionals : Object.keys(TOOLCHAINS);
const unknown = names.filter((name) => !(name in TOOLCHAINS));
if (unknown.length > 0)
  throw new Error(`There is no client in '${unknown.join(', ')}'. There are: ${Object.keys(TOOLCHAINS).join(', ')}`);

const tallies: Tally[] = [];
for (const name of names) tallies.push(await playLanguage(name, TOOLCHAINS[name] ?? fail(name)));
const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
if (values.outputFile !== undefined)
  writeFileSync(
    values.outputFile,
    JSON.stringify({
      numPassedTests: passed,
      numFailedTests: failed,
      numRuntimeErrorTestSuites: 0,
      success: failed === 0,
    }),
  );
process.exitCode = failed === 0 ? 0 : 1;

async function playLanguage(name: string, toolchain: Toolchain): Promise<Tally> {
  const [program = '', ...probe] = toolchain.probe;
  if (spawnSync(program, probe, { stdio: 'ignore' }).status !== 0) {
    process.stdout.write(`${name}: skipped, for there is no ${program} here\n`);
    return { passed: 0, failed: 0 };
  }
  const folder = toolchain.install === undefined ? join(SOURCES, name) : join(CACHE, name);
  const started = performance.now();
  await install(folder, name, toolchain);
  const installed = performance.now();
  const stack = await startHttpsStack();
  try {
    const tally = await play(folder, toolchain, stack);
    const times = [installed - started, performance.now() - installed].map((time) => `${Math.round(time / 1_000)} s`);
    const checks = `${tally.passed} checks passed, ${tally.failed} failed`;
    process.stdout.write(`${name}: ${checks}, after ${times[0]} of installing and ${times[1]} of playing\n`);
    return tally;
  } finally {
    await stack.close();
  }
}

/** Installs anew only when a file of the language has changed. */
async function install(folder: string, name: string, { install: commands }: Toolchain): Promise<void> {
  if (commands === undefined) return installFolder(folder);
  mkdirSync(folder, { recursive: true });
  cpSync(join(SOURCES, name), folder, { recursive: true });
  const stamp = join(folder, '.installed');
  const version = hashOf(join(SOURCES, name));
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === version) return;
  for (const command of commands) await run(command, folder, {});
  writeFileSync(stamp, version);
}

function hashOf(folder: string): string {
  const hash = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  for (const file of files.filter((path) => statSync(join(folder, path)).isFile()))
    hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest('hex');
}

async function play(folder: string, { play: command }: Toolchain, stack: HttpsStack): Promise<Tally> {
  const token = await stack.issuer.mint({ scopes: PERMISSIONS });
  const chat = `19:${randomUUID().replaceAll('-', '')}@thread.v2`;
  await createSevenDigits(`${stack.functionsUrl}/beta/chats/${chat}/operations`, token);
  const output = await run(command, folder, {
    SESSION_ORIGIN: stack.origin,
    SESSION_TOKEN: token,
    SESSION_CHAT: chat,
    SESSION_CERTIFICATE: stack.certificatePath,
    NODE_EXTRA_CA_CERTS: stack.certificatePath,
    SSL_CERT_FILE: stack.certificatePath,
  });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
}

/** An operation with more digits of a second than any of the clients can write. */
async function createSevenDigits(url: string, token: string): Promise<void> {
  const body = {
    id: 'seven',
    operationType: 'createChat',
    status: 'succeeded',
    lastActionDateTime: '2021-05-27T21:23:45.1899277Z',
    attemptsCount: 1,
  };
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.status !== 201) throw new Error(`The operation was not created: ${await response.text()}`);
}

/** The output of a command that ended well. The stack runs in this process, which must not wait for it idly. */
async function run(
  [program = '', ...rest]: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  // Java takes no class path from a file.
  const parameters = rest.map((given) =>
    given.replace('@classpath', () => readFileSync(join(cwd, 'classpath'), 'utf8').trim()),
  );
  const path = program.startsWith('venv/') ? join(cwd, program) : program;
  const child = spawn(path, parameters, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const [output, [status]] = await Promise.all([text(child.stdout), ended]);
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${output.slice(-2_000)}`);
  return output;
}

function fail(name: string): never {
  throw new Error(`There is no client in '${name}'`);
}
