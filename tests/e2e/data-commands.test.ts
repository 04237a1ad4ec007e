import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type LazuriteProcess, runLazurite, startLazurite } from '../support/lazurite-process.ts';
import { repositoryRoot } from '../support/stack.ts';

const app = resolve(repositoryRoot, 'emulator/functions/src/testing/fixtures/v4-cjs');
const SHOP = [
  { type: 'database', version: 1, id: 'shop' },
  { type: 'container', definition: { id: 'orders', partitionKey: { paths: ['/customer'], kind: 'Hash' } } },
  { type: 'item', item: { id: '1', customer: 'ann', total: 12 } },
  { type: 'item', item: { id: '2', customer: 'bob', total: 7 } },
]
  .map((line) => JSON.stringify(line))
  .join('\n');

let folder: string;
let lazurite: LazuriteProcess;
let exported: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lazurite-data-'));
  exported = join(folder, 'exported');
  await writeFile(join(folder, 'shop.ndjson'), SHOP);
  lazurite = await startLazurite([
    ...['--script-root', app, '--data-dir', join(folder, '.lazurite')],
    ...['--export-on-exit', exported],
  ]);
});

afterAll(async () => {
  await lazurite.kill();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function run(...args: string[]): Promise<{ out: string; error: string }> {
  const { exitCode, stdout, stderr } = await runLazurite(args, folder);
  expect([args, exitCode, stderr]).toEqual([args, 0, stderr]);
  return { out: stdout, error: stderr };
}

async function fail(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runLazurite(args, folder);
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr.trimEnd()).toMatch(/^lazurite: [^\n]+$/);
  return stderr;
}

describe('The data commands, of a stack that runs', () => {
  test('import, query and list what Cosmos DB has stored', async () => {
    expect((await run('import', '--file', 'shop.ndjson')).error).toBe('Imported 2 items\n');
    const { out, error } = await run('query', 'SELECT c.id, c.total FROM c ORDER BY c.total');
    expect(out).toBe('id  total\n--  -----\n2   7\n1   12\n');
    expect(error).toMatch(/^2 items, [\d.]+ RU\n$/);
    expect((await run('query', 'SELECT VALUE c.total FROM c WHERE c.id = "1"', '--json')).out).toBe('12\n');
    expect(JSON.parse((await run('data', 'list', '--json')).out)).toEqual({
      database: 'shop',
      container: 'orders',
      partitionKey: '/customer',
      items: 2,
    });
  });

  test('put, show and delete an item', async () => {
    await writeFile(join(folder, 'three.json'), '{ "id": "3", "customer": "cy" }');
    expect((await run('data', 'put', 'three.json')).error).toMatch(/^Created 3, /);
    expect(JSON.parse((await run('data', 'show', '3')).out)).toMatchObject({ id: '3', customer: 'cy' });
    expect((await run('data', 'delete', '3')).error).toMatch(/^Deleted 3, /);
    expect(await fail('data', 'show', '3')).toContain("Container 'orders' has no item '3'");
  });

  test('say what is wrong in one line', async () => {
    expect(await fail('query', 'SELECT FROM')).toMatch(/Cosmos DB answered 400: .*Syntax error/);
    expect(await fail('query', 'SELECT * FROM c', '--db', 'none')).toContain('--db shop --container orders');
    expect(await fail('import', '--file', 'absent.ndjson')).toContain('absent.ndjson cannot be read');
    expect(await fail('blob', 'get', 'name')).toContain("container/name, not 'name'");
    expect(await fail('reset')).toContain('--yes');
  });

  test.each<[string, string[]]>([
    ["queue 'Bad_Name!' must have 3 to 63 lower-case letters", ['queue', 'peek', 'Bad_Name!']],
    ["queue 'Bad_Name!' must have 3 to 63 lower-case letters", ['queue', 'clear', 'Bad_Name!']],
    ["queue 'Bad_Name!' must have 3 to 63 lower-case letters", ['queue', 'send', 'Bad_Name!', 'x']],
    ["for the queue 'large-messages': ", ['queue', 'send', 'large-messages', 'x'.repeat(70_000)]],
    ["There is no queue 'absent'", ['queue', 'peek', 'absent']],
    ["container 'Bad_Name!' must have 3 to 63 lower-case letters", ['blob', 'list', 'Bad_Name!']],
    ["'Bad_Name!/x'", ['blob', 'get', 'Bad_Name!/x']],
    ["container 'Bad_Name!' must have 3 to 63 lower-case letters", ['blob', 'put', 'Bad_Name!/x', 'shop.ndjson']],
    ["for the blob 'docs/folder': ", ['blob', 'put', 'docs/folder', '.']],
    ["There is no blob 'docs/absent'", ['blob', 'get', 'docs/absent']],
  ])('say in one line what storage rejects: %s', async (message, args) => {
    expect(await fail(...args)).toContain(message);
  });

  test('export the items as they were imported', async () => {
    await run('export', '--file', 'copy.ndjson', '--db', 'shop');
    const lines = (await readFile(join(folder, 'copy.ndjson'), 'utf8')).trim().split('\n');
    expect(lines.slice(2).map((line) => JSON.parse(line))).toEqual([
      { type: 'item', item: { id: '1', customer: 'ann', total: 12 } },
      { type: 'item', item: { id: '2', customer: 'bob', total: 7 } },
    ]);
  });

  test('send, peek and clear messages, and store blobs', async () => {
    await run('queue', 'send', 'jobs', 'hello');
    expect((await run('queue', 'peek', 'jobs')).out).toContain('hello');
    await run('queue', 'clear', 'jobs');
    expect((await run('queue', 'peek', 'jobs')).out).toBe('');
    await run('blob', 'put', 'docs/three.json', 'three.json');
    expect((await run('blob', 'list', 'docs')).out).toContain('three.json');
    expect((await run('blob', 'get', 'docs/three.json')).out).toBe('{ "id": "3", "customer": "cy" }');
  });

  test('print every connection string', async () => {
    const { out } = await run('connection-strings');
    expect(out).toContain(`COSMOS_CONNECTION="AccountEndpoint=${lazurite.ready.cosmos}/;AccountKey=`);
    expect(out).toContain('AzureWebJobsStorage="DefaultEndpointsProtocol=');
    expect(out).toContain(`FUNCTIONS_URL="${lazurite.ready.functions}"`);
  });

  test('follow the log, which has no token', async () => {
    const launcher = resolve(repositoryRoot, 'emulator/cli/bin/lazurite.js');
    const child = spawn(process.execPath, [launcher, 'logs', '--follow'], { cwd: folder });
    let text = '';
    const shown = new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        if (text === '') void fetch(`${lazurite.ready.functions}/api/hello`);
        text += chunk;
        if (text.includes("Executed 'Functions.hello' (Succeeded")) resolve();
      });
    });
    await shown;
    child.kill();
    await once(child, 'exit');
    expect(text).toContain('Functions are served at http://');
    expect(text).not.toContain('eyJ');
  });
});

describe('The data that a stack leaves', () => {
  test('is exported at its end, read without it, reset, and imported by the next start', async () => {
    expect(await lazurite.stop()).toBe(0);
    expect(await readFile(join(exported, 'cosmos.ndjson'), 'utf8')).toContain('"customer":"ann"');
    expect((await run('query', 'SELECT VALUE COUNT(1) FROM c')).out).toBe('value\n-----\n2\n');
    expect((await run('reset', '--yes')).error).toContain('Deleted the data');
    expect(await fail('data', 'list')).toContain('No stack is running here');
    const imported = ['--import', exported, '--data-dir', join(folder, '.lazurite')];
    lazurite = await startLazurite(['--script-root', app, ...imported]);
    expect((await run('query', 'SELECT VALUE COUNT(1) FROM c')).out).toBe('value\n-----\n2\n');
    expect((await run('reset', '--yes')).error).toContain('Deleted 2 items');
    expect((await run('query', 'SELECT * FROM c')).error).toMatch(/^0 items/);
  });
});
