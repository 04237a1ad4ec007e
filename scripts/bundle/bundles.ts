// What starts a process of its own, the function app and the command line, is bundled: few files load several times as
// fast as the several hundred of their dependencies (docs/decisions/bundles.md).
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';

export const root = resolve(import.meta.dirname, '../..');
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

/** One set of entries that share chunks, and where it lies below the root. */
export interface Bundle {
  readonly name: string;
  /** All folders that it writes to: a script in them that it no longer makes is removed. */
  readonly folders: readonly string[];
  readonly chunkFolder: string;
  readonly options: BuildOptions & {
    readonly metafile: true;
    readonly write: false;
    readonly plugins: readonly Plugin[];
  };
}

const common = {
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
  metafile: true,
  write: false, // publish.ts does
} satisfies BuildOptions;

/** One file for each function, and chunks for what several share; complete, so that it is deployed without packages. */
export const app: Bundle = {
  name: 'app',
  folders: ['dist'],
  chunkFolder: 'dist/chunks',
  options: {
    ...common,
    entryPoints: functionEntries(),
    plugins: [...common.plugins, sharedHandlers],
    outdir: resolve(root, 'dist'),
    chunkNames: 'chunks/[name]-[hash]',
    target: 'node22', // the older of the two that Azure Functions runs; the other is 24
    // Names stay, so that stacks can be read without the maps.
    minifySyntax: true,
    minifyWhitespace: true,
    external: ['@azure/functions-core'], // the host brings it
  },
};

/**
 * The supervisor and its worker. All files lie one folder below the package, as those of `dist` do in theirs: the places
 * that the sources name relative to themselves (`../worker/main.js`, `../package.json`) are then the same from any of them.
 */
export const commandLine: Bundle = {
  name: 'command-line',
  folders: ['emulator/cli/bundle', 'emulator/cli/worker', 'emulator/cli/script-worker'],
  chunkFolder: 'emulator/cli/bundle',
  options: {
    ...common,
    entryPoints: {
      'bundle/main': 'emulator/cli/src/main.ts',
      'worker/main': 'emulator/functions/src/worker/main.ts',
      'script-worker/main': 'emulator/cosmos/src/script-worker/main.ts',
      'worker/query-worker': 'emulator/cosmos/src/operations/query/query-worker.ts',
    },
    outdir: resolve(root, 'emulator/cli'),
    chunkNames: 'bundle/[name]-[hash]',
    target: 'node22',
    conditions: ['lazurite-source'],
    sourcemap: false, // Node would read the maps while the worker starts
    // Large, and loaded only by apps that use them. The clients of Cosmos DB and queues are bundled, each into a chunk that
    // is loaded with its first trigger or binding: from several hundred files that takes four times as long.
    external: [
      '@jitl/quickjs-wasmfile-release-sync',
      'quickjs-emscripten-core',
      '@azure/data-tables',
      '@azure/functions*',
      '@azure/identity',
      '@azure/storage-blob',
      'azure-functions-v3',
    ],
  },
};

/** The page of the dashboard: two files that a browser loads, nothing from elsewhere. */
export const dashboardPage: Bundle = {
  name: 'dashboard-page',
  folders: ['emulator/cli/dashboard-page'],
  chunkFolder: 'emulator/cli/dashboard-page/chunks',
  options: {
    absWorkingDir: root,
    entryPoints: {
      main: 'emulator/dashboard/page/main.tsx',
      style: 'emulator/dashboard/page/style.css',
      index: 'emulator/dashboard/page/index.html',
      icon: 'emulator/dashboard/page/icon.svg',
    },
    outdir: resolve(root, 'emulator/cli/dashboard-page'),
    loader: { '.html': 'copy', '.svg': 'copy' },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: ['es2023', 'chrome123', 'firefox120', 'safari17.5'], // those that know light-dark()
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    plugins: [],
    metafile: true,
    write: false, // publish.ts does
  },
};

/** Every function's folder by its own name, wherever it lies: what is built is flat, as `main` of package.json says. */
function functionEntries(): Record<string, string> {
  const entries = globSync(['[A-Z]*/index.ts', 'functions/*/[A-Z]*/index.ts'], { cwd: root }).sort();
  return Object.fromEntries(entries.map((entry) => [`${basename(dirname(entry))}/index`, entry]));
}
