import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ANY_PORTS } from '../../scripts/any-port.ts';
import { type LazuriteProcess, runFailingStart, startLazurite } from '../support/lazurite-process.ts';
import { repositoryRoot } from '../support/stack.ts';

const fixtures = resolve(repositoryRoot, 'emulator/functions/src/testing/fixtures');
const GOOD_APP = ['--script-root', join(fixtures, 'v4-cjs')];
const EMPTY_APP: Files = { 'host.json': '{ "version": "2.0" }', 'package.json': '{ "name": "empty" }' };

/** Paths with their contents; null: a folder. */
type Files = Readonly<Record<string, string | null>>;

let folder: string;
let holder: Server;
let taken: string;

beforeAll(async () => {
  holder = createServer();
  await new Promise<void>((done) => holder.listen(0, '127.0.0.1', done));
  taken = String((holder.address() as { port: number }).port); // it listens on TCP
});

afterAll(() => new Promise((done) => holder.close(done)));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lazurite-bad-start-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(content === null ? file : dirname(file), { recursive: true });
    if (content !== null) await writeFile(file, content);
  }
}

/** Starts in the folder, and expects nothing but one line on stderr and exit code 1. */
async function expectOneMessage(args: readonly string[], named: string): Promise<void> {
  const { exitCode, stdout, stderr, leavesProcesses } = await runFailingStart(args, folder);
  expect({ exitCode, stdout, leavesProcesses }).toEqual({ exitCode: 1, stdout: '', leavesProcesses: false });
  expect(stderr).toMatch(/^(?:lazurite|error): [^\n]+\n(?:\(--help shows what there is\)\n)?$/);
  expect(stderr).toContain(named);
}

