import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ignore from 'ignore';
import { filesToPublish } from '../support/func-ignore.ts';
import { readZip } from '../support/read-zip.ts';
import { repositoryRoot } from '../support/stack.ts';

const ARTEFACTS = ['app.zip', 'app-source-maps.zip', 'app.cdx.json'];
/** What an app is built of, beside its packages. */
const SOURCES =
  /^(?:[A-Z][A-Za-z]+|functions|shared|scripts|(?:host|package|lro-scenarios|tsconfig(?:\.base)?)\.json)$/;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(repositoryRoot, 'tests/run-')); // below the packages that the build needs
  await run('scripts/package.ts', repositoryRoot, ['--out', folder]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(script: string, cwd: string, args: readonly string[] = [], env = {}): Promise<void> {
  await promisify(execFile)(process.execPath, [join(cwd, script), ...args], { cwd, env: { ...process.env, ...env } });
}

/** Every file of the repository as a build in a fresh clone leaves it, packages apart. */
async function listFiles(): Promise<readonly string[]> {
  const { outputs } = JSON.parse(await readFile(join(repositoryRoot, 'dist/metafile.json'), 'utf8'));
  const isOfEarlierBuild = (path: string) => path.startsWith('dist/chunks/') && !(path in outputs);
  const entries = await readdir(repositoryRoot, { withFileTypes: true });
  const lists = entries.map(async (entry) => {
    if (entry.isFile()) return [entry.name];
    if (entry.name === '.git' || entry.name === 'node_modules') return [];
    const below = await readdir(join(repositoryRoot, entry.name), { withFileTypes: true, recursive: true });
    const files = below.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
    return files.map((file) => file.slice(repositoryRoot.length + 1).replaceAll('\\', '/'));
  });
  return (await Promise.all(lists)).flat().filter((path) => !isOfEarlierBuild(path));
}

/** Copies the sources elsewhere, builds and packages them there. */
async function packageCopy(name: string, env: Readonly<Record<string, string>>): Promise<readonly Buffer[]> {
  const copy = join(folder, name);
  const names = (await readdir(repositoryRoot)).filter((entry) => SOURCES.test(entry));
  await Promise.all(names.map((entry) => cp(join(repositoryRoot, entry), join(copy, entry), { recursive: true })));
  await run('scripts/bundle.ts', copy, ['--app'], env);
  await run('scripts/package.ts', copy, [], env);
  return Promise.all(ARTEFACTS.map((artefact) => readFile(join(copy, 'dist', artefact))));
}

describe('npm run package', () => {
  test('makes the same bytes in another folder, at another time, in another time zone', async () => {
    const [first, second] = [
      await packageCopy('one', { TZ: 'UTC' }),
      await packageCopy('another', { TZ: 'Asia/Tokyo' }),
    ];
    expect(first.map((bytes, index) => bytes.equals(second[index] ?? Buffer.alloc(0)))).toEqual([true, true, true]);
  });

  test('packs the bundles and what a host reads, below 3 MB, without settings and maps', async () => {
    const paths = [...(await readZip(join(folder, 'app.zip'))).keys()];
    expect(paths.filter((path) => !path.startsWith('dist/'))).toEqual([
      'host.json',
      'lro-scenarios.json',
      'package.json',
    ]);
    expect(paths.filter((path) => path.startsWith('dist/')).every((path) => path.endsWith('.js'))).toBe(true);
    expect((await readFile(join(folder, 'app.zip'))).length).toBeLessThan(3_000_000);
  });

  test('names in package.json where functions are, and nothing to install', async () => {
    const files = await readZip(join(folder, 'app.zip'));
    const manifest = JSON.parse(String(files.get('package.json')));
    expect(manifest).toMatchObject({ type: 'module', main: 'dist/*/index.js' });
    expect(Object.keys(manifest).filter((key) => /dependencies|scripts|workspaces/i.test(key))).toEqual([]);
  });

  test('has one source map for each bundle, apart', async () => {
    const [bundles, maps] = await Promise.all(
      ['app.zip', 'app-source-maps.zip'].map((name) => readZip(join(folder, name))),
    );
    const scripts = [...(bundles?.keys() ?? [])].filter((path) => path.endsWith('.js'));
    expect([...(maps?.keys() ?? [])]).toEqual(scripts.map((path) => `${path}.map`));
  });

  test('lists what is in the bundles with its licence, and nothing that only builds or tests', async () => {
    const { components, ...inventory } = JSON.parse(await readFile(join(folder, 'app.cdx.json'), 'utf8'));
    expect(inventory).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { name: 'teams-async-operations' } },
    });
    const listed: { name: string; licenses: { license: { id: string } }[] }[] = components;
    expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining(['cosmos', 'functions', 'joi', 'jose']));
    expect(
      listed.map(({ name }) => name).filter((name) => /^(?:esbuild|jest|typescript|lazurite)$/.test(name)),
    ).toEqual([]);
    expect(listed.filter(({ licenses }) => !licenses[0]?.license.id).map(({ name }) => name)).toEqual([]);
  });
});

describe('.funcignore', () => {
  test.each([
    ['Core Tools', (rules: string, paths: readonly string[]) => filesToPublish(rules, paths)],
    ['git', (rules: string, paths: readonly string[]) => ignore().add(rules).filter(paths)],
  ])('leaves to %s what the package has', async (_, publish) => {
    const rules = await readFile(join(repositoryRoot, '.funcignore'), 'utf8');
    const installed = [
      'node_modules/@azure/cosmos/package.json',
      'coverage/lcov.info',
      'tarballs/lazurite-0.1.0.tgz',
      'npm-debug.log',
      '.env',
    ];
    const published = publish(rules, [...(await listFiles()), ...installed]);
    expect(published.toSorted()).toEqual([...(await readZip(join(folder, 'app.zip'))).keys()]);
  });
});
