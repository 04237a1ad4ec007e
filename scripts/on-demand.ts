// `node scripts/on-demand.ts FOLDER [PROGRAM ARGUMENT…]`: installs the packages of a folder where that is still to be done, and
// runs one of their programs from the root of the repository.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { installFolder } from './on-demand/install-folder.ts';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly bin?: string | Readonly<Record<string, string>>;
}

const root = resolve(import.meta.dirname, '..');
const [name = '', program, ...rest] = process.argv.slice(2);
const folder = join(root, name);

await installFolder(folder);
if (program !== undefined) {
  const script = await findProgram(program);
  const child = spawn(process.execPath, [script, ...rest], { cwd: root, stdio: 'inherit' });
  const [code] = await once(child, 'close');
  process.exitCode = typeof code === 'number' ? code : 1;
}

/** The script behind a program: run by this Node.js, it needs neither the shell's scripts of Windows nor a PATH. */
async function findProgram(wanted: string): Promise<string> {
  const { dependencies } = await readManifest(folder);
  for (const dependency of Object.keys(dependencies)) {
    const location = join(folder, 'node_modules', dependency);
    const { bin = {} } = await readManifest(location);
    const script = typeof bin === 'string' ? { [dependency]: bin }[wanted] : bin[wanted];
    if (script !== undefined) return join(location, script);
  }
  throw new Error(`${name}/package.json names no package with a program '${wanted}'`);
}

async function readManifest(location: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(location, 'package.json'), 'utf8')); // npm has read it before
}