describe('lazurite start reports one message and ends with 1 when', () => {
  test.each([
    ['the port of the host is taken', ['--port']],
    ['the port of Cosmos DB is taken', ['--cosmos-port']],
    ['the port of the issuer is taken', ['--issuer-port']],
    ['the port of storage is taken', ['--storage-port']],
    ['two ports are taken', ['--port', '--cosmos-port']],
    ['every port is taken', ['--port', '--cosmos-port', '--issuer-port']],
  ])('%s', async (_, flags) => {
    const ports = flags.flatMap((flag) => [flag, taken]);
    await expectOneMessage([...GOOD_APP, ...ANY_PORTS, ...ports], `Port ${taken}`);
    await expectOneMessage([...GOOD_APP, ...ANY_PORTS, ...ports, '--managed-identity'], `Port ${taken}`);
  });

  test.each<[string, Files, readonly string[], string]>([
    ['the data directory is a file', { data: 'x' }, ['--data-dir', 'data'], 'data cannot be used: '],
    ['the folder of Cosmos DB is a file', { '.lazurite/cosmos': 'x' }, [], '.lazurite cannot be used: '],
    ['the folder of the issuer is a file', { '.lazurite/identity': 'x' }, [], '.lazurite cannot be used: '],
    ['the folder of the keys is a file', { '.lazurite/functions': 'x' }, ['--enableAuth'], 'functions'],
    ['the folder of the certificate is a file', { '.lazurite/functions': 'x' }, ['--useHttps'], 'functions'],
    ['the folder of the identity is a file', { '.lazurite/https': 'x' }, ['--managed-identity'], 'https'],
    ['cosmos.db is no database', { '.lazurite/cosmos/cosmos.db': 'x' }, [], 'is not a SQLite database'],
    ['cosmos.db is a folder', { '.lazurite/cosmos/cosmos.db': null }, [], '.lazurite cannot be used: '],
    ['the signing keys are damaged', { '.lazurite/identity/signing-keys.json': '{' }, [], 'signing keys'],
    [
      'the data cannot be used while the app waits for a debugger',
      { '.lazurite/cosmos/cosmos.db': 'x' },
      ['--language-worker', '--', '--inspect-brk=127.0.0.1:0'],
      'is not a SQLite database',
    ],
  ])('%s', async (_, files, args, named) => {
    await write(files);
    await expectOneMessage([...GOOD_APP, ...ANY_PORTS, ...args], named);
  });

  test.each<[string, Files, string]>([
    ['host.json is no JSON', { 'host.json': '{ "version": ' }, 'host.json is not valid JSON'],
    ['host.json is no object', { 'host.json': '[]' }, 'host.json must hold a JSON object'],
    [
      'host.json has a wrong value',
      { 'host.json': '{ "version": "2.0", "functionTimeout": "soon" }' },
      'functionTimeout',
    ],
    ['host.json has another version', { 'host.json': '{ "version": "1.0" }' }, '1.0'],
    ['host.json is a folder', { 'host.json': null }, 'host.json cannot be read'],
    ['local.settings.json is no JSON', { 'local.settings.json': '{' }, 'local.settings.json is not valid JSON'],
    ['local.settings.json has a wrong value', { 'local.settings.json': '{ "Values": { "A": {} } }' }, 'Values.A'],
    ['local.settings.json has no port', { 'local.settings.json': '{ "Host": { "LocalHttpPort": 99999 } }' }, '99999'],
    ['local.settings.json is a folder', { 'local.settings.json': null }, 'local.settings.json cannot be read'],
    ['package.json is no JSON', { 'package.json': '{' }, 'package.json is not valid JSON'],
    ['the entry point is missing', { 'package.json': '{ "main": "none.js" }' }, 'none.js'],
    ['the app ends the process', { 'package.json': '{ "main": "a.js" }', 'a.js': 'process.exit(3)' }, 'code 3'],
  ])('%s', async (_, files, named) => {
    const all = { ...EMPTY_APP, ...files };
    await write(all);
    await expectOneMessage(ANY_PORTS, named);
  });

  test.each<[string, readonly string[], string]>([
    ['the folder of the app is missing', ['--script-root', 'none'], 'no function app'],
    ['the folder of the app is a file', ['--script-root', process.execPath], 'no function app'],
    ['a port is out of range', [...GOOD_APP, '--port', '65536'], '65535'],
    ['the address is no address', [...GOOD_APP, '--address', 'no.such.name.invalid'], '--address'],
    ['the address is not of this machine', [...GOOD_APP, '--address', '203.0.113.9'], '--address'],
    ['the address is empty', [...GOOD_APP, '--address', ''], '--address'],
    ['the settings file is missing', [...GOOD_APP, '--settings', 'none.json'], 'none.json'],
    ['the package is missing', ['--package', 'none.zip'], 'none.zip'],
    ['the package is a folder', ['--package', '.'], 'is not a file'],
    ['the certificate is missing', [...GOOD_APP, '--useHttps', '--cert', 'none.pfx'], 'none.pfx'],
    ['the output file cannot be written', [...GOOD_APP, '--json-output-file', 'none/a.json'], 'none/a.json'],
  ])('%s', async (_, args, named) => expectOneMessage([...ANY_PORTS, ...args], named));
});

test('An option that Node.js does not know ends the start at once, with the reason that Node.js gives', async () => {
  const args = [...GOOD_APP, ...ANY_PORTS, '--language-worker', '--', '--no-such-option'];
  const { exitCode, stdout, stderr, leavesProcesses } = await runFailingStart(args, folder);
  expect([exitCode, leavesProcesses]).toEqual([1, false]);
  expect(stdout).toContain('bad option: --no-such-option');
  expect(stderr).toMatch(/^lazurite: The worker process exited with code 9 [^\n]+\n$/);
});

describe('A second stack in one folder', () => {
  let first: LazuriteProcess;

  beforeEach(async () => {
    first = await startLazurite(['--data-dir', join(folder, '.lazurite')]);
  });

  afterEach(() => first.kill());

  test('reports one message for every combination of ports, though its app uses Cosmos DB as it loads', async () => {
    const app = ['--script-root', repositoryRoot, ...ANY_PORTS];
    const cosmos = ['--cosmos-port', new URL(first.ready.cosmos).port];
    const host = ['--port', new URL(first.ready.functions).port];
    await expectOneMessage([...app, ...cosmos], 'Port ');
    await expectOneMessage([...app, ...host, ...cosmos], 'Port ');
    await expectOneMessage(app, `in use by process ${first.ready.pid}`);
    await expectOneMessage([...app, ...host], `process ${first.ready.pid}`);
  });
});
