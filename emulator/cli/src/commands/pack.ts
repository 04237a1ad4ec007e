import { createWriteStream, existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import ignore, { type Ignore } from 'ignore';
import yazl from 'yazl';
import { CommandError } from '../errors.ts';
import type { Terminal } from '../terminal.ts';

export interface PackFlags {
  readonly output?: string;
  readonly force: boolean;
}

/** Never deployed, whatever .funcignore says (`ZipHelper` of Core Tools, and the data of local runs). */
const ALWAYS_IGNORED = ['.git', '.vscode', '.lazurite', 'local.settings.json', '.funcignore'];

/** `func pack`: a zip of the app as it is deployed, without what .funcignore names. */
export async function pack(folder: string | undefined, flags: PackFlags, terminal: Terminal): Promise<void> {
  const root = resolve(folder ?? '.');
  if (!existsSync(join(root, 'host.json'))) throw new CommandError('NoFunctionApp', `${root} has no host.json`);
  const file = resolve(flags.output ?? `${basename(root)}.zip`);
  if (existsSync(file) && !flags.force) {
    throw new CommandError(
      'FileExists',
      `${file} is there already. Overwrite it with --force, or name another with --output`,
    );
  }
  const ignored = ignore()
    .add([...ALWAYS_IGNORED, relativeTo(root, file)])
    .add(await readIgnoreFile(root));
  const files = await listFiles(root, '', ignored);
  const zip = new yazl.ZipFile();
  for (const path of files) zip.addFile(join(root, path), path);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file)).catch(async (error: unknown) => {
    await rm(file, { force: true });
    throw error;
  });
  terminal.out(`Packed ${files.length} files into ${file}\n`);
  terminal.out(`Run it as deployed: lazurite start --package ${file}\n`);
}

/** A path that leads out of the folder is ignored by itself. */
function relativeTo(root: string, file: string): string {
  const path = relative(root, file);
  return path.startsWith('..') ? '.git' : `/${path.split(sep).join('/')}`;
}

function readIgnoreFile(root: string): Promise<string> {
  return readFile(join(root, '.funcignore'), 'utf8').catch(() => '');
}

/** Paths with slashes, sorted, so that the same app gives the same order. Links are followed no further than to files. */
async function listFiles(root: string, folder: string, ignored: Ignore): Promise<string[]> {
  const files: string[] = [];
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (ignored.ignores(entry.isDirectory() ? `${path}/` : path)) continue;
    if (entry.isDirectory()) files.push(...(await listFiles(root, path, ignored)));
    else if (entry.isFile()) files.push(path);
  }
  return files;
}
