import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { delimiter, dirname, join, sep } from 'node:path';
import spawn from 'cross-spawn';
import { CommandError } from '../errors.ts';

/** Marks what Core Tools starts: should that be us again, it ends here. */
const HANDED_OVER = 'LAZURITE_HANDED_OVER';
const INSTALL = 'npm install --global azure-functions-core-tools@4';

/**
 * Runs `func` of an installed Azure Functions Core Tools with the arguments, for what needs Azure or another language, and
 * ends with its exit code.
 *
 * @throws CommandError where none is on PATH behind Lazurite; says what to run
 */
export async function handOver(args: readonly string[], { env, ownFolder }: HandOverOptions): Promise<number> {
  const tool = env[HANDED_OVER] === undefined ? await findCoreTools(env, ownFolder) : undefined;
  if (tool === undefined) {
    throw new CommandError(
      'CoreToolsMissing',
      `\`func ${args.join(' ')}\` needs Azure Functions Core Tools, and there is no other \`func\` on PATH. Run: ${INSTALL}`,
    );
  }
  return new Promise((resolve, reject) => {
    const child = spawn(tool, [...args], { stdio: 'inherit', env: { ...env, [HANDED_OVER]: '1' } });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

export interface HandOverOptions {
  readonly env: NodeJS.ProcessEnv;
  /** The folder of this package: a `func` in it, or linked to it, is ours. */
  readonly ownFolder: string;
}

async function findCoreTools(env: NodeJS.ProcessEnv, ownFolder: string): Promise<string | undefined> {
  const own = join(await realpath(ownFolder), sep);
  const names = process.platform === 'win32' ? ['func.exe', 'func.cmd'] : ['func'];
  for (const folder of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    for (const name of names) {
      const file = join(folder, name);
      if ((await isExecutable(file)) && !(await isOurs(file, own))) return file;
    }
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** On Windows npm writes scripts instead of links; they lie beside one named `lazurite`. */
async function isOurs(file: string, own: string): Promise<boolean> {
  if ((await realpath(file)).startsWith(own)) return true;
  return process.platform === 'win32' && isExecutable(join(dirname(file), 'lazurite.cmd'));
}
