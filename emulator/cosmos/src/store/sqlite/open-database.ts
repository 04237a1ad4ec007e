import { closeSync, existsSync, openSync, readSync, writeFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { type Clock, type Log, makeFolderSync, silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { StoreError } from '../errors.ts';
import { COMMITS } from '../store.ts';
import { CommitJournal, type CounterValues, type JournalState, readJournal } from './commit-journal.ts';
import { type Examination, examineStore, metaValue, readPragma, schemaChecksum, tableCount } from './examine-store.ts';
import { Checksums, FileGuard } from './integrity.ts';
import { APPLICATION_ID, MIGRATION_TO_2, SCHEMA, SCHEMA_VERSION } from './schema.ts';
import { asStoreError, damagedStore, isSqliteError } from './sqlite-error.ts';
import { type StorePaths, sizeOf, storePaths } from './store-files.ts';

/** Page cache, in KiB (a negative PRAGMA value counts KiB). */
const CACHE_KIB = 16 * 1024;
/** Pages in the write-ahead log before a checkpoint: fewer but longer pauses than with SQLite's default of 1,000. */
const CHECKPOINT_PAGES = 4_000;

/** An open store: the database, and what watches over its files. */
export interface OpenDatabase {
  readonly database: DatabaseSync;
  readonly paths: StorePaths;
  readonly journal: CommitJournal;
  readonly guard: FileGuard;
  readonly checksums: Checksums;
  readonly log: Log;
}

export interface OpenOptions {
  /** Default: the system's. */
  readonly clock?: Pick<Clock, 'monotonic'>;
  /** Default: none. */
  readonly log?: Log;
}

/**
 * Opens the store in `dataDir`, creates both when they are absent, and locks the store until it is closed.
 *
 * The lock is SQLite's own on the file (locking_mode=EXCLUSIVE): the system drops it with the process, however that
 * ends, so there is no stale lock. `cosmos.pid` only names the process in the error message when the lock is taken.
 *
 * A store that was closed properly is compared with what it was then. Another one is examined as a whole, on a
 * connection for reading, before anything is written. docs/decisions/damaged-stores.md says what is detected and how.
 *
 * @throws StoreError DataDirectoryInUse, StoreForeign, StoreTooNew or StoreDamaged; the files are unchanged then.
 */
export function openDatabase(
  dataDir: string,
  { clock = systemClock, log = silentLog }: OpenOptions = {},
): OpenDatabase {
  makeFolderSync(dataDir);
  const paths = storePaths(dataDir);
  const { journal, hasWrongIndexes } = assertSound(paths, { clock, log });
  const sqlite = process.getBuiltinModule('node:sqlite'); // a static import would fail where it does not exist
  const database = new sqlite.DatabaseSync(paths.database);
  try {
    prepare(database, log);
    if (hasWrongIndexes) database.exec('DROP TABLE path_entries; DROP TABLE path_indexes');
    writeFileSync(paths.owner, `${process.pid}\n`);
    const storeId = metaValue(database, 'id') ?? '';
    const counters = readCounters(database);
    const commit = Math.max(counters.get(COMMITS) ?? 0, journal?.commit ?? 0);
    const guard = new FileGuard(dataDir, { clock, log });
    const opened = { database, paths, guard, checksums: new Checksums(storeId), log };
    guard.guard([paths.database, paths.log]);
    const onWritten = () => guard.guard([paths.journal]);
    const written = new CommitJournal(paths.journal, { storeId, commit, counters, onWritten });
    return { ...opened, journal: written };
  } catch (error) {
    database.close();
    throw isSqliteError(error) ? asStoreError(error, paths) : error;
  }
}

/**
 * Examines a store that no server uses, and changes nothing.
 *
 * @throws StoreError DataDirectoryInUse, StoreForeign, StoreTooNew
 */
export function verifyStore(dataDir: string): Examination {
  const paths = storePaths(dataDir);
  const journal = readJournal(paths.journal);
  const nothing = { notes: [], hasWrongIndexes: false, foundCommits: 0, checkedRows: 0 };
  try {
    if (sizeOf(paths.database) === 0) {
      assertNeverUsed(paths, journal);
      return { ...nothing, problems: [] };
    }
    rejectForeignFile(paths, journal);
    const examination = examineStore(paths, journal);
    if (!journal?.closed || isAsClosed(paths, journal)) return examination;
    return { ...examination, notes: [...examination.notes, CHANGED_SINCE] };
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'StoreDamaged') throw error;
    return { ...nothing, problems: [error.message] };
  }
}

const CHANGED_SINCE = 'The file has changed since it was closed, and all that it holds is sound';

interface Sound {
  readonly journal: JournalState | undefined;
  readonly hasWrongIndexes: boolean;
}

/** @throws StoreError when the store cannot be used as it is */
function assertSound(paths: StorePaths, { clock, log }: Required<OpenOptions>): Sound {
  const journal = readJournal(paths.journal);
  if (sizeOf(paths.database) === 0) {
    assertNeverUsed(paths, journal);
    return { journal: undefined, hasWrongIndexes: false };
  }
  rejectForeignFile(paths, journal);
  if (existsSync(paths.rollback)) return { journal, hasWrongIndexes: false }; // its creation was interrupted, and SQLite undoes it
  if (journal?.closed && isAsClosed(paths, journal)) return { journal, hasWrongIndexes: false };
  const startedAt = clock.monotonic();
  const { problems, notes, hasWrongIndexes, checkedRows } = examineStore(paths, journal);
  if (problems.length > 0) throw damagedStore(paths.database, problems);
  for (const note of notes) log.warn({ dataDir: paths.dataDir }, note);
  if (journal?.closed) log.warn({ file: paths.database }, CHANGED_SINCE);
  const milliseconds = Math.round(clock.monotonic() - startedAt);
  log.info(
    { dataDir: paths.dataDir, rows: checkedRows, milliseconds },
    'The store was not closed properly; it was examined and is sound',
  );
  return { journal, hasWrongIndexes };
}

/** @throws StoreError StoreDamaged when there was something in the database that is not there */
function assertNeverUsed(paths: StorePaths, journal: JournalState | undefined): void {
  const form = existsSync(paths.database) ? 'empty' : 'missing';
  if (journal && journal.commit > 0)
    throw damagedStore(paths.database, [
      `The file is ${form}, and cosmos.commits says that it has ${journal.commit} commits`,
    ]);
  if (sizeOf(paths.log) > 0)
    throw damagedStore(paths.database, [
      `The file is ${form}, and cosmos.db-wal has ${sizeOf(paths.log)} bytes that belong to it`,
    ]);
}

/** Whether the main file is the one that was closed, and no log was put beside it. */
function isAsClosed(paths: StorePaths, { closed, damagedLines }: JournalState): boolean {
  if (!closed || damagedLines.length > 0 || sizeOf(paths.log) > 0 || sizeOf(paths.database) !== closed.bytes)
    return false;
  const file = openSync(paths.database, 'r');
  try {
    return fileChecksum(file) === closed.checksum;
  } finally {
    closeSync(file);
  }
}

const READ_BYTES = 1024 * 1024;

/** CRC-32 of a whole file. Measured: 0.2 seconds for 110 MB. */
export function fileChecksum(file: number): number {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let checksum = 0;
  for (let position = 0; ; ) {
    const length = readSync(file, buffer, 0, READ_BYTES, position);
    if (length === 0) return checksum;
    checksum = crc32(buffer.subarray(0, length), checksum);
    position += length;
  }
}

function prepare(database: DatabaseSync, log: Log): void {
  database.exec(
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0; PRAGMA auto_vacuum = INCREMENTAL; BEGIN EXCLUSIVE',
  );
  if (tableCount(database) === 0) create(database);
  database.exec('COMMIT');
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -${CACHE_KIB};
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
  `);
  if (readPragma(database, 'user_version') === 1) migrate(database, log);
  // In the main file before anything else is written: without log and journal it must not look as if it were closed.
  database.exec("DELETE FROM meta WHERE name = 'closed'; PRAGMA wal_checkpoint(TRUNCATE)");
}

function create(database: DatabaseSync): void {
  database.exec(`${SCHEMA}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  writeMeta(database);
}

/** Adds checksums to what version 1 has written, and writes the file anew once, so that it can shrink. */
function migrate(database: DatabaseSync, log: Log): void {
  log.info({}, 'The store is of an earlier version and is converted');
  database.exec(`BEGIN EXCLUSIVE; ${MIGRATION_TO_2}`);
  const checksums = new Checksums(writeMeta(database));
  database.function('item_checksum', (number, lsn, expiresAt, body) =>
    checksums.ofItem({
      number: Number(number),
      lsn: Number(lsn),
      expiresAt: expiresAt === null ? null : Number(expiresAt),
      body: String(body),
    }),
  );
  database.function('change_checksum', (partitionKey, lsn, body) =>
    checksums.ofChange({ partitionKey: String(partitionKey), lsn: Number(lsn), body: String(body) }),
  );
  database.function('resource_checksum', { varargs: true }, (ts, ...texts) => {
    const [kind = '', parentRid = '', id = '', rid = '', etag = '', body = ''] = texts.map(String);
    return checksums.ofResource({ kind, parentRid, id, rid, etag, ts: Number(ts), body });
  });
  database.exec(`
    UPDATE items SET checksum = item_checksum(number, lsn, expires_at, body);
    UPDATE change_log SET checksum = change_checksum(partition_key, lsn, body);
    UPDATE resources SET checksum = resource_checksum(ts, kind, parent_rid, id, rid, etag, body);
    PRAGMA user_version = ${SCHEMA_VERSION};
    COMMIT;
    VACUUM;
  `);
}

/** Returns the new store's id. */
function writeMeta(database: DatabaseSync): string {
  const id = systemRandomness.uuid();
  const insert = database.prepare('INSERT INTO meta (name, value) VALUES (?, ?)');
  insert.run('id', id);
  insert.run('schema', schemaChecksum(database));
  return id;
}

function readCounters(database: DatabaseSync): CounterValues {
  const rows = database.prepare('SELECT name, value FROM counters').all();
  return new Map(rows.map(({ name, value }) => [String(name), Number(value)]));
}

const SQLITE_MAGIC = 'SQLite format 3\0';

function rejectForeignFile({ database }: StorePaths, journal: JournalState | undefined): void {
  const head = Buffer.alloc(SQLITE_MAGIC.length);
  const file = openSync(database, 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  if (head.toString('latin1') === SQLITE_MAGIC) return;
  if (journal) throw damagedStore(database, ['It does not begin as a SQLite database does']);
  throw new StoreError(
    'StoreForeign',
    `${database} is not a SQLite database. Move it away, or choose another directory`,
  );
}
