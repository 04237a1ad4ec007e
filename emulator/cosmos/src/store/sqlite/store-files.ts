import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Log } from '@lazurite/runtime';
import { StoreError } from '../errors.ts';

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

/** Reads may be served from files that are gone for this long. A look at each file takes some microseconds, a point read about a hundred. */
const MAX_UNSEEN_MS = 100;
/** Between two groups of writes of a load, the look after the first counts for the second. */
const JUST_SEEN_MS = 2;

interface GuardedFile {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
}

/**
 * Detects when the files of an open store are no longer at their paths, because somebody deleted, moved or replaced them or
 * their directory. What is written then would be gone with the process.
 */
export class FileGuard {
  readonly #dataDir: string;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #log: Log;
  #files: readonly GuardedFile[] = [];
  #missing: string | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(dataDir: string, dependencies: { clock: Pick<Clock, 'monotonic'>; log: Log }) {
    this.#dataDir = dataDir;
    this.#clock = dependencies.clock;
    this.#log = dependencies.log;
  }

  /** From now on guards the files that are at these paths, and those of other paths as before. */
  guard(paths: readonly string[]): void {
    const others = this.#files.filter(({ path }) => !paths.includes(path));
    const added = paths.map((path) => {
      const { dev, ino } = statSync(path);
      return { path, dev, ino };
    });
    this.#files = [...others, ...added];
  }

  get isInPlace(): boolean {
    this.#look();
    return this.#missing === undefined;
  }

  /** After a commit. @throws StoreError StoreMoved when a file is not at its path */
  assertInPlace(): void {
    this.#look();
    this.#assertFound();
  }

  /** Before a commit, so that nothing is written that is not acknowledged. @throws StoreError StoreMoved */
  assertJustInPlace(): void {
    this.#assertSeenWithin(JUST_SEEN_MS);
  }

  /** Before a read. @throws StoreError StoreMoved */
  assertRecentlyInPlace(): void {
    this.#assertSeenWithin(MAX_UNSEEN_MS);
  }

  #assertSeenWithin(milliseconds: number): void {
    if (this.#missing !== undefined || this.#clock.monotonic() - this.#lookedAt > milliseconds) this.#look();
    this.#assertFound();
  }

  #assertFound(): void {
    if (this.#missing !== undefined) throw moved(this.#missing, this.#dataDir);
  }

  #look(): void {
    this.#lookedAt = this.#clock.monotonic();
    const missing = this.#files.find((file) => !isAtItsPath(file))?.path;
    if (missing === this.#missing) return;
    const wasMissing = this.#missing !== undefined;
    this.#missing = missing;
    if (missing === undefined) this.#log.info({ dataDir: this.#dataDir }, 'The files of the store are back in place');
    else if (!wasMissing) this.#log.error({ file: missing }, moved(missing, this.#dataDir).message);
  }
}

function isAtItsPath({ path, dev, ino }: GuardedFile): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.ino === ino && found.dev === dev;
}

function moved(path: string, dataDir: string): StoreError {
  return new StoreError(
    'StoreMoved',
    `${path} was deleted, moved or replaced while the server runs, and nothing is read or written until it is back. ` +
      `Put ${dataDir} back as it was, or stop the server and start it again with what is there now`,
  );
}
