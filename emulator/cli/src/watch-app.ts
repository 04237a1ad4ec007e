import { existsSync, type FSWatcher, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Closeable, Timer } from '@lazurite/runtime';

export interface WatchOptions {
  readonly clock: Clock;
  /** Called once per burst of changes. */
  readonly onChange: () => void;
}

/** A compiler writes its files one after the other; the app is whole again when it has been quiet for so long. */
const QUIET_MS = 100;
const CODE = /\.[cm]?[jt]s$/;
/** What beside its code decides how an app runs. */
const SETTINGS: ReadonlySet<string> = new Set(['host.json', 'local.settings.json', 'package.json']);

/**
 * Watches the app's settings and code: the files in its folder, and everything below the first folder that `main` of
 * its package.json names (`dist` of `dist/functions/*.js`). Never all of the folder: that would mean node_modules.
 */
export function watchApp(scriptRoot: string, { clock, onChange }: WatchOptions): Closeable {
  let timer: Timer | undefined;
  function changed(file: string | null): void {
    if (file !== null && !SETTINGS.has(file) && !CODE.test(file)) return;
    timer?.cancel();
    timer = clock.setTimer(QUIET_MS, onChange);
  }
  const watchers: FSWatcher[] = [watch(scriptRoot, (_, file) => changed(file))];
  const folder = codeFolder(scriptRoot);
  if (folder) watchers.push(watch(folder, { recursive: true }, (_, file) => changed(file)));
  // A folder that is deleted while it is watched: nothing of it can change any more.
  for (const watcher of watchers) watcher.on('error', () => watcher.close());
  return {
    close: async () => {
      timer?.cancel();
      for (const watcher of watchers) watcher.close();
    },
  };
}

function codeFolder(scriptRoot: string): string | undefined {
  const first = readMain(scriptRoot)?.replace(/^\.\//, '').split('/');
  if (!first || first.length < 2 || !/^[\w.-]+$/.test(first[0] ?? '')) return undefined;
  const folder = join(scriptRoot, first[0] ?? '');
  return existsSync(folder) ? folder : undefined;
}

function readMain(scriptRoot: string): string | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(scriptRoot, 'package.json'), 'utf8'));
    const main: unknown = typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, 'main') : undefined;
    return typeof main === 'string' ? main : undefined;
  } catch {
    return undefined; // the host has said what is wrong with it, or runs the app without one
  }
}
