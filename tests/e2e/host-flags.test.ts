import { type ChildProcess, spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { openLocalCertificate } from '@lazurite/http';
import { systemClock } from '@lazurite/runtime';
import { ANY_PORTS } from '../../scripts/any-port.ts';
import { type LazuriteProcess, startLazurite } from '../support/lazurite-process.ts';
import { repositoryRoot } from '../support/stack.ts';

const fixtures = resolve(repositoryRoot, 'emulator/functions/src/testing/fixtures');
const func = resolve(repositoryRoot, 'emulator/cli/bin/func.js');

let folder: string;
let started: LazuriteProcess[];
let consoles: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lazurite-flags-'));
  started = [];
  consoles = [];
});

afterEach(async () => {
  await Promise.all([...started.map((lazurite) => lazurite.kill()), ...consoles.map(end)]);
  await rm(folder, { recursive: true, force: true });
});

async function start(app: string, ...flags: string[]): Promise<LazuriteProcess> {
  const lazurite = await startLazurite(['--script-root', join(fixtures, app), '--data-dir', folder, ...flags]);
  started.push(lazurite);
  return lazurite;
}

/** A PEM file with a certificate for this machine and its key, which `password` unlocks. */
async function makeLockedCertificate(password: string): Promise<{ readonly file: string; readonly cert: string }> {
  const { key, cert } = await openLocalCertificate(join(folder, 'own'), systemClock);
  const lock = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: password } as const;
  const file = join(folder, 'own.pem');
  await writeFile(file, `${cert}\n${createPrivateKey(key).export(lock)}`);
  return { file, cert };
}

function getOverTls(url: string, ca: string): Promise<string> {
  return new Promise((done, fail) => {
    get(url, { ca, agent: false }, (response) => text(response).then(done, fail)).on('error', fail);
  });
}

test('--useHttps and --managed-identity make a certificate where there is none', async () => {
  const { ready } = await start('v4-cjs', '--useHttps', '--managed-identity', 'reader');
  expect([ready.functions, ready.cosmos]).toEqual([
    expect.stringMatching(/^https:\/\/127/),
    expect.stringMatching(/^https:\/\/127/),
  ]);
  for (const place of ['functions/https', 'https'])
    expect(await readFile(join(folder, place, 'localhost.crt'), 'utf8')).toContain('BEGIN CERTIFICATE');
});

test('--useHttps serves the certificate of --cert, unlocked by --password', async () => {
  const { file, cert } = await makeLockedCertificate('open sesame');
  const { ready } = await start('v4-cjs', '--useHttps', '--cert', file, '--password', 'open sesame');
  expect(ready.functions).toMatch(/^https:/);
  expect(await getOverTls(`${ready.functions}/api/hello?name=TLS`, cert)).toBe('Hello, TLS!');
});

test.each([
  ['a wrong password', ['--password', 'wrong'], 'Check the password'],
  ['no password', [], 'own.pem cannot be used'],
])('--cert with %s is rejected before anything is served', async (_, password, named) => {
  const { file } = await makeLockedCertificate('open sesame');
  await expect(start('v4-cjs', '--useHttps', '--cert', file, ...password)).rejects.toThrow(named);
});

test('--enableAuth asks for the keys that are in the data directory', async () => {
  const { ready } = await start('v4-responses', '--enableAuth');
  const keys = JSON.parse(await readFile(join(folder, 'functions', 'secrets', 'host.json'), 'utf8'));
  const status = async (path: string, key = '') =>
    (await fetch(ready.functions + path, { headers: { 'x-functions-key': key } })).status;
  expect(await status('/api/guarded')).toBe(401);
  expect(await status('/api/guarded', keys.host.default)).toBe(200);
  expect(await status('/admin/host/status', keys.host.default)).toBe(401);
  expect(await status('/admin/host/status', keys.host.master)).toBe(200);
});

test('OTEL_EXPORTER_OTLP_ENDPOINT of local.settings.json reaches the function app', async () => {
  await writeFile(join(folder, 'host.json'), '{ "version": "2.0" }');
  const Values = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
  await writeFile(join(folder, 'local.settings.json'), JSON.stringify({ IsEncrypted: false, Values }));
  await writeFile(join(folder, 'package.json'), '{ "name": "empty" }');
  const output = await consoleOf(folder, /Telemetry is not exported: .+/);
  expect(output).toContain('http/protobuf or http/json');
});

test.each([
  ['error', ['error']],
  ['debug', ['debug', 'info', 'warn', 'error']],
])('--user-log-level %s shows the logs of functions from there up', async (level, shown) => {
  const output = await consoleOf(join(fixtures, 'v4-logs'), /all error\b.*Executed/s, ['--user-log-level', level]);
  expect([...output.matchAll(/\] all (\w+)$/gm)].map(([, name]) => name)).toEqual(shown);
});

/** Runs `func start`, calls `/api/all` once the console lists it, and resolves when it has shown `last`. */
async function consoleOf(app: string, last: RegExp, flags: readonly string[] = []): Promise<string> {
  const args = ['start', '--script-root', app, '--in-memory', ...ANY_PORTS, ...flags];
  const child = spawn(process.execPath, [func, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  consoles.push(child);
  let output = '';
  let called = false;
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    output += chunk;
    const url = /http:\S+\/api\/all$/m.exec(output)?.[0];
    if (url && !called) {
      called = true;
      await fetch(url);
    }
    if (last.test(output)) break;
  }
  return output;
}

async function end(child: ChildProcess): Promise<void> {
  child.kill();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
}
