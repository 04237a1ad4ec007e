import { access, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { decodeJwt } from 'jose';
import { type LazuriteProcess, runLazurite, startLazurite } from '../support/lazurite-process.ts';
import { repositoryRoot } from '../support/stack.ts';

const fixtures = resolve(repositoryRoot, 'emulator/functions/src/testing/fixtures');
const launcher = resolve(repositoryRoot, 'emulator/cli/bin/lazurite.js');

let folder: string;
let started: LazuriteProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lazurite-run-file-'));
  started = [];
});

afterEach(async () => {
  await Promise.all(started.map((lazurite) => lazurite.kill()));
  await rm(folder, { recursive: true, force: true });
});

interface RunFile {
  readonly [name: string]: unknown;
  readonly id: string;
}

async function start(name: string, ...flags: string[]): Promise<LazuriteProcess> {
  const dataDir = join(folder, name, '.lazurite');
  const app = ['--script-root', join(fixtures, 'v4-cosmos')];
  const lazurite = await startLazurite([...app, '--data-dir', dataDir, ...flags]);
  started.push(lazurite);
  return lazurite;
}

function runFileOf(name: string): string {
  return join(folder, name, '.lazurite', 'run.json');
}

async function readRunFile(name: string): Promise<RunFile> {
  return JSON.parse(await readFile(runFileOf(name), 'utf8')) as RunFile; // asserted by the tests
}

async function issuerOfToken(cwd: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runLazurite(['token'], cwd);
  expect([exitCode, stderr]).toEqual([0, '']);
  return new URL(String(decodeJwt(stdout.trim()).iss)).origin;
}

async function expectNoStack(cwd: string): Promise<void> {
  for (const command of [['token'], ['call', 'onTopic']]) {
    const { exitCode, stdout, stderr } = await runLazurite(command, cwd);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^lazurite: No stack is running here: [^\n]+ Run `lazurite start` in this folder[^\n]+\n$/);
  }
}

describe('The run file', () => {
  test('says where the stack of the data directory serves, to its owner alone', async () => {
    const { ready } = await start('app');
    expect(await readRunFile('app')).toEqual({
      schemaVersion: 1,
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      pid: ready.pid,
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      scriptRoot: join(fixtures, 'v4-cosmos'),
      dataDir: join(folder, 'app', '.lazurite'),
      functions: ready.functions,
      cosmos: ready.cosmos,
      issuer: expect.stringMatching(/^http:/),
      cosmosConnectionString: expect.stringContaining(ready.cosmos),
      storageConnectionString: expect.stringContaining('BlobEndpoint='),
      ownsStorage: true,
    });
    if (process.platform !== 'win32') expect((await stat(runFileOf('app'))).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['is removed with the stack', [], true],
    ['is removed with its folder when the stack keeps no data', ['--in-memory'], false],
  ])('%s', async (_, flags, keepsFolder) => {
    const lazurite = await start('app', ...flags);
    expect((await readRunFile('app')).pid).toBe(lazurite.ready.pid);
    expect(await lazurite.stop()).toBe(0);
    await expect(access(runFileOf('app'))).rejects.toThrow('ENOENT');
    expect((await readdir(folder, { recursive: true })).includes(join('app', '.lazurite'))).toBe(keepsFolder);
  });

  test('stays that of the stack with the data while another runs there in memory', async () => {
    await start('app');
    const kept = await readRunFile('app');
    const other = await start('app', '--in-memory');
    expect(await readRunFile('app')).toEqual(kept);
    await other.stop();
    expect(await readRunFile('app')).toEqual(kept);
  });
});

describe('lazurite token and lazurite call', () => {
  test('reach the stack of the folder they are in when two run', async () => {
    const [one, two] = await Promise.all([start('one'), start('two', '--in-memory')]);
    for (const [name, { ready }] of [['one', one] as const, ['two', two] as const]) {
      const cwd = join(folder, name);
      expect(await issuerOfToken(cwd)).toBe(new URL(ready.issuer).origin);
      const { exitCode, stdout } = await runLazurite(['call', 'onTopic', '--data', name], cwd);
      expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`[information] topic ${name}`)]);
    }
    const elsewhere = ['token', '--data-dir', join(folder, 'one', '.lazurite')];
    const { stdout } = await runLazurite(elsewhere, join(folder, 'two'));
    expect(decodeJwt(stdout.trim()).iss).toContain(new URL(one.ready.issuer).origin);
    const byUrl = await runLazurite(['token', '--url', two.ready.issuer], join(folder, 'one'));
    expect(decodeJwt(byUrl.stdout.trim()).iss).toContain(new URL(two.ready.issuer).origin);
  });

  test('call a function over HTTPS without an option to trust the certificate', async () => {
    await start('app', '--useHttps');
    const { exitCode, stdout } = await runLazurite(['call', 'onTopic', '--data', 'x'], join(folder, 'app'));
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('topic x')]);
  });

  test('say what to run where no stack runs, and create nothing', async () => {
    await expectNoStack(folder);
    expect(await readdir(folder)).toEqual([]);
  });

  test('do not believe the run file of a stack that was killed', async () => {
    const lazurite = await start('app');
    await lazurite.kill();
    await access(runFileOf('app'));
    await expectNoStack(join(folder, 'app'));
  });

  test.each<[string, (file: RunFile) => unknown]>([
    ['names another process that lives', (file) => ({ ...file, pid: process.pid, issuer: 'http://127.0.0.1:1' })],
    ['names a port that another stack has by now', (file) => ({ ...file, id: 'another' })],
    ['names a process that has ended', (file) => ({ ...file, pid: 2 ** 30 })],
    ['has another schema', (file) => ({ ...file, schemaVersion: 2 })],
    ['has a member of another type', (file) => ({ ...file, functions: 'file:///etc/passwd' })],
    ['is no object', () => null],
  ])('do not believe a run file that %s', async (_, change) => {
    await start('app');
    const other = join(folder, 'other');
    await mkdir(join(other, '.lazurite'), { recursive: true });
    await writeFile(runFileOf('other'), JSON.stringify(change(await readRunFile('app'))));
    await expectNoStack(other);
  });

  test.each([
    ['without data', []],
    ['with data', ['--data-dir', 'kept']],
  ])('reach the stack of the lazurite exec around them, %s', async (_, flags) => {
    const app = ['--script-root', join(fixtures, 'v4-cosmos')];
    const script = `
      const { execFileSync } = require('node:child_process');
      const run = (...args) => execFileSync(process.execPath, [${JSON.stringify(launcher)}, ...args], { encoding: 'utf8' });
      console.log(JSON.stringify({ token: run('token').trim(), call: run('call', 'onTopic', '--data', 'x'), issuer: process.env.LAZURITE_ISSUER, file: process.env.LAZURITE_RUN_FILE }));
    `;
    const { exitCode, stdout } = await runLazurite(
      ['exec', ...app, ...flags, '--', process.execPath, '-e', script],
      folder,
    );
    expect(exitCode).toBe(0);
    const { token, call, issuer, file } = JSON.parse(stdout);
    expect(decodeJwt(token).iss).toBe(issuer);
    expect(call).toContain('topic x');
    await expect(access(file)).rejects.toThrow('ENOENT');
  });
});
