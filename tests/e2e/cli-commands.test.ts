import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ANY_PORTS } from '../../scripts/any-port.ts';
import { type LazuriteProcess, runLazurite, runScript, startLazurite } from '../support/lazurite-process.ts';
import { repositoryRoot } from '../support/stack.ts';

const fixtures = resolve(repositoryRoot, 'emulator/functions/src/testing/fixtures');
const launcher = resolve(repositoryRoot, 'emulator/cli/bin/lazurite.js');
const IN_MEMORY = [...ANY_PORTS, '--in-memory'];

function app(name: string): string[] {
  return ['--script-root', join(fixtures, name)];
}

describe('lazurite exec', () => {
  const printed = 'process.stdout.write(JSON.stringify(process.env))';

  test('gives the command the addresses in use, and ends with its exit code', async () => {
    const script = `fetch(process.env.LAZURITE_FUNCTIONS_URL + '/api/hello').then((r) => { ${printed}; process.exit(r.status === 200 ? 7 : 1); })`;
    const { exitCode, stdout } = await runLazurite(['exec', ...app('v4-cjs'), '--', process.execPath, '-e', script]);
    expect(exitCode).toBe(7);
    const env = JSON.parse(stdout);
    expect(env.LAZURITE_COSMOS_CONNECTION_STRING).toContain(env.LAZURITE_COSMOS_ENDPOINT);
    expect(env.LAZURITE_STORAGE_CONNECTION_STRING).toContain('BlobEndpoint=http://127.0.0.1:');
    for (const name of ['LAZURITE_FUNCTIONS_URL', 'LAZURITE_COSMOS_ENDPOINT', 'LAZURITE_ISSUER']) {
      await expect(fetch(env[name])).rejects.toThrow('fetch failed');
    }
  });

  test('says when the command cannot be run', async () => {
    const { exitCode, stderr } = await runLazurite(['exec', ...app('v4-cjs'), '--', 'no-such-command']);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("'no-such-command' cannot be run")]);
  });

  test('passes a signal on, and reports how the command ended', async () => {
    const script = "process.stdout.write('up'); setInterval(() => undefined, 1_000)";
    const args = ['exec', ...app('v4-cjs'), '--', process.execPath, '-e', script];
    const child = spawn(process.execPath, [launcher, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([128 + 15, null]);
  });
});

describe('lazurite call', () => {
  let lazurite: LazuriteProcess;

  beforeAll(async () => {
    lazurite = await startLazurite([...app('v4-cosmos'), '--in-memory']);
  });

  afterAll(() => lazurite.kill());

  function call(...args: string[]) {
    return runLazurite(['call', '--url', lazurite.ready.functions, ...args]);
  }

  test('prints status, result and logs of a function whose trigger does not fire here', async () => {
    const { exitCode, stdout } = await call('onTopic', '--data', 'by hand');
    expect(exitCode).toBe(0);
    expect(stdout).toBe('Status: succeeded\nResult: null\nLogs:\n  [information] topic by hand\n');
  });

  test('prints the response and the outputs of an HTTP function', async () => {
    const { exitCode, stdout } = await call('order', '--json', '--data', '{ "id": "1", "pk": "a" }');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'succeeded', result: { status: 201 }, logs: [] });
  });

  test('ends with 1 when the function failed, and prints why', async () => {
    const { exitCode, stdout } = await call('order', '--data', 'no JSON');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^Status: failed\nError: .*JSON/);
  });

  test.each([
    ['an unknown function', ['nobody'], "has no function 'nobody'"],
    ['a file that is missing', ['onTopic', '--data', '@missing.json'], 'cannot be read'],
    ['an address where nothing answers', ['onTopic', '--url', 'http://127.0.0.1:1'], 'lazurite start'],
    ['an address that is no URL', ['onTopic', '--url', 'here'], 'must be a URL'],
  ])('rejects %s', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await runLazurite(['call', '--url', lazurite.ready.functions, ...args]);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
  });
});

describe('lazurite keys', () => {
  test.each([
    ['in its data directory', []],
    ['in memory', ['--in-memory']],
  ])('prints keys that open the functions of a stack that keeps them %s', async (_, flags) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-keys-'));
    const lazurite = await startLazurite([...app('v4-cjs'), '--enableAuth', '--data-dir', dataDir, ...flags]);
    const all = await runLazurite(['keys', '--json', '--data-dir', dataDir]);
    const { host, functions } = JSON.parse(all.stdout);
    const listed = await fetch(`${lazurite.ready.functions}/admin/functions`, {
      headers: { 'x-functions-key': host.master },
    });
    const [name = ''] = Object.keys(functions);
    const one = await runLazurite(['keys', name, '--data-dir', dataDir]);
    const nobody = await runLazurite(['keys', 'nobody', '--data-dir', dataDir]);
    await lazurite.stop();
    await rm(dataDir, { recursive: true, force: true });
    expect([all.exitCode, listed.status]).toEqual([0, 200]);
    expect(one.stdout).toBe(`default  ${functions[name].default}\n`);
    expect([nobody.exitCode, nobody.stderr]).toEqual([1, expect.stringContaining("has no function 'nobody'")]);
  });
});

