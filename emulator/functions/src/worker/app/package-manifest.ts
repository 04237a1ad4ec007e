import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppLoadError, errnoOf, messageOf } from '../../errors.ts';

/** What the host needs of the app's package.json. */
export interface PackageManifest {
  /** File or glob pattern of the entry points. */
  readonly main?: string;
  /** Whether `.js` and `.ts` files are ES modules. */
  readonly isModule: boolean;
}

/** Null when the app has no package.json. @throws AppLoadError when it is not valid */
export async function readPackageManifest(appRoot: string): Promise<PackageManifest | null> {
  const path = join(appRoot, 'package.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw new AppLoadError(`${path} could not be read: ${messageOf(error)}`, { cause: error });
  }
  return parseManifest(path, text);
}

function parseManifest(path: string, text: string): PackageManifest {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    // Without the cause, whose stack would be shown: it leads into this file.
    throw new AppLoadError(`${path} is not valid JSON: ${messageOf(error)}`);
  }
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest)) {
    throw new AppLoadError(`${path} must hold a JSON object`);
  }
  const main: unknown = 'main' in manifest ? manifest.main : undefined;
  if (main !== undefined && typeof main !== 'string') {
    throw new AppLoadError(`"main" in ${path} must be a string, the file or glob pattern of the app's entry points`);
  }
  return {
    ...(main && { main }),
    isModule: 'type' in manifest && manifest.type === 'module',
  };
}
