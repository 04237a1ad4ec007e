import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { ZipFile } from 'yazl';
import { repositoryRoot } from './child.ts';

/**
 * Packs the app as it would be deployed without bundling: a file for each module, as `tsc` writes it, and its packages
 * with all that npm installs for them.
 */
export async function packUnbundled(file: string): Promise<void> {
  const built = await mkdtemp(join(repositoryRoot, 'bench/apps/run-'));
  const zip = new ZipFile();
  try {
    await compile(built);
    await addFolder(zip, built, '');
    for (const name of ['host.json', 'lro-scenarios.json']) zip.addFile(join(repositoryRoot, name), name);
    const { dependencies } = await readManifest(repositoryRoot);
    zip.addBuffer(Buffer.from(JSON.stringify({ type: 'module', main: '{*,functions/*/*}/index.js' })), 'package.json');
    for (const folder of await findPackages(repositoryRoot, Object.keys(dependencies ?? {})))
      await addFolder(zip, folder, `${folder.slice(repositoryRoot.length + 1).replaceAll('\\', '/')}/`);
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(file));
  } finally {
    await rm(built, { recursive: true });
  }
}

async function compile(folder: string): Promise<void> {
  const require = createRequire(import.meta.url);
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  const options = ['--noEmit', 'false', '--outDir', folder, '--sourceMap', 'false', '--incremental', 'false'];
  await promisify(execFile)(process.execPath, [compiler, '-p', join(repositoryRoot, 'tsconfig.json'), ...options]);
}

async function addFolder(zip: ZipFile, folder: string, prefix: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const relative = path.slice(folder.length + 1).replaceAll('\\', '/');
    if (entry.isFile() && !relative.startsWith('node_modules/')) zip.addFile(path, prefix + relative);
  }
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
}

/** The folders of packages and of all that they depend on, each where Node.js finds it. */
async function findPackages(from: string, names: readonly string[], found = new Set<string>()): Promise<Set<string>> {
  for (const name of names) {
    const folder = await findPackage(from, name);
    if (folder === undefined || found.has(folder)) continue;
    found.add(folder);
    await findPackages(folder, Object.keys((await readManifest(folder)).dependencies ?? {}), found);
  }
  return found;
}

/** Undefined for one that is not installed: optional, and for another platform. */
async function findPackage(from: string, name: string): Promise<string | undefined> {
  for (const folder of createRequire(join(from, 'package.json')).resolve.paths(name) ?? []) {
    const candidate = join(folder, name);
    if (await readManifest(candidate).catch(() => null)) return candidate;
  }
  return undefined;
}
