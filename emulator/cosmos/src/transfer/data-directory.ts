import { type Clock, type Randomness, silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import type { Account } from '../account/account.ts';
import { openAccount } from '../account/open-account.ts';
import { openDatabase } from '../store/sqlite/open-database.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { exportLines } from './export-database.ts';
import { type ImportOptions, importLines } from './import-database.ts';
import type { OnProgress } from './progress.ts';

export interface DataDirectory {
  /** Where no server runs at the moment. */
  readonly dataDir: string;
  readonly clock?: Clock;
  readonly randomness?: Randomness;
}

/**
 * Exports a database as NDJSON, chunk by chunk: only one page of it is in memory.
 *
 * @throws TransferError DatabaseMissing, StoreError when the directory is in use or damaged
 * @example
 * await pipeline(exportDatabase({ dataDir: '.lazurite' }, 'shop'), createWriteStream('shop.ndjson'));
 */
export async function* exportDatabase(
  directory: DataDirectory,
  id: string,
  onProgress?: OnProgress,
): AsyncGenerator<string> {
  const account = openIn(directory);
  try {
    yield* exportLines(account, id, onProgress);
  } finally {
    await close(account);
  }
}

/**
 * Imports an export of `exportDatabase`: all of it, or nothing.
 *
 * @returns the id of the database
 * @throws TransferError BadLine naming the number of a line that is wrong, DatabaseExists; StoreError
 * @example
 * await importDatabase({ dataDir: '.lazurite' }, createReadStream('shop.ndjson'));
 */
export async function importDatabase(
  directory: DataDirectory,
  chunks: AsyncIterable<Uint8Array | string>,
  options: ImportOptions = {},
): Promise<string> {
  const account = openIn(directory);
  try {
    return await importLines(account, chunks, options);
  } finally {
    await close(account);
  }
}

function openIn({ dataDir, clock = systemClock, randomness = systemRandomness }: DataDirectory): Account {
  return openAccount({ store: new SqliteStore(openDatabase(dataDir)), clock, randomness, log: silentLog });
}

async function close({ indexBuilder, store }: Account): Promise<void> {
  await indexBuilder.close();
  store.close();
}
