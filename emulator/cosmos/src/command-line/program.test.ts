import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { CosmosClient } from '@azure/cosmos';
import { WELL_KNOWN_KEY } from '../index.ts';
import { makeDataDirectory } from '../testing/data-directory.ts';

describe('lazurite-cosmos', () => {
  const directory = makeDataDirectory();
  const file = join(directory.path, 'shop.ndjson');
  const children: ChildProcess[] = [];

  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    directory.remove();
  });

  function start(...args: string[]): ChildProcess {
    return startIn(process.cwd(), ...args);
  }

  function startIn(cwd: string, ...args: string[]): ChildProcess {
    const main = join(__dirname, 'program.ts');
    const script = `import(${JSON.stringify(main)}).then(({ run }) => run(process.argv.slice(1)))`;
    const options = ['--conditions', 'lazurite-source', '-e', script, '--'];
    const child = spawn(process.execPath, [...options, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    return child;
  }

  async function outcomeOf(child: ChildProcess): Promise<{ code: number | null; out: string; error: string }> {
    let out = '';
    let error = '';
    child.stdout?.on('data', (chunk) => (out += chunk));
    child.stderr?.on('data', (chunk) => (error += chunk));
    const [code] = await once(child, 'close');
    return { code, out, error };
  }

  async function serve(): Promise<{ child: ChildProcess; client: CosmosClient; ready: Record<string, unknown> }> {
    const child = start('--port', '0', '--data-dir', directory.path, '--json');
    const [line] = await once(child.stdout ?? child, 'data');
    const ready = JSON.parse(String(line)) as Record<string, unknown>;
    return { child, ready, client: new CosmosClient(String(ready.connectionString)) };
  }

  it('serves, ends politely at SIGTERM, and exports and imports what it has kept', async () => {
    const first = await serve();
    expect(first.ready).toMatchObject({ event: 'ready', pid: first.child.pid, key: WELL_KNOWN_KEY });
    const { database } = await first.client.databases.create({ id: 'shop' });
    const { container } = await database.containers.create({ id: 'c', partitionKey: '/pk' });
    await container.items.create({ id: '1', pk: 'a' });
    first.client.dispose();
    first.child.kill('SIGTERM');
    expect(await once(first.child, 'exit')).toEqual([0, null]);

    const common = ['--data-dir', directory.path, '--file', file];
    expect(await outcomeOf(start('export', 'shop', ...common))).toMatchObject({ code: 0 });
    expect(await outcomeOf(start('import', '--as', 'copy', ...common))).toMatchObject({ code: 0 });
    const second = await serve();
    const read = await second.client.database('copy').container('c').item('1', 'a').read();
    expect(read.statusCode).toBe(200);
    second.client.dispose();
    second.child.kill('SIGTERM');
    await once(second.child, 'exit');
  });

  it('serves TLS, and says how to trust it', async () => {
    const child = start('--port', '0', '--data-dir', join(directory.path, 'tls'), '--https', '--json');
    const [line] = await once(child.stdout ?? child, 'data');
    const ready = JSON.parse(String(line)) as Record<string, string>;
    const certificate = join(directory.path, 'tls', 'localhost.crt');
    expect(ready.trustCommand).toContain(certificate);
    const agent = new Agent({ ca: readFileSync(certificate) });
    const client = new CosmosClient({ endpoint: ready.endpoint ?? '', key: WELL_KNOWN_KEY, agent });
    expect((await client.databases.readAll().fetchAll()).resources).toEqual([]);
    client.dispose();
    child.kill('SIGTERM');
    await once(child, 'exit');
  });

  it('verifies, says what is damaged, and repairs what can be read', async () => {
    const folder = join(directory.path, 'damaged');
    await outcomeOf(start('import', '--data-dir', folder, '--file', file));
    const path = join(folder, 'cosmos.db');
    const bytes = readFileSync(path);
    const position = bytes.indexOf('"_attachments"');
    bytes[position + 2] = 0x78;
    writeFileSync(path, bytes);
    const { code, out } = await outcomeOf(start('verify', folder, '--json'));
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      isSound: false,
      problems: [expect.stringContaining('Rows do not match their checksums: item number')],
    });
    const served = await outcomeOf(start('--port', '0', '--data-dir', folder));
    expect(served).toMatchObject({ code: 1, error: expect.stringMatching(/is damaged.*npx @lazurite\/cosmos repair/) });
    const repaired = await outcomeOf(start('repair', folder));
    expect(repaired).toMatchObject({ code: 0, out: expect.stringMatching(/Lost: The item number \d+/) });
    expect(await outcomeOf(start('verify', folder))).toMatchObject({ code: 0 });
  });

  it('writes an export to stdout when no file is named', async () => {
    const { code, out } = await outcomeOf(start('export', 'shop', '--data-dir', directory.path));
    expect(code).toBe(0);
    expect(out.split('\n').slice(0, -1)).toHaveLength(3);
  });

  it('finds the data of `lazurite start` by either folder or by none', async () => {
    const folder = join(directory.path, 'stack');
    const data = join(folder, '.lazurite', 'cosmos');
    mkdirSync(folder);
    await outcomeOf(start('import', '--as', 'kept', '--data-dir', data, '--file', file));
    for (const flags of [[], ['--data-dir', '.lazurite'], ['--data-dir', '.lazurite/cosmos']]) {
      const { code, out, error } = await outcomeOf(startIn(folder, 'export', 'kept', ...flags));
      expect([code, error]).toEqual([0, '\n']);
      expect(out.split('\n').slice(0, -1)).toHaveLength(3);
    }
    const imported = await outcomeOf(startIn(folder, 'import', '--as', 'added', '--file', file));
    expect(imported).toMatchObject({ code: 0, error: expect.stringContaining(`into ${data}`) });
    expect(readdirSync(join(folder, '.lazurite'))).toEqual(['cosmos']);
  });

  it.each([
    ['an export without data', ['export', 'shop', '--file', 'out.ndjson'], []],
    ['an export of a folder without data', ['export', 'shop', '--data-dir', 'empty'], ['empty']],
    ['an import without its file', ['import', '--file', 'absent.ndjson'], []],
  ])('%s fails and creates nothing', async (_, args, folders) => {
    const folder = mkdtempSync(join(directory.path, 'bare-'));
    for (const name of folders) mkdirSync(join(folder, name));
    const { code, error } = await outcomeOf(startIn(folder, ...args));
    expect([code, error.trim().split('\n')]).toEqual([1, [expect.stringMatching(/^lazurite-cosmos: /)]]);
    expect(readdirSync(folder, { recursive: true })).toEqual(folders);
  });

  it('leaves the file and the data as they are when there is no such database', async () => {
    const kept = join(directory.path, 'kept.ndjson');
    writeFileSync(kept, 'mine');
    const before = readdirSync(directory.path).sort();
    const { code } = await outcomeOf(start('export', 'absent', '--data-dir', directory.path, '--file', kept));
    expect([code, readFileSync(kept, 'utf8')]).toEqual([1, 'mine']);
    expect(readdirSync(directory.path).sort()).toEqual(before);
  });

  it.each([
    [['--port', '70000'], 'port'],
    [['--key', 'no key'], 'base64'],
    [['--nonsense'], 'nonsense'],
    [['export'], 'database'],
    [['export', 'absent', '--data-dir', directory.path], 'absent'],
    [['import', '--data-dir', directory.path, '--file', '/absent/file'], '/absent/file'],
  ])('%j ends with code 1 and says why', async (args, word) => {
    const { code, error } = await outcomeOf(start(...args));
    expect(code).toBe(1);
    expect(error).toContain(word);
  });

  it('--help shows every option and command', async () => {
    const help = `${(await outcomeOf(start('--help'))).out}${(await outcomeOf(start('serve', '--help'))).out}`;
    for (const word of [
      'export',
      'import',
      '--port',
      '--address',
      '--data-dir',
      '--in-memory',
      '--json',
      '--key',
      '--https',
      '--enforce-throughput',
    ])
      expect(help).toContain(word);
  });
});
