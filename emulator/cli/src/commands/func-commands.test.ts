import { access, chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemRandomness } from '@lazurite/runtime';
import { runProgram } from '../program.ts';
import { handOver } from './core-tools.ts';
import { FUNCTION_TEMPLATES } from './scaffold/templates.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lazurite-func-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Returns what the command printed. */
async function run(name: 'lazurite' | 'func', ...args: string[]): Promise<string> {
  const output: string[] = [];
  const write = (text: string) => void output.push(text);
  const terminal = { out: write, error: write, isColourful: false };
  await runProgram(name, args, { terminal, process, clock: systemClock, randomness: systemRandomness });
  return output.join('');
}

const file = (path: string) => readFile(join(folder, path), 'utf8');

describe('init and new', () => {
  test('lazurite init creates an app in TypeScript with a function and a test', async () => {
    const printed = await run('lazurite', 'init', folder);
    expect(printed).toContain('Created ');
    expect((await readdir(folder)).sort()).toEqual([
      ...['.funcignore', '.gitignore', '.vscode', 'host.json', 'local.settings.json', 'package.json'],
      ...['src', 'test', 'tsconfig.json'],
    ]);
    const manifest = JSON.parse(await file('package.json'));
    expect(manifest).toMatchObject({ type: 'module', main: 'src/functions/*.ts' });
    expect(manifest.name).toMatch(/^lazurite-func-/);
    expect(manifest.devDependencies.lazurite).toMatch(/^\^\d+\.\d+\.\d+$/);
    expect(await file('src/functions/hello.ts')).toContain("app.http('hello', {");
    expect(await file('test/hello.test.ts')).toContain('/api/hello?name=Ada');
    expect(await file('.gitignore')).toContain('local.settings.json');
  });

  test('func init creates an app in JavaScript without functions, as Core Tools does', async () => {
    await run('func', 'init', folder, '--worker-runtime', 'node', '--model', 'V4', '--no-source-control');
    expect(JSON.parse(await file('package.json'))).toMatchObject({ main: 'src/functions/*.js' });
    await expect(access(join(folder, 'src'))).rejects.toThrow('ENOENT');
    await run(
      'func',
      'new',
      '--template',
      'HTTP trigger',
      '--name',
      'Orders',
      '-a',
      'function',
      '--script-root',
      folder,
    );
    expect(await file('src/functions/Orders.js')).toContain("authLevel: 'function'");
  });

  test('init --docker adds a Dockerfile, and --docker-only writes nothing else', async () => {
    await run('func', 'init', folder, '--docker-only');
    expect((await readdir(folder)).sort()).toEqual(['.dockerignore', 'Dockerfile']);
    expect(await file('Dockerfile')).toMatch(/^FROM mcr\.microsoft\.com\/azure-functions\/node:4-node\d+$/m);
    expect(await file('.dockerignore')).toMatch(/^local\.settings\.json$/m);
    expect(await run('func', 'init', folder, '--docker', '--javascript')).toMatch(/Kept .*Dockerfile/);
    expect(await readdir(folder)).toContain('host.json');
  });

  test('what is there is kept until --force asks for more', async () => {
    await writeFile(join(folder, 'host.json'), 'mine');
    expect(await run('lazurite', 'init', folder)).toMatch(/Kept .*host\.json, which is there already/);
    expect(await file('host.json')).toBe('mine');
    await writeFile(join(folder, 'src/functions/hello.ts'), 'mine');
    await expect(run('lazurite', 'new', 'hello', '--script-root', folder)).rejects.toThrow(
      "'hello' has a file already",
    );
    expect(await file('src/functions/hello.ts')).toBe('mine');
    await run('lazurite', 'new', 'hello', '--script-root', folder, '--force');
    expect(await file('src/functions/hello.ts')).toContain('app.http');
  });

  test('a function of a CommonJS app requires the library', async () => {
    await run('lazurite', 'init', folder, '--javascript', '--trigger', 'none');
    await writeFile(join(folder, 'package.json'), '{ "main": "src/functions/*.js" }');
    await run('lazurite', 'new', 'greet', '--trigger', 'mcp', '--script-root', folder);
    expect(await file('src/functions/greet.js')).toMatch(/^const \{ app, arg \} = require\('@azure\/functions'\);\n/);
  });

  test.each([
    [['init', '--typescript', '--javascript'], 'exclude each other'],
    [['init', '--language', 'klingon'], 'needs Azure Functions Core Tools'],
    [['init', '--trigger', 'pigeon'], "no template 'pigeon'"],
    [['new', '--script-root', '/no/such/folder'], 'has no host.json'],
  ])('%j is rejected', async (args, message) => {
    await expect(run('lazurite', ...args)).rejects.toThrow(message);
  });

  test('a template of Core Tools alone is named, with those that there are, where Core Tools is missing', async () => {
    await writeFile(join(folder, 'host.json'), '{}');
    const args = ['new', '--template', 'Durable Functions orchestrator', '--script-root', folder];
    await expect(run('func', ...args)).rejects.toThrow(/no template 'Durable Functions orchestrator'. There are http/);
  });

  test.each(['../up', 'a/b', '1st', '', 'a'.repeat(129)])('a function cannot be called %p', async (name) => {
    await writeFile(join(folder, 'host.json'), '{}');
    await expect(run('lazurite', 'new', '--name', name, '--script-root', folder)).rejects.toThrow(
      'cannot be a function',
    );
  });

  test('func templates list names every template', async () => {
    const printed = await run('func', 'templates', 'list', '--language', 'typescript');
    for (const { title } of FUNCTION_TEMPLATES) expect(printed).toContain(`  ${title}\n`);
  });
});

