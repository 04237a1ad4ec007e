// Fails when a package-lock.json was made on one platform for that platform alone: npm, given a node_modules, may leave out
// what that lacks (https://github.com/npm/cli/issues/4828), and `npm ci` on another platform then misses its binaries.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

type LockedPackages = Readonly<Record<string, LockedPackage>>;

const root = resolve(import.meta.dirname, '..');
/** The repository's own, and those of the folders that are installed on demand (docs/decisions/small-install.md). */
const LOCK_FILES = ['', 'scripts/tools/', 'bench/', 'tests/clients/javascript/'].map(
  (folder) => `${folder}package-lock.json`,
);

for (const file of LOCK_FILES) {
  const { packages }: { packages: LockedPackages } = JSON.parse(readFileSync(join(root, file), 'utf8'));
  const missing = missingPackages(packages);
  if (missing.length === 0) {
    process.stdout.write(`${file} names the packages of every platform: ${Object.keys(packages).length} in all\n`);
  } else {
    process.stderr.write(
      `${file} lacks packages of other platforms:\n  ${missing.join('\n  ')}\nHow to complete it: docs/recipes/add-a-dependency.md\n`,
    );
    process.exitCode = 1;
  }
}

function missingPackages(packages: LockedPackages): readonly string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !placesFor(name, path).some((place) => place in packages))
      .map((name) => `${name}, which ${path} names`),
  );
}

/** Where Node.js looks for a package that `from` imports, the nearest place first. */
function placesFor(name: string, from: string): readonly string[] {
  const folders = from.split('/');
  const ancestors = folders.map((_, index) => folders.slice(0, folders.length - index).join('/'));
  return [...ancestors, ''].map((folder) =>
    folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`,
  );
}
