// What a package says of itself: package.json, README with links that work anywhere, licences of what is bundled.
import { globSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Metafile } from 'esbuild';
import { OPTIONAL_PEERS, type PackageDefinition, root } from './definitions.ts';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly repository: { readonly url: string };
}

/** Where the sources are, as `https://github.com/OWNER/NAME`: GITHUB_REPOSITORY, else what the root's package.json says. */
async function repositoryUrl(): Promise<string> {
  const { GITHUB_REPOSITORY } = process.env;
  if (GITHUB_REPOSITORY) return `https://github.com/${GITHUB_REPOSITORY}`;
  const { repository } = await readManifest('.');
  return repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as Manifest; // our own
}

/** @param types the file of each entry's types, without its extension */
export async function writeManifest(
  definition: PackageDefinition,
  folder: string,
  types: ReadonlyMap<string, string>,
): Promise<void> {
  const { workspace, bin, keywords, loadsApps } = definition;
  const [own, { version }, url] = await Promise.all([
    readManifest(workspace),
    readManifest('emulator/cli'),
    repositoryUrl(),
  ]);
  const main = types.get('.') ?? '';
  const others = [...types].filter(([path]) => path !== '.');
  const manifest = {
    name: own.name,
    version,
    description: own.description,
    keywords,
    license: own.license,
    homepage: `${url}#readme`,
    bugs: { url: `${url}/issues` },
    repository: { type: 'git', url: `git+${url}.git`, directory: workspace },
    type: 'module',
    engines: own.engines,
    main: './index.cjs',
    types: `${main}.d.cts`,
    ...(Object.keys(bin).length > 0 && { bin }),
    exports: { ...entryExports(types), ...(loadsApps && jestExports), './package.json': './package.json' },
    // For resolvers that do not read `exports`.
    ...(others.length > 0 && {
      typesVersions: { '*': Object.fromEntries(others.map(([path, file]) => [path.slice(2), [`${file}.d.cts`]])) },
    }),
    ...(loadsApps && {
      peerDependencies: OPTIONAL_PEERS,
      peerDependenciesMeta: Object.fromEntries(Object.keys(OPTIONAL_PEERS).map((name) => [name, { optional: true }])),
    }),
  };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

function entryExports(types: ReadonlyMap<string, string>): Record<string, unknown> {
  const entries = [...types].map(([path, file]) => {
    const name = path === '.' ? './index' : path;
    return [
      path,
      {
        import: { types: `${file}.d.ts`, default: `${name}.js` },
        require: { types: `${file}.d.cts`, default: `${name}.cjs` },
      },
    ];
  });
  return Object.fromEntries(entries);
}

const jestExports = {
  './jest': {
    import: { types: './jest.d.ts', default: './jest.js' },
    require: { types: './jest.d.cts', default: './jest.cjs' },
  },
  './jest-preset': { types: './jest-preset.d.cts', default: './jest-preset.cjs' },
};

/** README.md with absolute links, and the licence. */
export async function writeTexts({ workspace }: PackageDefinition, folder: string): Promise<void> {
  const url = await repositoryUrl();
  const readme = await readFile(join(root, workspace, 'README.md'), 'utf8');
  const linked = readme.replace(/\]\((?!https?:|#)([^)\s]+)\)/g, (_, target: string) => {
    return `](${url}/blob/main/${posix.join(workspace, target)})`;
  });
  await writeFile(join(folder, 'README.md'), linked);
  await copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE'));
}

/** The licences of the packages of which something is in the bundles. */
export async function writeLicences(folder: string, metafiles: readonly Metafile[]): Promise<void> {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  const licences = await Promise.all([...new Set(folders)].sort().map(licenceOf));
  const byText = Map.groupBy(licences, ({ text }) => text);
  const sections = [...byText].map(
    ([text, packages]) => `${'-'.repeat(80)}\n${packages.map(({ name }) => name).join('\n')}\n\n${text}\n`,
  );
  const title = 'This package contains code of the following packages.\n';
  await writeFile(join(folder, 'THIRD-PARTY-LICENSES.txt'), [title, ...sections].join('\n'));
}

async function licenceOf(folder: string): Promise<{ readonly name: string; readonly text: string }> {
  const { name, version, license } = await readManifest(folder);
  const files = globSync('{LICEN[CS]E,license,licence,COPYING}{,.md,.txt,-MIT}', { cwd: join(root, folder) });
  const text = files[0] === undefined ? `Licence: ${license}` : await readFile(join(root, folder, files[0]), 'utf8');
  return { name: `${name} ${version}`, text: text.trim() };
}
