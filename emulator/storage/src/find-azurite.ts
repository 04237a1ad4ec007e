import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StorageError } from './errors.ts';

/**
 * The script that starts Azurite: the function app's own installation when it has one, else the one beside us.
 *
 * @param folders where to look, in this order, each with the node_modules folders above it
 * @throws StorageError AzuriteMissing
 */
export async function findAzurite(folders: readonly string[]): Promise<string> {
  for (const folder of folders) {
    const manifest = resolveManifest(folder);
    if (manifest !== undefined) return join(dirname(manifest), await readBin(manifest));
  }
  throw new StorageError(
    'AzuriteMissing',
    "A function uses Azure Storage, but Azurite is not installed. Run 'npm install --save-dev azurite', or set AzureWebJobsStorage to the connection string of a storage account",
  );
}

/** Whether a function app, or we, have Azurite at hand. */
export function isAzuriteInstalled(appRoot: string): boolean {
  return [appRoot, import.meta.dirname].some((folder) => resolveManifest(folder) !== undefined);
}

function resolveManifest(folder: string): string | undefined {
  try {
    return createRequire(join(folder, 'package.json')).resolve('azurite/package.json');
  } catch {
    return undefined;
  }
}

async function readBin(manifest: string): Promise<string> {
  const { bin }: { bin?: { azurite?: unknown } } = JSON.parse(await readFile(manifest, 'utf8'));
  if (typeof bin?.azurite === 'string') return bin.azurite;
  throw new StorageError('AzuriteMissing', `${manifest} names no 'azurite' command; reinstall azurite`);
}
