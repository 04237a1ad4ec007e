import { readFileSync } from 'node:fs';
import { StoreError } from '../errors.ts';
import type { StorePaths } from './store-files.ts';

/** The error that node:sqlite throws when SQLite fails. */
export interface SqliteError {
  /** SQLite's extended result code, https://www.sqlite.org/rescode.html */
  readonly errcode: number;
  readonly message: string;
}

/** By its members, not its class: a test runner's or embedder's realm has another Error. */
export function isSqliteError(error: unknown): error is SqliteError {
  return typeof error === 'object' && error !== null && 'errcode' in error && 'message' in error;
}

/** SQLite's primary result codes, https://www.sqlite.org/rescode.html */
const SQLITE_ERROR = 1;
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_CONSTRAINT = 19;
const SQLITE_NOTADB = 26;

/** What SQLite says of a file whose content cannot be right, its schema included. */
const DAMAGED: readonly number[] = [SQLITE_ERROR, SQLITE_CORRUPT, SQLITE_CONSTRAINT, SQLITE_NOTADB];

/** Explains why the files of a store cannot be read or written. */
export function asStoreError(error: SqliteError, { database, dataDir, owner }: StorePaths): StoreError {
  const code = error.errcode & 0xff; // the primary code
  if (code === SQLITE_BUSY) return inUse(dataDir, { owner, cause: error });
  if (DAMAGED.includes(code)) return damagedStore(database, [error.message], error);
  return new StoreError('StoreUnavailable', `${database} cannot be used: ${error.message}`, { cause: error });
}

/** @param problems one sentence each */
export function damagedStore(path: string, problems: readonly string[], cause?: unknown): StoreError {
  return new StoreError(
    'StoreDamaged',
    `${path} is damaged and was left as it is: ${problems.join('. ')}. Restore a copy of the whole directory, ` +
      'run `npx @lazurite/cosmos repair` to keep what can be read, or move the directory away to start empty',
    { cause },
  );
}

function inUse(dataDir: string, { owner, cause }: { owner: string; cause: unknown }): StoreError {
  return new StoreError(
    'DataDirectoryInUse',
    `The data directory ${dataDir} is in use by ${readOwner(owner)}. Stop it, or choose another directory`,
    { cause },
  );
}

function readOwner(path: string): string {
  try {
    return `process ${readFileSync(path, 'utf8').trim()}`;
  } catch {
    return 'another process'; // it is between taking the lock and writing its pid
  }
}
