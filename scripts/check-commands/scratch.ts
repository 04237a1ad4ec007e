// A fresh clone of the repository as it stands, changes that are not committed included, in the system's folder for temporary
// files. What npm installs is taken over by hard links where it is what the lock file names, and installed where it is not.
import { execFile } from 'node:child_process';
import { copyFile, cp, link, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { killAll } from './shell.ts';

const execFileAsync = promisify(execFile);

export interface Scratch {
  readonly root: string;
  readonly clone: string;
  /** A function app of another author: one function, `hello`, in JavaScript. */
  readonly app: string;
  /** An empty folder for the data of the Cosmos server. */
  readonly data: string;
  remove(): Promise<void>;
}

export async function makeScratch(repository: string): Promise<Scratch> {
  const root = await mkdtemp(join(tmpdir(), 'check-commands-'));
  const scratch = { root, clone: join(root, 'clone'), app: join(root, 'app'), data: join(root, 'data') };
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true, maxRetries: 5 });
  removeWhenTerminated(remove);
  try {
    await fill(scratch, repository);
  } catch (error) {
    await remove();
    throw error;
  }
  return { ...scratch, remove };
}

function removeWhenTerminated(remove: () => Promise<void>): void {
  const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      killAll();
      void remove().finally(() => process.exit(exitCodes[signal]));
    });
  }
}

async function fill({ clone, app, data }: Omit<Scratch, 'remove'>, repository: string): Promise<void> {
  await execFileAsync('git', ['clone', '--quiet', repository, clone]);
  await takeOverChanges(repository, clone);
  await installPackages(repository, clone);
  await cp(join(import.meta.dirname, 'app'), app, { recursive: true });
  await mkdir(data);
  for (const folder of [app, data])
    await symlink(join(clone, 'node_modules'), join(folder, 'node_modules'), 'junction');
}

async function takeOverChanges(repository: string, clone: string): Promise<void> {
  const changed = await gitList(repository, ['diff', '--name-only', '-z', '--no-renames', '--relative', 'HEAD']);
  const added = await gitList(repository, ['ls-files', '-z', '--others', '--exclude-standard']);
  for (const file of [...changed, ...added]) {
    await rm(join(clone, file), { force: true });
    if ((await kindOf(join(repository, file))) === 'missing') continue;
    await mkdir(dirname(join(clone, file)), { recursive: true });
    await cp(join(repository, file), join(clone, file), { verbatimSymlinks: true });
  }
  // Committed there, so that a command that changes the documents shows as a change.
  await execFileAsync('git', ['add', '--all'], { cwd: clone });
  const author = ['-c', 'user.name=check', '-c', 'user.email=check@localhost', '-c', 'commit.gpgsign=false'];
  await execFileAsync('git', [...author, 'commit', '--quiet', '--no-verify', '--allow-empty', '-m', 'Changes'], {
    cwd: clone,
  });
}

async function gitList(repository: string, args: readonly string[]): Promise<string[]> {
  const { stdout } = await execFileAsync('git', args, { cwd: repository, maxBuffer: 64 * 1024 * 1024 });
  return stdout.split('\0').filter((name) => name !== '');
}

async function installPackages(repository: string, clone: string): Promise<void> {
  if (!(await isInstalledAsLocked(repository))) {
    await execFileAsync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: clone });
    return;
  }
  const workspaces = (await readdir(join(repository, 'emulator'))).map((name) => join('emulator', name));
  for (const folder of ['.', ...workspaces, 'scripts/tools']) {
    const modules = join(repository, folder, 'node_modules');
    if ((await kindOf(modules)) === 'folder') await linkTree(modules, join(clone, folder, 'node_modules'));
  }
}

/** By what each package says of itself: npm's own list of what it installed can be behind. */
async function isInstalledAsLocked(repository: string): Promise<boolean> {
  const { packages } = JSON.parse(await readFile(join(repository, 'package-lock.json'), 'utf8')) as LockFile; // npm writes it so
  const needed = Object.entries(packages).filter(([path, { optional, link: isLink }]) => {
    return path.includes('node_modules/') && optional !== true && isLink !== true;
  });
  const versions = await Promise.all(needed.map(([path]) => versionOf(join(repository, path))));
  return needed.every(([, { version }], at) => versions[at] === version);
}

interface LockFile {
  readonly packages: Readonly<Record<string, { version?: string; optional?: boolean; link?: boolean }>>;
}

async function versionOf(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
  return (JSON.parse(text) as { version?: string }).version; // npm installs none without
}

/** Files that packages bring are linked. Those that npm and compilers write anew in their place are copied or left out. */
async function linkTree(from: string, to: string, depth = 0): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (depth === 0 && entry.name === '.cache') continue;
    if (entry.isDirectory()) await linkTree(source, target, depth + 1);
    else if (entry.isSymbolicLink()) await cp(source, target, { verbatimSymlinks: true });
    else if (depth === 0) await copyFile(source, target);
    else await link(source, target).catch(() => copyFile(source, target)); // another file system has no links to this one
  }
}

async function kindOf(path: string): Promise<'missing' | 'folder' | 'file'> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return 'missing';
  return stats.isDirectory() ? 'folder' : 'file';
}

/** What a person who has just cloned has: neither npm's settings of a running script nor the PATH that it makes. */
export function strangersEnvironment(scratch: Scratch): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_|NODE_OPTIONS$|NODE_ENV$|INIT_CWD$)/i.test(name),
  );
  const path = (process.env.PATH ?? '')
    .split(':')
    .filter((folder) => !/(?:node_modules\/\.bin|node-gyp-bin)$/.test(folder));
  const bin = join(scratch.clone, 'node_modules', '.bin');
  return { ...Object.fromEntries(kept), PATH: [bin, ...path].join(':'), NO_COLOR: '1' };
}
