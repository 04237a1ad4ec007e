/** "Lazu" in ASCII: distinguishes our files from other SQLite databases. */
export const APPLICATION_ID = 0x4c617a75;
/** Raised with every change of the tables below. */
export const SCHEMA_VERSION = 2;

/**
 * `items` is a rowid table: with bodies of a kilobyte a WITHOUT ROWID table would keep each on an overflow page of its
 * own, and inserts by effective partition key (a hash) would rewrite a page of bodies each. Here bodies are appended,
 * and only the narrow key index is written at random places.
 *
 * The indexes by LSN hold time and effective partition key as well: a change feed that starts at a time, or is of one
 * logical partition, passes over the others' entries without reading their rows.
 *
 * `checksum` is that of `Checksums`. `meta` has the id of the store, the checksum of this schema as SQLite keeps it, and the
 * number of the commit at which the store was closed.
 */
const META_SCHEMA = `
  CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

export const SCHEMA = `
  ${META_SCHEMA}

  CREATE TABLE resources (
    number INTEGER PRIMARY KEY,
    rid TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    parent_rid TEXT NOT NULL,
    id TEXT NOT NULL,
    etag TEXT NOT NULL,
    ts INTEGER NOT NULL,
    body TEXT NOT NULL,
    checksum INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, parent_rid, id)
  ) STRICT;

  CREATE TABLE items (
    number INTEGER PRIMARY KEY,
    container INTEGER NOT NULL,
    epk TEXT NOT NULL,
    partition_key TEXT NOT NULL,
    id TEXT NOT NULL,
    range INTEGER NOT NULL,
    lsn INTEGER NOT NULL,
    ts INTEGER NOT NULL,
    etag TEXT NOT NULL,
    expires_at INTEGER,
    body TEXT NOT NULL,
    checksum INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE UNIQUE INDEX items_by_key ON items (container, epk, id, partition_key);
  CREATE INDEX items_by_range ON items (container, range);
  CREATE INDEX items_by_lsn ON items (container, range, lsn, number, ts, epk);
  CREATE INDEX items_by_expiry ON items (expires_at) WHERE expires_at IS NOT NULL;

  CREATE TABLE unique_keys (
    container INTEGER NOT NULL,
    partition_key TEXT NOT NULL,
    value TEXT NOT NULL,
    item INTEGER NOT NULL,
    PRIMARY KEY (container, partition_key, value)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX unique_keys_by_item ON unique_keys (container, item);

  CREATE TABLE change_log (
    number INTEGER PRIMARY KEY,
    container INTEGER NOT NULL,
    range INTEGER NOT NULL,
    epk TEXT NOT NULL,
    partition_key TEXT NOT NULL,
    lsn INTEGER NOT NULL,
    ts INTEGER NOT NULL,
    body TEXT NOT NULL,
    checksum INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX change_log_by_lsn ON change_log (container, range, lsn, number, ts, epk);
  CREATE INDEX change_log_by_time ON change_log (container, ts);

  CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** Brings a database of version 1 to version 2. Its checksums are still to be filled in. */
export const MIGRATION_TO_2 = `
  ${META_SCHEMA}
  ALTER TABLE resources ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE items ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE change_log ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
`;
