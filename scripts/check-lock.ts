// Fails when package-lock.json was made on one platform for that platform alone: npm, given a node_modules, may leave out
// what that lacks (https://github.com/npm/cli/issues/4828), and `npm ci` on another platform then misses its binaries.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const file = resolve(import.meta.dirname, '../package-lock.json');
const { packages }: { packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(readFileSync(file, 'utf8'));

const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
  Object.keys(optionalDependencies)
    .filter((name) => !placesFor(name, path).some((place) => place in packages))
    .map((name) => `${name}, which ${path} names`),
);
if (missing.length === 0) {
  process.stdout.write(
    `package-lock.json names the packages of every platform: ${Object.keys(packages).length} in all\n`,
  );
} else {
  process.stderr.write(
    `package-lock.json lacks packages of other platforms:\n  ${missing.join('\n  ')}\nHow to complete it: docs/recipes/add-a-dependency.md\n`,
  );
  process.exitCode = 1;
}

/** Where Node.js looks for a package that `from` imports, the nearest place first. */
function placesFor(name: string, from: string): readonly string[] {
  const folders = from.split('/');
  const ancestors = folders.map((_, index) => folders.slice(0, folders.length - index).join('/'));
  return [...ancestors, ''].map((folder) =>
    folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`,
  );
}
