import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeFolder, type Randomness } from '@lazurite/runtime';
import { PackageError } from './package-error.ts';
import { PACKAGE_LIMITS, type PackageLimits } from './package-limits.ts';

export interface OpenPackageOptions {
  /** Packages are unpacked below it. */
  readonly folder: string;
  readonly randomness: Randomness;
  readonly limits?: PackageLimits;
}

export interface OpenedPackage {
  /** Where it was unpacked: a folder named by its hash. */
  readonly scriptRoot: string;
  /** Of the zip itself, in hexadecimal digits. */
  readonly sha256: string;
}

/**
 * Unpacks the zip of a function app, once: another start finds it by its hash. A package that is not sound leaves
 * nothing behind.
 *
 * @throws PackageError
 */
export async function openPackage(file: string, options: OpenPackageOptions): Promise<OpenedPackage> {
  const { folder, randomness, limits = PACKAGE_LIMITS } = options;
  const sha256 = await hashPackage(file, limits);
  const target = join(folder, sha256);
  if (!(await exists(target))) {
    const partial = `${target}.${randomness.uuid()}`;
    try {
      await makeFolder(partial);
      const { unpackZip } = await import('./unpack-zip.ts'); // with a library that a second start does not need
      await unpackZip(file, partial, limits);
      await requireHostJson(file, partial);
      await rename(partial, target);
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      if (error instanceof PackageError || !(await exists(target))) throw error; // else another start was faster
    }
  }
  return { scriptRoot: await realpath(target), sha256 };
}

/** Removes what other packages left below `folder`; for who knows that nobody else runs them. */
export async function removeOtherPackages(folder: string, sha256: string): Promise<void> {
  const others = (await readdir(folder)).filter((name) => name !== sha256);
  await Promise.all(others.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

async function hashPackage(file: string, limits: PackageLimits): Promise<string> {
  const stats = await stat(file).catch((cause: unknown) => {
    throw new PackageError('PackageNotFound', `There is no package ${file}`, { cause });
  });
  if (!stats.isFile()) throw new PackageError('PackageUnreadable', `${file} is not a file`);
  if (stats.size > limits.zipBytes)
    throw new PackageError('PackageTooLarge', `${file} has more than ${limits.zipBytes} bytes`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function requireHostJson(file: string, folder: string): Promise<void> {
  if (await exists(join(folder, 'host.json'))) return;
  const message = `${file} is no function app: it has no host.json at its top`;
  for (const name of await readdir(folder)) {
    if (await exists(join(folder, name, 'host.json')))
      throw new PackageError(
        'NoFunctionApp',
        `${message}, but in '${name}'. Zip what is in that folder, not the folder`,
      );
  }
  throw new PackageError('NoFunctionApp', message);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
