import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../..');
const oldNode = findOldNode();

/** The Node.js that OLD_NODE names, or the machine's own, where it is older than what Lazurite needs. */
function findOldNode(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const candidates = [process.env.OLD_NODE, ...folders.map((folder) => join(folder, name))];
  return candidates.find((file) => file !== undefined && existsSync(file) && isOld(file));
}

function isOld(file: string): boolean {
  const [major = 0, minor = 0] = versionOf(file).split('.').map(Number);
  return major < 22 || (major === 22 && minor < 13);
}

function versionOf(file: string): string {
  return execFileSync(file, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
}

async function runOld(args: readonly string[]) {
  const running = promisify(execFile)(oldNode ?? '', [...args], { cwd: root });
  return running.then(
    ({ stderr }) => ({ code: 0, stderr }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
  );
}

function expected(): string {
  return `Lazurite needs Node.js 22.13 or later; this is ${versionOf(oldNode ?? '')}`;
}

// Where no such Node.js is at hand there is nothing to run: CI names one.
const describeOld = oldNode === undefined ? describe.skip : describe;

describeOld('on a Node.js that is too old', () => {
  it.each([
    ['lazurite', 'emulator/cli/bin/lazurite.js'],
    ['func', 'emulator/cli/bin/func.js'],
    ['lazurite-cosmos', 'emulator/cosmos/bin/lazurite-cosmos.js'],
  ])('%s says in one line what it needs, and exits with 1', async (_, script) => {
    const result = await runOld([script, 'start']);

    expect(result).toEqual({ code: 1, stderr: `${expected()}\n` });
  });

  it.each(['@lazurite/cosmos', '@lazurite/functions', 'lazurite'])(
    'import of %s throws what it needs',
    async (name) => {
      const program = `await import('${name}').catch((error) => { process.stderr.write(String(error)); process.exit(1); })`;

      const result = await runOld(['--input-type=module', '--eval', program]);

      expect(result).toEqual({ code: 1, stderr: `Error: ${expected()}` });
    },
  );
});
