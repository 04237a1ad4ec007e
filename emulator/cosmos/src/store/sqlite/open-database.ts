import { closeSync, mkdirSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../errors.ts';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema.ts';
import { isSqliteError } from './sqlite-error.ts';

const DATABASE_FILE = 'cosmos.db';
const OWNER_FILE = 'cosmos.pid';
/** Page cache, in KiB (a negative PRAGMA value counts KiB). */
const CACHE_KIB = 16 * 1024;
/** Pages in the write-ahead log before a checkpoint: fewer but longer pauses than with SQLite's default of 1,000. */
const CHECKPOINT_PAGES = 4_000;

/**
 * Opens `cosmos.db` in `dataDir`, creates both when they are absent, and locks the database until it is closed.
 *
 * The lock is SQLite's own on the file (locking_mode=EXCLUSIVE): the system drops it with the process, however that
 * ends, so there is no stale lock. `cosmos.pid` only names the process in the error message when the lock is taken.
 *
 * @throws StoreError DataDirectoryInUse, StoreForeign, StoreTooNew or StoreDamaged; the file is unchanged then.
 */
export function openDatabase(dataDir: string): DatabaseSync {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, DATABASE_FILE);
  rejectForeignFile(path);
  const sqlite = process.getBuiltinModule('node:sqlite'); // a static import would fail where it does not exist
  const database = new sqlite.DatabaseSync(path);
  try {
    prepare(database, path);
    writeFileSync(join(dataDir, OWNER_FILE), `${process.pid}\n`);
    return database;
  } catch (error) {
    database.close();
    throw explain(error, path, dataDir);
  }
}

function prepare(database: DatabaseSync, path: string): void {
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  rejectForeignSchema(database, path);
  if (tableCount(database) === 0)
    database.exec(`${SCHEMA}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  database.exec('COMMIT');
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -${CACHE_KIB};
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA wal_checkpoint(TRUNCATE);
  `);
  rejectTruncatedFile(database, path);
}

const SQLITE_MAGIC = 'SQLite format 3\0';

function rejectForeignFile(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return;
  const head = Buffer.alloc(SQLITE_MAGIC.length);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  if (head.toString('latin1') !== SQLITE_MAGIC)
    throw new StoreError('StoreForeign', `${path} is not a SQLite database. Move it away, or choose another directory`);
}

function rejectForeignSchema(database: DatabaseSync, path: string): void {
  if (tableCount(database) === 0) return;
  if (readPragma(database, 'application_id') !== APPLICATION_ID)
    throw new StoreError('StoreForeign', `${path} is a database of another program. Choose another directory`);
  const version = readPragma(database, 'user_version');
  if (version > SCHEMA_VERSION)
    throw new StoreError(
      'StoreTooNew',
      `${path} has format version ${version}; this version of Lazurite reads up to ${SCHEMA_VERSION}. Update Lazurite`,
    );
}

function rejectTruncatedFile(database: DatabaseSync, path: string): void {
  const expected = readPragma(database, 'page_count') * readPragma(database, 'page_size');
  const actual = statSync(path).size;
  if (actual < expected) throw damaged(path, `it has ${actual} bytes of ${expected}`);
  // Reads the root page of every table and index; a whole integrity check would take seconds on a large file.
  for (const { name } of database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all())
    database.prepare(`SELECT * FROM "${String(name)}" LIMIT 1`).all();
}

function tableCount(database: DatabaseSync): number {
  return Number(database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.count);
}

function readPragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

/** SQLite's primary result codes, https://www.sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function explain(error: unknown, path: string, dataDir: string): unknown {
  if (!isSqliteError(error)) return error;
  const code = error.errcode & 0xff; // the primary code
  if (code === SQLITE_BUSY) return inUse(dataDir, error);
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) return damaged(path, error.message, error);
  return error;
}

function damaged(path: string, detail: string, cause?: unknown): StoreError {
  return new StoreError(
    'StoreDamaged',
    `${path} is damaged (${detail}) and was left as it is. Restore a copy, or move it away to start empty`,
    { cause },
  );
}

function inUse(dataDir: string, cause: unknown): StoreError {
  const owner = readOwner(dataDir);
  return new StoreError(
    'DataDirectoryInUse',
    `The data directory ${dataDir} is in use by ${owner}. Stop it, or choose another directory`,
    { cause },
  );
}

function readOwner(dataDir: string): string {
  try {
    return `process ${readFileSync(join(dataDir, OWNER_FILE), 'utf8').trim()}`;
  } catch {
    return 'another process'; // it is between taking the lock and writing its pid
  }
}
