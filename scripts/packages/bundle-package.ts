// The scripts of a package: programs as ES modules that share chunks, and the library as one CommonJS file, which Jest
// loads as it is. `import` gets the same file through a module that names its exports: a process has one copy of it.
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { commandLine } from '../bundle/bundles.ts';
import { OPTIONAL_PEERS, type PackageDefinition, root } from './definitions.ts';

const V3_MODEL = 'azure-functions-v3';

/** Writes the scripts into `folder`. Resolves with what they were made of. */
export async function bundlePackage(definition: PackageDefinition, folder: string): Promise<readonly Metafile[]> {
  const external = ['@azure/functions', '@azure/functions-core', ...Object.keys(OPTIONAL_PEERS)];
  const common = {
    ...commandLine.options,
    outdir: folder,
    write: true,
    external,
    minifySyntax: true,
    minifyWhitespace: true, // names stay: stacks can be read
  } satisfies BuildOptions;
  const { programs, loadsApps } = definition;
  const plugins = [...common.plugins, ...(loadsApps ? [bundledModel] : [])];
  const builds = [
    build({ ...common, plugins, entryPoints: rooted(programs) }),
    build({ ...libraryOptions(definition), outfile: join(folder, 'lib/library.cjs'), external }),
    build({ ...common, banner: {}, splitting: false, plugins: [], ...launchers(definition) }),
    ...(loadsApps ? [build({ ...common, ...modelOptions(folder) })] : []),
  ];
  const results = await Promise.all(builds);
  await writeEntries(definition, folder);
  if ('script-worker/main' in programs) await copyScriptEngine(folder);
  return results.flatMap(({ metafile }) => metafile ?? []);
}

/** The chunk that loads the WebAssembly looks for it beside itself, in the folder of all chunks. */
async function copyScriptEngine(folder: string): Promise<void> {
  const wasm = createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm');
  await copyFile(wasm, join(folder, 'bundle', basename(wasm)));
}

function rooted(entries: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, resolve(root, path)]));
}

/** All entries as one file: the state that they share is then shared however they are loaded. */
function libraryOptions({ entries, loadsApps }: PackageDefinition): BuildOptions & { readonly metafile: true } {
  const exported = Object.entries(entries).map(
    ([path, source]) => `export * as ${identifierOf(path)} from ${JSON.stringify(`./${source}`)};`,
  );
  const core = `export { sharedCore } from './emulator/functions/src/in-process/shared-core.ts';`;
  return {
    stdin: { contents: [...exported, loadsApps ? core : ''].join('\n'), resolveDir: root, loader: 'ts' },
    absWorkingDir: root,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    mainFields: ['module', 'main'],
    conditions: ['lazurite-source'],
    define: { 'import.meta.url': 'importMetaUrl', 'import.meta.dirname': '__dirname' },
    banner: { js: `const importMetaUrl = require('node:url').pathToFileURL(__filename).href;` },
    plugins: loadsApps ? [bundledModel, requiredPeers] : [],
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
  };
}

/** The scripts of the commands, which name no package of the workspace any more. An old Node.js must be able to read them. */
function launchers({ workspace, bin }: PackageDefinition): BuildOptions {
  const scripts = Object.values(bin).map((script) => [script.replace(/\.js$/, ''), resolve(root, workspace, script)]);
  return { entryPoints: Object.fromEntries(scripts), target: 'node16', format: 'esm' };
}

function modelOptions(folder: string): BuildOptions & { readonly metafile: true } {
  return {
    entryPoints: { [`bundle/${V3_MODEL}`]: V3_MODEL },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    splitting: false,
    banner: {},
    plugins: [],
    metafile: true,
  };
}

/** The programming model of version 3 is loaded for apps that need it, from a file beside the programs. */
const bundledModel: Plugin = {
  name: 'bundled-model',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]core-api\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replace(`require('${V3_MODEL}')`, `require('../bundle/${V3_MODEL}.cjs')`);
      if (contents === source) throw new Error(`${path} does not require '${V3_MODEL}'`);
      return { contents, loader: 'ts' };
    }),
};

/** Jest's module loader has `require` alone. */
const requiredPeers: Plugin = {
  name: 'required-peers',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: new RegExp(`^(?:${Object.keys(OPTIONAL_PEERS).join('|')})$`) }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, namespace: 'peer' } : { path, external: true },
    );
    onLoad({ filter: /.*/, namespace: 'peer' }, ({ path }) => ({ contents: `module.exports = require('${path}')` }));
  },
};

/** `.` -> `index`, `./testing` -> `testing`. */
function identifierOf(path: string): string {
  return path === '.' ? 'index' : path.replace(/^\.\//, '');
}

/** What `exports` names. The first line of each asks for a Node.js that can read the rest. */
async function writeEntries({ entries, loadsApps }: PackageDefinition, folder: string): Promise<void> {
  const guard = await readFile(join(root, 'emulator/runtime/node-version.js'), 'utf8');
  const guardCommonJs = guard.replace(/export const unsupportedNode =/, 'const unsupportedNode =');
  await write(
    folder,
    'lib/require-node.cjs',
    `${guardCommonJs}\nif (unsupportedNode !== undefined) throw new Error(unsupportedNode);\n`,
  );
  const library: Record<string, unknown> = await import(pathToFileURL(join(folder, 'lib/library.cjs')).href);
  for (const path of Object.keys(entries)) {
    const name = identifierOf(path);
    const names = Object.keys(library[name] as object).sort(); // a namespace, as esbuild writes it
    await write(
      folder,
      `${name}.cjs`,
      `require('./lib/require-node.cjs');\nmodule.exports = require('./lib/library.cjs').${name};\n`,
    );
    await write(
      folder,
      `${name}.js`,
      `import './lib/require-node.cjs';\nimport library from './lib/library.cjs';\n\nexport const { ${names.join(', ')} } = library.${name};\n`,
    );
  }
  if (!loadsApps) return;
  // Evaluated when an app is loaded by Jest, which asks for it by the mapper below.
  await write(folder, 'core.cjs', `module.exports = require('./lib/library.cjs').sharedCore().api;\n`);
  await write(folder, 'jest.js', `import jest from './jest.cjs';\n\nexport const { moduleNameMapper } = jest;\n`);
  for (const name of ['jest', 'jest-preset']) {
    const mapper = `{ '^@azure/functions-core$': require.resolve('./core.cjs') }`;
    await write(folder, `${name}.cjs`, `exports.moduleNameMapper = ${mapper};\n`);
    const types = 'export declare const moduleNameMapper: Readonly<Record<string, string>>;\n';
    await write(folder, `${name}.d.ts`, types);
    await write(folder, `${name}.d.cts`, types);
  }
}

async function write(folder: string, path: string, content: string): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

/** Empties and makes `folder`. */
export async function emptyFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}
