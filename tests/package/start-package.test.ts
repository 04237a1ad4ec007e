import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ZipFile } from 'yazl';
import { exampleWith, JSON_TYPE, operationsPath } from '../support/create-operation-request.ts';
import { type LazuriteProcess, runLazurite, startLazurite } from '../support/lazurite-process.ts';
import { readZip } from '../support/read-zip.ts';
import { repositoryRoot } from '../support/stack.ts';

let folder: string;
let dataDir: string;
let started: LazuriteProcess[];

beforeAll(async () => {
  folder = await mkdtemp(join(repositoryRoot, 'tests/run-')); // below the repository's packages, which must not be found
  const script = join(repositoryRoot, 'scripts/package.ts');
  await promisify(execFile)(process.execPath, [script, '--out', folder]);
});
beforeEach(async () => {
  dataDir = await mkdtemp(join(folder, 'data-'));
  started = [];
});
afterEach(() => Promise.all(started.map((lazurite) => lazurite.kill())));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function start(...args: string[]): Promise<LazuriteProcess> {
  const lazurite = await startLazurite(['--data-dir', dataDir, ...args]);
  started.push(lazurite);
  return lazurite;
}

async function createOperation({ ready }: LazuriteProcess): Promise<number> {
  const { stdout } = await runLazurite(['token', '--issuer', ready.issuer]);
  const headers = { ...JSON_TYPE, authorization: `Bearer ${stdout.trim()}` };
  const url = `${ready.functions}/beta${operationsPath()}`;
  return (await fetch(url, { method: 'POST', headers, body: exampleWith({}) })).status;
}

async function pack(files: readonly (readonly [path: string, content: Buffer])[]): Promise<string> {
  const zip = new ZipFile();
  for (const [path, content] of files) zip.addBuffer(content, path);
  zip.end();
  const file = join(dataDir, 'app.zip');
  await once(zip.outputStream.pipe(createWriteStream(file)), 'finish');
  return file;
}

function packScript(script: string): Promise<string> {
  const files = { 'host.json': '{"version":"2.0"}', 'package.json': '{"main":"index.js"}', 'index.js': script };
  return pack(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]));
}

describe('lazurite start --package', () => {
  test('runs the zip, unpacked by its hash, and answers 201', async () => {
    const lazurite = await start('--package', join(folder, 'app.zip'));
    expect(await createOperation(lazurite)).toBe(201);
    expect(await readdir(join(dataDir, 'packages'))).toEqual([expect.stringMatching(/^[\da-f]{64}$/)]);
    await lazurite.stop();
    expect(await createOperation(await start('--package', join(folder, 'app.zip')))).toBe(201);
  });

  test('asks for keys, as the cloud does', async () => {
    const { ready } = await start('--package', join(folder, 'app.zip'));
    const status = async (headers: Record<string, string> = {}) =>
      (await fetch(`${ready.functions}/admin/functions`, { headers })).status;
    expect(await status()).toBe(401);
    const { host } = JSON.parse(await readFile(join(dataDir, 'functions/secrets/host.json'), 'utf8'));
    expect(await status({ 'x-functions-key': host.master })).toBe(200);
  });

  test('starts without the scenarios of the simulator where that is off', async () => {
    const settings = JSON.parse(await readFile(join(repositoryRoot, 'local.settings.json'), 'utf8'));
    const file = join(dataDir, 'settings.json');
    const { LRO_LAB: _off, TRY_IT: _none, ...Values } = settings.Values;
    await writeFile(file, JSON.stringify({ IsEncrypted: false, Values }));
    const files = await readZip(join(folder, 'app.zip'));
    const zip = await pack([...files].filter(([path]) => path !== 'lro-scenarios.json'));
    const { ready } = await start('--package', zip, '--settings', file);
    expect((await fetch(`${ready.functions}/beta/openapi.json`)).status).toBe(200);
    expect((await fetch(`${ready.functions}/beta/try`)).status).toBe(400);
  });

  test('finds no module above the folder of the app', async () => {
    const zip = await packScript(`require('@azure/functions');`);
    await expect(start('--package', zip)).rejects.toThrow(
      /Cannot find '@azure\/functions' .* outside of the app's folder/,
    );
  });

  test('says what is wrong with a package, and leaves no process', async () => {
    await writeFile(join(dataDir, 'broken.zip'), 'PK\u0003\u0004');
    await expect(start('--package', join(dataDir, 'broken.zip'))).rejects.toThrow(
      /ended with 1: lazurite: .*broken\.zip cannot be unpacked/,
    );
    await expect(start('--package', 'none.zip')).rejects.toThrow(/There is no package .*none\.zip/);
    await expect(start('--package', 'a.zip', '--script-root', '.')).rejects.toThrow(/cannot be used with option/);
  });

  test('tells the app what the platform tells it', async () => {
    const names = ['AZURE_FUNCTIONS_ENVIRONMENT', 'WEBSITE_RUN_FROM_PACKAGE', 'FROM_FILE'];
    const zip = await packScript(`throw new Error(${JSON.stringify(names)}.map((name) => process.env[name]).join());`);
    const file = join(dataDir, 'settings.json');
    await writeFile(file, '{"IsEncrypted":false,"Values":{"FROM_FILE":"file"}}');
    await expect(start('--package', zip, '--settings', file)).rejects.toThrow('Production,1,file');
  });

  test('keeps nothing with --in-memory', async () => {
    const lazurite = await start(
      '--package',
      join(folder, 'app.zip'),
      '--in-memory',
      '--data-dir',
      join(dataDir, 'none'),
    );
    expect(await createOperation(lazurite)).toBe(201);
    await lazurite.stop();
    await expect(access(join(dataDir, 'none'))).rejects.toThrow('ENOENT');
  });
});

describe('lazurite start --settings', () => {
  test('reads that file instead of local.settings.json', async () => {
    const file = join(dataDir, 'settings.json');
    await writeFile(file, '{"IsEncrypted":false,"Values":{"COSMOS_DATABASE":"other"}}');
    await expect(start('--settings', file)).rejects.toThrow(/COSMOS_CONNECTION is missing/);
  });

  test('names a file that is not there, and one that is no JSON', async () => {
    await expect(start('--settings', join(dataDir, 'none.json'))).rejects.toThrow(/none\.json cannot be read/);
    await writeFile(join(dataDir, 'settings.json'), '{');
    await expect(start('--settings', join(dataDir, 'settings.json'))).rejects.toThrow(/settings\.json/);
  });
});
