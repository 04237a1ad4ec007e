import { statSync } from 'node:fs';
import { join } from 'node:path';

/** The files of a store, by their paths. */
export interface StorePaths {
  readonly dataDir: string;
  readonly database: string;
  /** SQLite's write-ahead log: what is committed and not yet in the main file. */
  readonly log: string;
  /** SQLite's rollback journal; there only when the creation of the file was interrupted. */
  readonly rollback: string;
  /** SQLite's index of the log. The server keeps its own in memory, and only an examination leaves this file. */
  readonly logIndex: string;
  readonly journal: string;
  readonly owner: string;
}

export function storePaths(dataDir: string): StorePaths {
  const database = join(dataDir, 'cosmos.db');
  return {
    dataDir,
    database,
    log: `${database}-wal`,
    rollback: `${database}-journal`,
    logIndex: `${database}-shm`,
    journal: join(dataDir, 'cosmos.commits'),
    owner: join(dataDir, 'cosmos.pid'),
  };
}

/** In bytes; 0 when there is no such file. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
