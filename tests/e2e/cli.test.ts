import { access, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { ANY_PORTS } from '../../scripts/any-port.ts';
import { type LazuriteProcess, runLazurite, runScript, startLazurite } from '../support/lazurite-process.ts';

let folder: string;
let started: LazuriteProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lazurite-cli-'));
  started = [];
});

afterEach(async () => {
  await Promise.all(started.map((lazurite) => lazurite.kill()));
  await rm(folder, { recursive: true, force: true });
});

async function start(...args: string[]): Promise<LazuriteProcess> {
  const lazurite = await startLazurite(args);
  started.push(lazurite);
  return lazurite;
}

async function createOperation({ ready }: LazuriteProcess, body: object): Promise<Response> {
  const { stdout } = await runLazurite(['token', '--issuer', ready.issuer]);
  return fetch(`${ready.functions}/beta/chats/19:cli@thread.v2/operations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stdout.trim()}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const OPERATION = {
  operationType: 'createChat',
  status: 'notStarted',
  lastActionDateTime: '2026-01-01T00:00:00Z',
  attemptsCount: 1,
};

describe('lazurite start --json', () => {
  test('says first where it serves, and serves there', async () => {
    const lazurite = await start('--in-memory');
    expect(Object.keys(lazurite.ready)).toEqual(['schemaVersion', 'event', 'functions', 'cosmos', 'issuer', 'pid']);
    expect(lazurite.ready.event).toBe('ready');
    const response = await createOperation(lazurite, OPERATION);
    expect(response.status).toBe(201);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('ends with 0 at %s and leaves no process and no port', async (signal) => {
    const lazurite = await start('--in-memory');
    expect(await lazurite.stop(signal)).toBe(0);
    for (const url of [lazurite.ready.functions, lazurite.ready.cosmos, lazurite.ready.issuer]) {
      await expect(fetch(url)).rejects.toThrow('fetch failed');
    }
    expect(lazurite.hasProcesses()).toBe(false);
  });

  test('keeps its data over a restart', async () => {
    const first = await start('--data-dir', folder);
    expect((await createOperation(first, { ...OPERATION, id: 'kept' })).status).toBe(201);
    await first.stop();
    const second = await start('--data-dir', folder);
    expect((await createOperation(second, { ...OPERATION, id: 'kept' })).status).toBe(409);
  });

  test('keeps nothing on disk with --in-memory', async () => {
    const lazurite = await start('--in-memory', '--data-dir', join(folder, 'data'));
    expect((await createOperation(lazurite, OPERATION)).status).toBe(201);
    await lazurite.stop();
    await expect(access(join(folder, 'data'))).rejects.toThrow('ENOENT');
  });

  test('runs twice side by side, each app on the data server and issuer beside it', async () => {
    const [first, second] = await Promise.all([start('--in-memory'), start('--in-memory')]);
    expect((await createOperation(first, { ...OPERATION, id: 'same' })).status).toBe(201);
    expect((await createOperation(second, { ...OPERATION, id: 'same' })).status).toBe(201);
    expect((await createOperation(second, { ...OPERATION, id: 'same' })).status).toBe(409);
  });

  test('rejects a data directory that another one uses, and names its process', async () => {
    const first = await start('--data-dir', folder);
    const second = await runLazurite(['start', '--json', '--data-dir', folder, ...ANY_PORTS]);
    expect([second.exitCode, second.stdout]).toEqual([1, '']);
    expect(second.stderr).toContain(String(first.ready.pid));
    expect((await createOperation(first, OPERATION)).status).toBe(201);
  });
});

describe('A port that is in use', () => {
  let holder: Server;
  let port: number;

  beforeEach(async () => {
    holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    port = (holder.address() as { port: number }).port; // it listens on TCP
  });

  afterEach(() => new Promise((resolve) => holder.close(resolve)));

  test.each(['--port', '--cosmos-port', '--issuer-port'])(
    'is named in one line for %s, with exit code 1',
    async (flag) => {
      const { exitCode, stdout, stderr } = await runLazurite(['start', '--in-memory', ...ANY_PORTS, flag, `${port}`]);
      expect([exitCode, stdout]).toEqual([1, '']);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).toContain(`Port ${port}`);
    },
  );
});

describe('lazurite start', () => {
  test('says what is missing in a folder without a function app', async () => {
    const { exitCode, stderr } = await runLazurite(['start', '--script-root', folder]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^lazurite: There is no function app in .*host\.json/);
  });

  test.each([
    ['a port beyond 65535', ['--port', '65536'], '65535'],
    ['a port that is no number', ['--cosmos-port', 'x'], '65535'],
  ])('rejects %s with exit code 1', async (_, args, named) => {
    const { exitCode, stderr } = await runLazurite(['start', ...args]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(named);
  });
});

describe('lazurite token', () => {
  test('prints a token alone, with what was asked for', async () => {
    const { ready } = await start('--in-memory');
    const asked = ['--scopes', 'Chat.Read', '--subject', 'someone', '--expires-in', '5m'];
    const { exitCode, stdout, stderr } = await runLazurite(['token', '--issuer', ready.issuer, ...asked]);
    expect([exitCode, stderr]).toEqual([0, '']);
    const claims = decodeJwt(stdout.trim());
    expect(claims).toMatchObject({ scp: 'Chat.Read', sub: 'someone' });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(300);
  });

  test('says how to start an issuer when none answers', async () => {
    const { exitCode, stdout, stderr } = await runLazurite(['token', '--issuer', 'http://127.0.0.1:1']);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain('lazurite start');
  });

  test.each([
    ['a duration', ['--expires-in', 'soon']],
    ['a positive duration', ['--expires-in', '-1h']],
    ['a URL', ['--issuer', 'nowhere']],
  ])('rejects what is not %s', async (_, args) => {
    const { exitCode, stdout, stderr } = await runLazurite(['token', ...args]);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain(args[0]);
  });
});

test.each([
  '--help',
  'start --help',
  'host start --help',
  'token --help',
  'exec --help',
  'call --help',
  'doctor --help',
])('lazurite %s answers on stdout', async (args) => {
  const { exitCode, stdout, stderr } = await runLazurite(args.split(' '));
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toContain('Usage: lazurite');
});

test('lazurite --version prints the version alone', async () => {
  const { exitCode, stdout } = await runLazurite(['--version']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('The example prints its request and a 201, and ends with 0', async () => {
  const { exitCode, stdout } = await runScript('examples/create-operation.ts');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('"operationType": "createChat"');
  expect(stdout).toContain('HTTP/1.1 201 Created');
});

test('npm run example:hook prints each notification until the operation has succeeded, and exits 0', async () => {
  const { exitCode, stdout } = await runScript('examples/hook.ts');
  expect(exitCode).toBe(0);
  expect(stdout.match(/^Received: created /gm)).toHaveLength(1);
  expect(stdout).toMatch(/^Received: updated .*; it is succeeded by now$/m);
  expect(stdout).toMatch(/^OperationHook: createChat .* succeeded$/m);
}, 60_000);
