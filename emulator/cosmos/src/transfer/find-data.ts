import { statSync } from 'node:fs';
import { join } from 'node:path';
import { TransferError } from './errors.ts';

/** Where `lazurite start` keeps the data, inside its own data directory. */
const STACK_FOLDER = 'cosmos';

/**
 * The folders with a `cosmos.db` that `dataDir` may mean: itself, as for `lazurite-cosmos serve`, then its `cosmos`
 * folder, as for `lazurite start`. Creates nothing.
 *
 * @throws TransferError DataMissing when there is none
 */
export function findData(dataDir: string): readonly string[] {
  const found = candidates(dataDir).filter(holdsData);
  if (found.length > 0) return found;
  const places = candidates(dataDir).map((folder) => join(folder, 'cosmos.db'));
  throw new TransferError('DataMissing', `There is no data in ${dataDir}: neither ${places.join(' nor ')} exists`);
}

/**
 * The folders as of `findData` with any file of a store, also when the main one is missing.
 *
 * @throws TransferError DataMissing when there is none
 */
export function findStores(dataDir: string): readonly string[] {
  const found = candidates(dataDir).filter((folder) =>
    STORE_FILES.some((name) => statSync(join(folder, name), { throwIfNoEntry: false }) !== undefined),
  );
  if (found.length > 0) return found;
  throw new TransferError('DataMissing', `There is no data in ${candidates(dataDir).join(' nor in ')}`);
}

const STORE_FILES = ['cosmos.db', 'cosmos.db-wal', 'cosmos.commits'];

/** The folder that a database is added to: the first with data, else `dataDir` itself. */
export function chooseDataFolder(dataDir: string): string {
  return candidates(dataDir).find(holdsData) ?? dataDir;
}

function candidates(dataDir: string): readonly string[] {
  return [dataDir, join(dataDir, STACK_FOLDER)];
}

/** An empty file is no database yet; to open it would make it one. */
function holdsData(folder: string): boolean {
  return (statSync(join(folder, 'cosmos.db'), { throwIfNoEntry: false })?.size ?? 0) > 0;
}
