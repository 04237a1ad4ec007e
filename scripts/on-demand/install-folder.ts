// Installs what only a check, a benchmark or the session of a client needs, when it is needed first: each such folder has a
// package.json and a lock file of its own (docs/decisions/small-install.md).
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

const ARGUMENTS = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/**
 * Installs the packages of a folder as its lock file names them, and prints one line about it. Does nothing where that has been
 * done since the lock file changed last.
 *
 * @throws Error when npm fails
 */
export async function installFolder(folder: string): Promise<void> {
  const lock = createHash('sha256')
    .update(await readFile(join(folder, 'package-lock.json')))
    .digest('hex');
  const stamp = join(folder, 'node_modules/.installed');
  if ((await readFile(stamp, 'utf8').catch(() => undefined)) === lock) return;
  process.stderr.write(`Installing the packages of ${relative(process.cwd(), folder)}, once for each lock file\n`);
  // On Windows npm is a script for its shell.
  const npm = spawn('npm', ARGUMENTS, { cwd: folder, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  const [code] = await once(npm, 'close');
  if (code !== 0) throw new Error(`\`npm ${ARGUMENTS.join(' ')}\` in ${folder} ended with ${code}`);
  await writeFile(stamp, lock);
}
