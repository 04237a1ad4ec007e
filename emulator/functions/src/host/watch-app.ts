import { basename, join, sep } from 'node:path';
import type { Clock, Closeable, Log, Timer } from '@lazurite/runtime';

export interface WatchOptions {
  readonly appRoot: string;
  /** Whether the app runs its TypeScript as it is; else only the output of its build counts. */
  readonly runsTypeScript: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** A file has changed, others may follow: the time to get ready. */
  readonly onFirstChange: () => void;
  /** The changes have settled. */
  readonly onChange: () => void;
}

/** Editors and compilers write several files, or one file several times. */
const SETTLE_MS = 25;
const CONFIGURATION = new Set(['host.json', 'local.settings.json', 'function.json', 'package.json']);
const SCRIPT = /\.[cm]?js$/;
const TYPESCRIPT = /\.[cm]?ts$/;

/** Watches the files an app is made of; not its dependencies, nor folders whose names start with a dot. */
export async function watchApp(options: WatchOptions): Promise<Closeable> {
  const { watch } = await import('chokidar'); // only watching needs it
  const { appRoot, clock, log } = options;
  const watcher = watch(appRoot, {
    ignoreInitial: true,
    // Every file that is watched costs time and a handle.
    ignored: (path, stats) =>
      path !== appRoot &&
      (isForeign(path.slice(join(appRoot, sep).length)) || (stats?.isFile() === true && !isPartOfApp(path, true))),
  });
  let settle: Timer | undefined;
  watcher.on('all', (_event, path) => {
    if (!isPartOfApp(path, options.runsTypeScript())) return;
    if (settle) settle.cancel();
    else options.onFirstChange();
    settle = clock.setTimer(SETTLE_MS, () => {
      settle = undefined;
      log.debug({ path }, 'File change detected');
      options.onChange();
    });
  });
  watcher.on('error', (error) => log.warn({ err: error }, 'Changes of the function app cannot be watched'));
  await new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
  return {
    close: async () => {
      settle?.cancel();
      await watcher.close();
    },
  };
}

function isForeign(relativePath: string): boolean {
  return relativePath.split(/[\\/]/).some((part) => part === 'node_modules' || part.startsWith('.'));
}

function isPartOfApp(path: string, runsTypeScript: boolean): boolean {
  const name = basename(path);
  return CONFIGURATION.has(name) || SCRIPT.test(name) || (runsTypeScript && TYPESCRIPT.test(name));
}