describe('settings', () => {
  const settings = (...args: string[]) => run('func', 'settings', ...args, '--script-root', folder);

  test('are added, replaced, listed and deleted, and comments stay', async () => {
    await writeFile(join(folder, 'local.settings.json'), '{\n  // mine\n  "Values": { "A": "1", },\n}\n');
    await settings('add', 'B', 'x y');
    await settings('add', 'A', '2');
    await settings('add', 'Db', 'secret', '--connectionString');
    expect(await settings('list', '--showValue')).toBe(
      'App settings:\n  A = 2\n  B = x y\nConnection strings:\n  Db = secret\n',
    );
    expect(await settings('list')).not.toContain('secret');
    await settings('delete', 'Db');
    await expect(settings('delete', 'Db')).rejects.toThrow("no setting 'Db'");
    expect(await file('local.settings.json')).toContain('// mine');
    expect(await settings('decrypt')).toContain('is not encrypted');
  });

  test('that are missing, malformed or encrypted are named', async () => {
    await expect(settings('list')).rejects.toThrow('There is no');
    await writeFile(join(folder, 'local.settings.json'), '{');
    await expect(settings('list')).rejects.toThrow('not valid JSON');
    await writeFile(join(folder, 'local.settings.json'), '{ "IsEncrypted": true, "Values": { "A": "CfDJ8" } }');
    await expect(settings('add', 'B', '1')).rejects.toThrow('is encrypted');
  });
});

describe('pack', () => {
  test('leaves out what .funcignore names, the settings of this machine and the zip itself', async () => {
    await run('lazurite', 'init', folder, '--javascript');
    const zip = join(folder, 'app.zip');
    expect(await run('func', 'pack', folder, '--output', zip)).toContain('Packed 3 files');
    await expect(run('func', 'pack', folder, '--output', zip)).rejects.toThrow('is there already');
    expect(await run('func', 'pack', folder, '--output', zip, '--force')).toContain('Packed 3 files');
    await expect(run('func', 'pack', join(folder, 'src'))).rejects.toThrow('has no host.json');
  });
});

describe('Core Tools', () => {
  const OURS = new URL('../../', import.meta.url).pathname;

  test.each(['extensions install', 'extensions sync', 'bundles list'])('func %s has nothing to do', async (command) => {
    expect(await run('func', ...command.split(' '))).toContain('there is nothing to do');
  });

  test('handOver() runs the func that is not ours, once, and returns its exit code', async () => {
    const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')];
    await mkdir(ours);
    await mkdir(theirs);
    await symlink(join(OURS, 'bin/func.js'), join(ours, 'func'));
    await writeFile(join(theirs, 'func'), '#!/bin/sh\ntest "$1 $2 $LAZURITE_HANDED_OVER" = "azure x y 1" && exit 7\n');
    await chmod(join(theirs, 'func'), 0o755);
    const env = { PATH: `${ours}:${theirs}` };
    const args = ['azure', 'x y'];
    expect(await handOver(args, { env, ownFolder: OURS })).toBe(7);
    const missing = 'Run: npm install --global azure-functions-core-tools@4';
    await expect(handOver(args, { env: { PATH: ours }, ownFolder: OURS })).rejects.toThrow(missing);
    await expect(handOver(args, { env: { ...env, LAZURITE_HANDED_OVER: '1' }, ownFolder: OURS })).rejects.toThrow(
      missing,
    );
  });
});
