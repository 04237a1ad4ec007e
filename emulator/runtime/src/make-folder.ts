import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it that are missing, one by one: `recursive` of node:fs does not end where the system
 * says of a folder in one that exists that there is no such file, as Linux does in /proc.
 *
 * @param mode of the folders that are made, as of `mkdir` of node:fs
 * @returns the first that was made; undefined when all were there
 * @throws the error of the system, which names the folder that cannot be made
 */
export async function makeFolder(path: string, mode?: number): Promise<string | undefined> {
  const missing: string[] = [];
  for (const folder of upwards(path)) {
    // What cannot be seen cannot be made either: that error says why.
    const found = await stat(folder).catch(() => undefined);
    if (found && !found.isDirectory() && missing.length === 0) await mkdir(folder); // fails, and says that it is a file
    if (found) break;
    missing.unshift(folder);
  }
  for (const folder of missing) await mkdir(folder, mode).catch(unlessMade);
  return missing[0];
}

/** As {@link makeFolder}. */
export function makeFolderSync(path: string): void {
  const missing: string[] = [];
  for (const folder of upwards(path)) {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found && !found.isDirectory() && missing.length === 0) mkdirSync(folder); // as above
    if (found) break;
    missing.unshift(folder);
  }
  for (const folder of missing) {
    try {
      mkdirSync(folder);
    } catch (error) {
      unlessMade(error as NodeJS.ErrnoException); // node:fs throws nothing else
    }
  }
}

/** The folder and those above it, without the root. */
function* upwards(path: string): Generator<string> {
  for (let folder = resolve(path); dirname(folder) !== folder; folder = dirname(folder)) yield folder;
}

/** Another process may be faster. */
function unlessMade(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
