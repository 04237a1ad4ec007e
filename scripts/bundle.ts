// Bundles what starts a process of its own, the function app and the command line: few files load several times as fast
// as the several hundred of their dependencies (docs/decisions/bundles.md). `--watch` bundles again at each change;
// `--app` bundles the function app alone.
import { globSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { type BuildOptions, build, context, type Plugin } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
/** CommonJS packages inside an ES module still ask for Node's own modules with `require`. */
const REQUIRE = "import { createRequire as toRequire } from 'node:module'; const require = toRequire(import.meta.url);";
/** A source map that maps nothing: without it the maps would hold the whole of every dependency. */
const EMPTY_MAP = 'data:application/json,%7B%22version%22:3,%22sources%22:[%22%22],%22mappings%22:%22A%22%7D';

const withoutVendorMaps: Plugin = {
  name: 'without-vendor-maps',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\n//# sourceMappingURL=${EMPTY_MAP}`,
    })),
};

/**
 * To import `node:http` evaluates all its exports, WebSocket among them, and that loads the whole of fetch: 30 ms. To
 * require it does not.
 */
const requiredHttp: Plugin = {
  name: 'required-http',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^(node:)?http$/ }, ({ kind, path }) =>
      kind === 'import-statement' ? { path, namespace: 'required' } : { path, external: true },
    );
    onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require('${path}')`,
    }));
  },
};

/**
 * Has every function's entry import what the catch-all imports, the handlers of all others: they then share one chunk.
 * Otherwise each handler would be a file of its own, and the start would open twenty files more.
 */
const sharedHandlers: Plugin = {
  name: 'shared-handlers',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/][A-Z][A-Za-z]+[\\/]index\.ts$/ }, async ({ path }) => {
      const handlers = relative(dirname(path), resolve(root, 'functions/service/graph-handlers.ts'));
      const specifier = JSON.stringify(`./${handlers.replaceAll('\\', '/')}`);
      // On the first line, so that source maps stay as they are.
      return { contents: `import ${specifier}; ${await readFile(path, 'utf8')}`, loader: 'ts' };
    }),
};

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  sourcemap: 'linked',
  sourcesContent: false,
  banner: { js: REQUIRE },
  plugins: [withoutVendorMaps, requiredHttp],
};

/** One file for each function, and chunks for what several share; complete, so that it is deployed without packages. */
const app: BuildOptions = {
  ...common,
  entryPoints: functionEntries(),
  plugins: [...(common.plugins ?? []), sharedHandlers],
  outdir: resolve(root, 'dist'),
  chunkNames: 'chunks/[name]-[hash]',
  target: 'node22', // the older of the two that Azure Functions runs; the other is 24
  // Names stay, so that stacks can be read without the maps.
  minifySyntax: true,
  minifyWhitespace: true,
  metafile: true,
  external: ['@azure/functions-core'], // the host brings it
};

/**
 * The supervisor and its worker. All files lie one folder below the package, as those of `dist` do in theirs: the places
 * that the sources name relative to themselves (`../worker/main.js`, `../package.json`) are then the same from any of them.
 */
const commandLine: BuildOptions = {
  ...common,
  entryPoints: { 'bundle/main': 'emulator/cli/src/main.ts', 'worker/main': 'emulator/functions/src/worker/main.ts' },
  outdir: resolve(root, 'emulator/cli'),
  chunkNames: 'bundle/[name]-[hash]',
  target: 'node22',
  conditions: ['lazurite-source'],
  sourcemap: false, // Node would read the maps while the worker starts
  // Large, and loaded only by apps that use them. The clients of Cosmos DB and queues are bundled, each into a chunk that
  // is loaded with its first trigger or binding: from several hundred files that takes four times as long.
  external: ['@azure/data-tables', '@azure/functions*', '@azure/identity', '@azure/storage-blob', 'azure-functions-v3'],
};

const bundles = process.argv.includes('--app') ? [app] : [app, commandLine];
const folders = process.argv.includes('--app') ? ['dist'] : ['dist', 'emulator/cli/bundle', 'emulator/cli/worker'];
await Promise.all(folders.map(remove));
if (process.argv.includes('--watch')) {
  const contexts = await Promise.all(bundles.map((options) => context({ ...options, logLevel: 'info' })));
  await Promise.all(contexts.map((watched) => watched.watch()));
} else {
  const [built] = await Promise.all(bundles.map((options) => build(options)));
  // What the packages' inventory is made of (scripts/package.ts).
  await writeFile(resolve(root, 'dist/metafile.json'), JSON.stringify(built?.metafile));
}

/** Every function's folder by its own name, wherever it lies: what is built is flat, as `main` of package.json says. */
function functionEntries(): Record<string, string> {
  const entries = globSync(['[A-Z]*/index.ts', 'functions/*/[A-Z]*/index.ts'], { cwd: root }).sort();
  return Object.fromEntries(entries.map((entry) => [`${basename(dirname(entry))}/index`, entry]));
}

/** Chunks are named after what is in them: without this, those of earlier builds would pile up. */
function remove(folder: string): Promise<void> {
  return rm(resolve(root, folder), { recursive: true, force: true });
}
