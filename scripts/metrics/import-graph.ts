import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** Paths are relative to the repository's root, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  /** The product files that it imports, statically or on demand; imports of types alone do not count. */
  readonly imports: readonly string[];
  /** Whether only tests, generators and benchmarks use it: no part of the product's structure. */
  readonly isProduct: boolean;
}

const IMPORT =
  /^[ \t]*(?:import|export)\b(?!\s+type\b)[^;'"()]*?\bfrom\s*['"](?<from>[^'"]+)['"]|^[ \t]*import\s*['"](?<bare>[^'"]+)['"]|\bimport\(\s*['"](?<dynamic>[^'"]+)['"]/gm;
const NOT_PRODUCT = /\.test\.ts$|\/(?:testing|fixtures|scripts)\/|^(?:tests|bench|scripts|examples|docs)\/|\.d\.ts$/;

/** The TypeScript files as git knows them, new ones included, and what each imports. */
export function readImportGraph(root: string): ReadonlyMap<string, SourceFile> {
  const paths = listFiles(root).filter((path) => path.endsWith('.ts'));
  const known = new Set(paths);
  const entries = packageEntries(root);
  return new Map(
    paths.map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      const imports = importsOf(text).flatMap((specifier) => {
        const target = specifier.startsWith('.')
          ? toPath(relative(root, resolve(root, dirname(path), specifier)))
          : entries.get(specifier);
        return target !== undefined && known.has(target) && target !== path ? [target] : [];
      });
      return [
        path,
        {
          path,
          lines: text.split('\n').length - 1,
          imports: [...new Set(imports)],
          isProduct: !NOT_PRODUCT.test(path),
        },
      ];
    }),
  );
}

/** All files that git tracks, or would track, and that are there. */
export function listFiles(root: string): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return listed.split('\n').filter((path) => path !== '' && existsSync(join(root, path)));
}

function importsOf(text: string): readonly string[] {
  return [...text.matchAll(IMPORT)].flatMap(({ groups }) => groups?.from ?? groups?.bare ?? groups?.dynamic ?? []);
}

/** `@lazurite/http` and its like: the source that the condition `lazurite-source` names. */
function packageEntries(root: string): ReadonlyMap<string, string> {
  const manifests = listFiles(root).filter((path) => /^emulator\/[^/]+\/package\.json$/.test(path));
  return new Map(
    manifests.flatMap((path) => {
      const manifest: { name: string; exports?: Record<string, unknown> } = JSON.parse(
        readFileSync(join(root, path), 'utf8'),
      );
      return Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
        const source = sourceOf(target);
        return source === undefined ? [] : [[manifest.name + subpath.slice(1), toPath(join(dirname(path), source))]];
      });
    }),
  );
}

function sourceOf(target: unknown): string | undefined {
  if (typeof target !== 'object' || target === null || !('lazurite-source' in target)) return undefined;
  const source = target['lazurite-source'];
  return typeof source === 'string' ? source : undefined;
}

function toPath(path: string): string {
  return path.replaceAll('\\', '/');
}
