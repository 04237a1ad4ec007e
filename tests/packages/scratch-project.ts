import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

export const root = join(import.meta.dirname, '../..');

/** What came of a command. */
export interface Outcome {
  readonly code: number;
  /** stdout and stderr. */
  readonly output: string;
}

/** Runs a command to its end; it may fail. */
export async function run(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Outcome> {
  const limits = { maxBuffer: 64 * 1024 * 1024, timeout: 10 * 60_000 };
  return promisify(execFile)(file, [...args], { ...options, ...limits, shell: process.platform === 'win32' }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }: { code?: number; stdout?: string; stderr?: string }) => ({
      code: typeof code === 'number' ? code : 1,
      output: `${stdout ?? ''}${stderr ?? ''}`,
    }),
  );
}

/** Packs what the last build made. Resolves with the tarballs. */
export async function packAll(folder: string): Promise<readonly string[]> {
  const { code, output } = await run(process.execPath, [join(root, 'scripts/pack.ts'), '--out', folder], { cwd: root });
  if (code !== 0) throw new Error(`npm run pack:all failed: ${output}`);
  return (await readdir(folder)).filter((name) => name.endsWith('.tgz')).map((name) => join(folder, name));
}

/** Makes a project of `folder` and installs `packages` there. */
export async function install(folder: string, packages: readonly string[]): Promise<void> {
  await writeFiles(folder, { 'package.json': '{ "name": "scratch", "private": true }' });
  const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', '--save'];
  const { code, output } = await run('npm', ['install', ...flags, ...packages], { cwd: folder, env: npmEnvironment() });
  if (code !== 0) throw new Error(`npm install failed: ${output}`);
}

/** What a person has who runs npm in a folder: not the settings of the script that runs now. */
function npmEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_|NODE_OPTIONS$|NODE_ENV$|INIT_CWD$)/i.test(name),
  );
  return Object.fromEntries(kept);
}

/** Writes files by their paths below `folder`. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

/** The function app that the tests of packages run: one function, `hello`. */
export async function copyApp(folder: string): Promise<void> {
  await cp(join(root, 'tests/packages/app'), folder, { recursive: true });
}
