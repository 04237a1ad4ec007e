import { existsSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { JsonValue } from '../../model/json.ts';
import { StoreError } from '../errors.ts';
import { entryKey } from '../index-key.ts';
import type { ItemIndex } from '../item-queries.ts';
import { COMMITS, type StoredItem, type StoredResource } from '../store.ts';
import type { JournalState } from './commit-journal.ts';
import { Checksums } from './integrity.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from './schema.ts';
import { asStoreError, damagedStore, isSqliteError } from './sqlite-error.ts';
import { toIndex } from './sqlite-indexes.ts';
import { type StorePaths, sizeOf } from './store-files.ts';

/** What an examination of a store has found. */
export interface Examination {
  /** Why the store must not be used as it is, one sentence each; empty: it is sound. */
  readonly problems: readonly string[];
  /** What is odd and has cost nothing. */
  readonly notes: readonly string[];
  /** The path indexes do not match the items. They can be built again. */
  readonly hasWrongIndexes: boolean;
  /** How many writes the commit journal knows; absent without a journal. */
  readonly expectedCommits?: number;
  readonly foundCommits: number;
  /** How many rows were compared with their checksums. */
  readonly checkedRows: number;
}

/** As much as can be gathered while the examination runs. */
interface Findings {
  readonly problems: string[];
  readonly notes: string[];
  hasWrongIndexes: boolean;
  foundCommits: number;
  checkedRows: number;
}

/** More problems of one kind are counted, not listed. */
const MAX_LISTED = 20;

/**
 * Reads everything in the store and changes nothing: SQLite's own integrity check, the checksum of every row, the commit journal,
 * and the path indexes. Measured: about 4 seconds for 100,000 items of 1 KB on a busy machine.
 *
 * @throws StoreError DataDirectoryInUse while a server uses it, StoreForeign, StoreTooNew
 */
export function examineStore(paths: StorePaths, journal: JournalState | undefined): Examination {
  const hadLog = existsSync(paths.log);
  const findings: Findings = { problems: [], notes: [], hasWrongIndexes: false, foundCommits: 0, checkedRows: 0 };
  const database = openForReading(paths);
  try {
    examine(database, findings, journal);
  } catch (error) {
    if (!isSqliteError(error)) throw error;
    const reason = asStoreError(error, paths);
    if (reason.code !== 'StoreDamaged') throw reason;
    findings.problems.push(`SQLite cannot read ${paths.database}: ${error.message}`);
  } finally {
    database.close();
    // A connection for reading leaves these; no server of ours uses the first one.
    rmSync(paths.logIndex, { force: true });
    if (!hadLog && sizeOf(paths.log) === 0) rmSync(paths.log, { force: true });
  }
  return { ...findings, ...(journal && { expectedCommits: journal.commit }) };
}

/** A connection that neither moves the log into the database nor deletes it, however damaged it is. */
function openForReading({ database }: StorePaths): DatabaseSync {
  const sqlite = process.getBuiltinModule('node:sqlite'); // a static import would fail where it does not exist
  return new sqlite.DatabaseSync(database, { readOnly: true });
}

function examine(database: DatabaseSync, findings: Findings, journal: JournalState | undefined): void {
  database.exec('PRAGMA busy_timeout = 0; BEGIN');
  if (tableCount(database) === 0) {
    if (journal && journal.commit > 0)
      findings.problems.push(`It is empty, and cosmos.commits says that it has ${journal.commit} commits`);
    return;
  }
  assertOurs(database, journal);
  const storeId = metaValue(database, 'id');
  examineIdentity(database, { storeId, findings, journal });
  examineCounters(database, findings, journal);
  examinePages(database, findings);
  if (storeId === undefined) return; // version 1 has no checksums
  const checksums = new Checksums(storeId);
  examineRows(database, findings, checksums);
  if (findings.problems.length === 0) findings.hasWrongIndexes = hasWrongIndexes(database);
}

/** @throws StoreError StoreForeign or StoreTooNew; StoreDamaged when a journal says that it is ours */
function assertOurs(database: DatabaseSync, journal: JournalState | undefined): void {
  const path = database.location() ?? '';
  if (readPragma(database, 'application_id') !== APPLICATION_ID) {
    if (journal) throw damagedStore(path, ['It is not marked as a database of Lazurite']);
    throw new StoreError('StoreForeign', `${path} is a database of another program. Choose another directory`);
  }
  const version = readPragma(database, 'user_version');
  if (version > SCHEMA_VERSION)
    throw new StoreError(
      'StoreTooNew',
      `${path} has format version ${version}; this version of Lazurite reads up to ${SCHEMA_VERSION}. Update Lazurite`,
    );
}

function examineIdentity(
  database: DatabaseSync,
  {
    storeId,
    findings,
    journal,
  }: { storeId: string | undefined; findings: Findings; journal: JournalState | undefined },
): void {
  if (journal?.storeId !== undefined && journal.storeId !== storeId)
    findings.problems.push('cosmos.db and cosmos.commits belong to different stores');
  const schema = metaValue(database, 'schema');
  if (schema !== undefined && schema !== schemaChecksum(database))
    findings.problems.push('The tables are not as they were created');
}

function examineCounters(database: DatabaseSync, findings: Findings, journal: JournalState | undefined): void {
  findings.foundCommits = counterValue(database, COMMITS);
  if (!journal) {
    examineWithoutJournal(database, findings);
    return;
  }
  for (const line of journal.damagedLines) findings.notes.push(`Line ${line} of cosmos.commits cannot be read`);
  const missing = journal.commit - findings.foundCommits;
  if (missing > 0)
    findings.problems.push(
      `The last ${missing} of ${journal.commit} commits are missing${describeMissing(database, journal)}`,
    );
  else if (missing === 0 && journal.damagedLines.length === 0) examineValues(database, findings, journal);
}

/** Only a store that was closed properly, or never used, lacks nothing for certain. */
function examineWithoutJournal(database: DatabaseSync, findings: Findings): void {
  if (findings.foundCommits === 0) return;
  if (Number(metaValue(database, 'closed')) === findings.foundCommits)
    findings.notes.push('cosmos.commits is missing; the database was closed properly and has all that was in it');
  else
    findings.problems.push(
      'cosmos.commits is missing, and the database was not closed properly: it cannot be said whether writes are missing',
    );
}

/** Names the physical partitions whose last LSNs are missing, which is how many writes at most each has lost. */
function describeMissing(database: DatabaseSync, { counters }: JournalState): string {
  const parts: string[] = [];
  for (const [name, expected] of counters) {
    const [kind, container, range] = name.split(' ');
    const found = counterValue(database, name);
    if (kind === 'lsn' && found < expected)
      parts.push(`container ${container}, partition ${range}: LSN ${found} of ${expected}`);
  }
  return parts.length === 0 ? '' : ` (${listed(parts)})`;
}

function examineValues(database: DatabaseSync, findings: Findings, { counters }: JournalState): void {
  for (const [name, expected] of counters) {
    const found = counterValue(database, name);
    if (found !== expected) findings.problems.push(`The counter '${name}' is ${found}, expected ${expected}`);
  }
}

function examinePages(database: DatabaseSync, findings: Findings): void {
  const rows = database.prepare(`PRAGMA integrity_check(${MAX_LISTED})`).all();
  const messages = rows.map((row) => String(Object.values(row)[0])).filter((message) => message !== 'ok');
  for (const message of messages) findings.problems.push(`Integrity check: ${message.replaceAll('\n', ' ')}`);
}

/** Compares every row with its checksum, and an item's entity tag and time with those in its text. */
function examineRows(database: DatabaseSync, findings: Findings, checksums: Checksums): void {
  const wrong: string[] = [];
  for (const row of database.prepare('SELECT *, parent_rid AS parentRid FROM resources').iterate()) {
    const resource = row as unknown as StoredResource; // the columns of the table, and the renamed one
    findings.checkedRows += 1;
    if (checksums.ofResource(resource) !== row.checksum) wrong.push(`resource '${resource.rid}' (${resource.kind})`);
  }
  const items = 'SELECT number, container, id, lsn, ts, etag, expires_at AS expiresAt, body, checksum FROM items';
  for (const row of database.prepare(items).iterate()) {
    const item = row as unknown as StoredItem; // the columns that are read below
    findings.checkedRows += 1;
    if (checksums.ofItem(item) !== row.checksum || !isOfItsText(item))
      wrong.push(`item number ${item.number} ('${item.id}' of container ${item.container})`);
  }
  const changes = 'SELECT number, partition_key AS partitionKey, lsn, body, checksum FROM change_log';
  for (const row of database.prepare(changes).iterate()) {
    const change = row as unknown as { partitionKey: string; lsn: number; body: string }; // the columns that are selected
    findings.checkedRows += 1;
    if (checksums.ofChange(change) !== row.checksum) wrong.push(`change with LSN ${change.lsn}`);
  }
  if (wrong.length > 0) findings.problems.push(`Rows do not match their checksums: ${listed(wrong)}`);
}

/** Whether the columns of an item say what its text says. */
function isOfItsText({ etag, ts, body }: StoredItem): boolean {
  return !body.includes('"_etag":') || (body.includes(JSON.stringify(etag)) && body.endsWith(`"_ts":${ts}}`));
}

/** Whether the entries of a complete path index are not those that its items have. */
function hasWrongIndexes(database: DatabaseSync): boolean {
  if (!hasTable(database, 'path_indexes')) return false;
  const indexes = database.prepare('SELECT * FROM path_indexes WHERE complete = 1').all().map(toIndex);
  return indexes.some((index) => isWrong(database, index));
}

function isWrong(database: DatabaseSync, index: ItemIndex): boolean {
  const counted = database
    .prepare(
      `SELECT (SELECT count(*) FROM path_entries WHERE item_index = ?) = (SELECT count(*) FROM items WHERE container = ?) AS same`,
    )
    .get(index.id, index.container);
  if (counted?.same !== 1) return true;
  const entry = database.prepare(
    'SELECT 1 FROM path_entries WHERE item_index = ? AND range = ? AND key = ? AND number = ?',
  );
  const items = database
    .prepare('SELECT number, range, epk, body FROM items WHERE container = ?')
    .iterate(index.container);
  for (const row of items) {
    const { number, range, epk, body } = row as unknown as StoredItem; // the columns that are selected
    const key = entryKey(index, epk, JSON.parse(body) as JsonValue); // its checksum says that this server wrote it
    if (entry.get(index.id, range, key, number) === undefined) return true;
  }
  return false;
}

function listed(names: readonly string[]): string {
  const more = names.length - MAX_LISTED;
  return more > 0 ? `${names.slice(0, MAX_LISTED).join('; ')}; and ${more} more` : names.join('; ');
}

/** Undefined when there is none, as in a database of version 1. */
export function metaValue(database: DatabaseSync, name: string): string | undefined {
  if (!hasTable(database, 'meta')) return undefined;
  const row = database.prepare('SELECT value FROM meta WHERE name = ?').get(name);
  return row && String(row.value);
}

/** Of the tables that hold data; path indexes are derived, and made later. */
export function schemaChecksum(database: DatabaseSync): string {
  const rows = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'path%' AND sql IS NOT NULL ORDER BY name")
    .all();
  return String(crc32(JSON.stringify(rows.map(({ name, sql }) => [name, sql]))));
}

function hasTable(database: DatabaseSync, name: string): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(name) !== undefined;
}

function counterValue(database: DatabaseSync, name: string): number {
  return Number(database.prepare('SELECT value FROM counters WHERE name = ?').get(name)?.value ?? 0);
}

export function tableCount(database: DatabaseSync): number {
  return Number(database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.count);
}

export function readPragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
