import type { Stats } from 'node:fs';
import { basename, join, sep } from 'node:path';
import type { Clock, Closeable, Log, Timer } from '@lazurite/runtime';
import type { FSWatcher } from 'chokidar';

export interface WatchOptions {
  readonly appRoot: string;
  /** Whether the app runs its TypeScript as it is; else only the output of its build counts. */
  readonly runsTypeScript: () => boolean;
  /** When the app began to load, in ms since the Unix epoch: what was saved since then is a change. */
  readonly loadedAt: number;
  readonly clock: Clock;
  readonly log: Log;
  /** A file has changed, others may follow: the time to get ready. */
  readonly onFirstChange: () => void;
  /** The changes have settled. */
  readonly onChange: () => void;
}

/** Editors and compilers write several files, or one file several times. */
const SETTLE_MS = 25;
const CONFIGURATION = new Set(['host.json', 'local.settings.json', 'function.json', 'package.json', 'app_offline.htm']);
const SCRIPT = /\.[cm]?js$/;
const TYPESCRIPT = /\.[cm]?ts$/;

/** A start has better use for the processor than to go through the app's folder: first requests follow it. */
const WATCH_AFTER_MS = 300;

/**
 * Watches the files an app is made of; not its dependencies, nor folders whose names start with a dot. Begins in a
 * moment, and then reports what was saved since the app began to load.
 */
export function watchApp(options: WatchOptions): Closeable {
  const { clock, log } = options;
  let watching: Promise<FSWatcher> | undefined;
  let settle: Timer | undefined;
  const onFile = (path: string) => {
    if (!isPartOfApp(path, options.runsTypeScript())) return;
    if (settle) settle.cancel();
    else options.onFirstChange();
    settle = clock.setTimer(SETTLE_MS, () => {
      settle = undefined;
      log.debug({ path }, 'File change detected');
      options.onChange();
    });
  };
  const start = clock.setTimer(WATCH_AFTER_MS, () => {
    watching = openWatcher(options, onFile);
  });
  return {
    close: async () => {
      start.cancel();
      await (await watching)?.close();
      settle?.cancel();
    },
  };
}

async function openWatcher({ appRoot, log, loadedAt }: WatchOptions, onFile: (path: string) => void) {
  const { watch } = await import('chokidar'); // only watching needs it
  const watcher = watch(appRoot, {
    alwaysStat: true,
    // Every file that is watched costs time and a handle.
    ignored: (path, stats) =>
      path !== appRoot &&
      (isForeign(path.slice(join(appRoot, sep).length)) || (stats?.isFile() === true && !isPartOfApp(path, true))),
  });
  let isComplete = false;
  watcher.once('ready', () => {
    isComplete = true;
  });
  watcher.on('all', (event, path, stats) => {
    const isFound = event.startsWith('add') && !isComplete;
    if (!isFound || (stats && isNewer(stats, loadedAt))) onFile(path);
  });
  watcher.on('error', (error) => log.warn({ err: error }, 'Changes of the function app cannot be watched'));
  return watcher;
}

/** The time of change tells of a file that was renamed or copied with its old time of writing, as some editors save. */
function isNewer({ mtimeMs, ctimeMs }: Stats, since: number): boolean {
  return Math.max(mtimeMs, ctimeMs) >= since;
}

function isForeign(relativePath: string): boolean {
  return relativePath.split(/[\\/]/).some((part) => part === 'node_modules' || part.startsWith('.'));
}

function isPartOfApp(path: string, runsTypeScript: boolean): boolean {
  const name = basename(path);
  return CONFIGURATION.has(name) || SCRIPT.test(name) || (runsTypeScript && TYPESCRIPT.test(name));
}
