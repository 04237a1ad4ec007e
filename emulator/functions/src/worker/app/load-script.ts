import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppLoadError, errnoOf, messageOf } from '../../errors.ts';
import { inTestRealm } from './test-realm.ts';

/** Loads one script of the app as Node does: by its extension, and for `.js` and `.ts` by the app's `type`. */
export async function loadScript(file: string, isModule: boolean): Promise<unknown> {
  assertTypesCanBeStripped(file);
  if (isEsm(file, isModule) && !inTestRealm()) return import(pathToFileURL(file).href);
  return createRequire(file)(file);
}

function isEsm(file: string, isModule: boolean): boolean {
  const extension = extname(file);
  if (extension === '.mjs' || extension === '.mts') return true;
  if (extension === '.cjs' || extension === '.cts') return false;
  return isModule;
}

function assertTypesCanBeStripped(file: string): void {
  if (!/\.[cm]?ts$/.test(file) || process.features.typescript) return;
  throw new AppLoadError(
    `Node.js ${process.version} cannot run TypeScript files as they are (${file}). Use Node.js 22.18 or later, or build the app to JavaScript`,
  );
}

/** Wraps what loading `file` threw: names the file and, for known causes, the correction. */
export function scriptError(file: string, error: unknown): AppLoadError {
  const hint = hintFor(error);
  return new AppLoadError(`Worker was unable to load entry point "${file}": ${messageOf(error)}${hint}`, {
    cause: error,
  });
}

function hintFor(error: unknown): string {
  const code = errnoOf(error);
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') {
    return '\nInstall the missing package ("npm install"), or correct the path that is imported';
  }
  if (error instanceof SyntaxError && /import|export/.test(error.message)) {
    return '\nThe file uses ES module syntax: set "type": "module" in package.json, or name it .mjs';
  }
  if (error instanceof ReferenceError && /require|module|exports|__dirname/.test(error.message)) {
    return '\nThe file uses CommonJS in an ES module: remove "type": "module" from package.json, or name it .cjs';
  }
  return '';
}