describe('lazurite doctor', () => {
  test('finds nothing that keeps the app of this repository from running', async () => {
    const { exitCode, stdout } = await runLazurite(['doctor']);
    expect([exitCode, stdout]).toEqual([0, expect.not.stringContaining('Will not work here')]);
  });

  test('names what will not work here, and ends with 1', async () => {
    const { exitCode, stdout } = await runLazurite(['doctor', ...app('v4-bindings')]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /Will not work here:\n(?:.*\n)*.*'broken' function is in error: The input binding 'rows' of type 'sql' needs Azure SQL/,
    );
    expect(stdout).toMatch(/May not work in Azure:\n(?:.*\n)*.*host\.json: It has no extensionBundle/);
    expect(stdout).toMatch(/function 'tick': Its schedule is in this machine's time zone/);
  });

  test.each([
    ['broken-throw', 'no database here'],
    ['bad-name', 'is not a valid function name'],
  ])('tells why %s does not load, as JSON too', async (name, message) => {
    const { exitCode, stdout } = await runLazurite(['doctor', '--json', ...app(name)]);
    expect(exitCode).toBe(1);
    const { schemaVersion, findings } = JSON.parse(stdout);
    expect(schemaVersion).toBe(1);
    expect(findings).toContainEqual({ level: 'error', subject: 'app', message: expect.stringContaining(message) });
  });

  test('says that a folder holds no function app', async () => {
    const { exitCode, stdout } = await runLazurite(['doctor', '--script-root', tmpdir()]);
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining('no function app')]);
  });
});

describe('func start', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lazurite-func-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Runs until the console shows `text`, then stops it; resolves with all that it wrote to stdout. */
  async function consoleUntil(text: string, args: readonly string[]): Promise<string> {
    const func = resolve(repositoryRoot, 'emulator/cli/bin/func.js');
    const child = spawn(process.execPath, [func, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    await new Promise<void>((resolveUntil, reject) => {
      child.once('exit', () => reject(new Error(`It ended: ${output}`)));
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (chunk: string) => {
          output += chunk;
          if (output.includes(text)) resolveUntil();
        });
      }
    });
    child.kill();
    await once(child, 'close');
    return output;
  }

  test('says what tools wait for, without colours where there is no terminal', async () => {
    const output = await consoleUntil('Host lock lease', ['host', 'start', ...app('v4-cjs'), ...IN_MEMORY]);
    expect(output).toMatch(/\nAzure Functions Core Tools\nCore Tools Version: .+\nFunction Runtime Version: 4\./);
    expect(output).toMatch(/\[\d{4}-\d\d-\d\dT[\d:.]+Z\] Worker process started and initialized\.\n/);
    expect(output).toMatch(/\nFunctions:\n\n\thello: \[GET,POST\] http:\/\/localhost:\d+\/api\/hello\n\n/);
    expect(output).toMatch(/\] Host lock lease acquired by instance ID '[0-9A-F]{32}'\.\n/);
    expect(output).not.toContain('\u001b');
  });

  test('opens the inspector that --language-worker asks for', async () => {
    const args = ['start', ...app('v4-cjs'), ...IN_MEMORY, '--language-worker', '--', '--inspect=127.0.0.1:0'];
    expect(await consoleUntil('Debugger listening on ws://127.0.0.1:', args)).toContain('ws://');
  });

  test('takes the options of any Core Tools in any case, and names in one line those that it does not know', async () => {
    const written = ['--typescript', '--no-interactive', '--cors-credentials', 'true', '--no-such-option', 'x'];
    const args = ['--verbose', 'Host', 'START', ...app('v4-cjs'), ...IN_MEMORY, ...written];
    const output = await consoleUntil('Host lock lease', args);
    expect(output).toContain("func: '--no-such-option x' is no option of start, and is ignored");
  });

  test('runs the functions that are named, and allows the origins that are named', async () => {
    const file = join(folder, 'events.ndjson');
    const flags = ['--functions', 'ping', '--cors', 'https://a.example,https://b.example', '--json-output-file', file];
    const lazurite = await startLazurite([...app('v4-own-storage'), '--in-memory', ...flags]);
    const headers = { origin: 'https://b.example' };
    const ping = await fetch(`${lazurite.ready.functions}/api/ping`, { headers });
    const store = await fetch(`${lazurite.ready.functions}/api/store`);
    expect([ping.status, ping.headers.get('access-control-allow-origin')]).toEqual([200, 'https://b.example']);
    expect(store.status).toBe(404);
    expect(await lazurite.interrupt()).toBe(0);
    const [first = ''] = (await readFile(file, 'utf8')).split('\n');
    expect(JSON.parse(first)).toEqual(lazurite.ready);
  });

  test('names the functions that --functions asks for and the app does not have', async () => {
    const output = await consoleUntil('--functions asks for', [
      ...['start', ...app('v4-cjs'), ...IN_MEMORY, '--functions', 'HELLO', 'nobody'],
    ]);
    expect(output).toContain("No function of the app has the name 'nobody', which --functions asks for\n");
  });

  test('takes its port from local.settings.json, and says in the known words that it is in use', async () => {
    const holder = await startLazurite([...app('v4-cjs'), '--in-memory']);
    const { port } = new URL(holder.ready.functions);
    await writeFile(join(folder, 'host.json'), '{ "version": "2.0" }');
    const settings = { IsEncrypted: false, Host: { LocalHttpPort: Number(port) } };
    await writeFile(join(folder, 'local.settings.json'), JSON.stringify(settings));
    const { exitCode, stderr } = await runScript('emulator/cli/bin/func.js', ['start', '--in-memory'], folder);
    await holder.stop();
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `Port ${port} is unavailable. Close the process using that port, or specify another port using --port [-p].`,
    );
  });

  test('--version tells tools that it understands version 4', async () => {
    const { stdout } = await runScript('emulator/cli/bin/func.js', ['--version']);
    expect(stdout).toMatch(/^4\.\d+\.\d+\n$/);
  });
});
