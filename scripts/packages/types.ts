// The types of a package, from the declarations that `tsc -b` wrote beside each workspace's JavaScript: those that its
// entries reach, twice, as a resolver wants those of `import` and of `require` to say themselves which of the two they are.
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { type PackageDefinition, root, TYPE_PEERS } from './definitions.ts';

const SPECIFIER = /(\bfrom\s+|\bimport\s*\(\s*)(['"])([^'"]+)\2/g;
const SIDE_EFFECT = /^import ['"][^'"]+['"];\n/gm;

/** Writes `types/` in `folder`. Resolves with the file of each entry, without its extension. */
export async function writeTypes({ entries }: PackageDefinition, folder: string): Promise<ReadonlyMap<string, string>> {
  const declarations = new Map<string, string>();
  const found = Object.entries(entries).map(([path, source]) => [path, declarationOf(resolve(root, source))] as const);
  for (const [, file] of found) await collect(file, declarations);
  for (const [file, text] of declarations) {
    for (const extension of ['js', 'cjs'] as const) {
      const target = join(folder, 'types', `${nameOf(file)}.d.${extension === 'js' ? 'ts' : 'cts'}`);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, rewrite(file, text, extension));
    }
  }
  return new Map(found.map(([path, file]) => [path, `./types/${nameOf(file)}`]));
}

/** `emulator/cosmos/src/index.ts` -> `emulator/cosmos/dist/index.d.ts`. */
function declarationOf(source: string): string {
  return source.replace(`${sep}src${sep}`, `${sep}dist${sep}`).replace(/\.ts$/, '.d.ts');
}

/** `cosmos/index`: where it lies below `types`, without an extension. */
function nameOf(declaration: string): string {
  const [, workspace = '', ...rest] = relative(root, declaration).split(sep);
  return [workspace, ...rest.slice(1)].join('/').replace(/\.d\.ts$/, '');
}

async function collect(file: string, declarations: Map<string, string>): Promise<void> {
  if (declarations.has(file)) return;
  const text = (await readFile(file, 'utf8'))
    .replace(SIDE_EFFECT, '')
    .replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n');
  declarations.set(file, text);
  for (const [, , , specifier = ''] of text.matchAll(SPECIFIER)) {
    const target = targetOf(file, specifier);
    if (target !== undefined) await collect(target, declarations);
  }
}

/** The declaration that a specifier names; undefined for those of Node.js and of peers. @throws Error for any other package */
function targetOf(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('node:') || specifier in TYPE_PEERS) return undefined;
  const workspace = /^@lazurite\/(\w+)$/.exec(specifier)?.[1];
  const target =
    workspace === undefined
      ? resolve(dirname(file), specifier.replace(/\.[jt]s$/, '.d.ts'))
      : join(root, 'emulator', workspace, 'dist/index.d.ts');
  if (!existsSync(target))
    throw new Error(`${relative(root, file)} needs the types of '${specifier}', which are not published`);
  return target;
}

function rewrite(file: string, text: string, extension: 'js' | 'cjs'): string {
  return text.replace(SPECIFIER, (whole: string, before: string, quote: string, specifier: string) => {
    const target = targetOf(file, specifier);
    if (target === undefined) return whole;
    const path = posix.relative(posix.dirname(nameOf(file)), nameOf(target));
    return `${before}${quote}${path.startsWith('.') ? path : `./${path}`}.${extension}${quote}`;
  });
}
