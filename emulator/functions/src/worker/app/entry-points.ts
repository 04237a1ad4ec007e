import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { AppLoadError } from '../../errors.ts';

/** Node's default for an app without `main`. */
const DEFAULT_MAIN = 'index.js';
const EXTENSIONS = ['', '.js', '.mjs', '.cjs', '.json', '/index.js'];

/**
 * The files that `main` of package.json names, a single file or a glob pattern, in alphabetical order.
 * Empty when `main` is absent and there is no index.js: then only function.json can name functions.
 *
 * @throws AppLoadError when `main` is given and matches nothing; the message says how to correct it
 */
export async function findEntryPoints(appRoot: string, main: string | undefined): Promise<readonly string[]> {
  const file = findFile(appRoot, main ?? DEFAULT_MAIN);
  if (file) return [file];
  if (main === undefined) return [];
  const found = isGlob(main) ? await expandGlob(appRoot, main) : [];
  if (found.length === 0)
    throw new AppLoadError(`Worker was unable to load entry point "${main}": ${whyNot(appRoot, main)}`);
  return found;
}

function findFile(appRoot: string, main: string): string | undefined {
  const path = isAbsolute(main) ? main : resolve(appRoot, main);
  return EXTENSIONS.map((extension) => path + extension).find((candidate) => {
    return statSync(candidate, { throwIfNoEntry: false })?.isFile();
  });
}

function isGlob(main: string): boolean {
  return /[*?{}[\]!()]/.test(main);
}

async function expandGlob(appRoot: string, pattern: string): Promise<readonly string[]> {
  const { glob } = await import('tinyglobby'); // loaded only for the apps that need it
  const patterns = pattern.replaceAll('\\', '/').replace(/^\.\//, '');
  const files = await glob(patterns, { cwd: appRoot, absolute: true, expandDirectories: false });
  return files.sort();
}

function whyNot(appRoot: string, main: string): string {
  const reason = isGlob(main)
    ? 'Found zero files matching the supplied pattern'
    : `File does not exist (looked for ${resolve(appRoot, main)})`;
  return `${reason}. ${correction(appRoot, main)}`;
}

function correction(appRoot: string, main: string): string {
  const builds = existsSync(join(appRoot, 'tsconfig.json'));
  if (builds)
    return 'The app has a tsconfig.json: build it first (for example "npm run build"), or name its .ts files as "main"';
  return `Correct "main" in ${join(appRoot, 'package.json')}, which names ${JSON.stringify(main)}`;
}
