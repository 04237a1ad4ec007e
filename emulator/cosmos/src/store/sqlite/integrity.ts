// By what an open store finds out that rows are not as they were written, and that its files are not at their paths.
import { statSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Clock, Log } from '@lazurite/runtime';
import { StoreError } from '../errors.ts';
import type { LoggedChange, StoredItem, StoredResource } from '../store.ts';

/** What the checksum of an item covers; its other columns are in its text or in an index, or both. */
export type CheckedItem = Pick<StoredItem, 'number' | 'lsn' | 'expiresAt' | 'body'>;
type CheckedChange = Pick<LoggedChange, 'partitionKey' | 'lsn' | 'body'>;

/**
 * The checksums of rows (CRC-32). They start from a number that is the store's own, so that a row of another store does not pass.
 * Measured: about 2 microseconds for an item of one kilobyte.
 */
export class Checksums {
  readonly #seed: number;

  constructor(storeId: string) {
    this.#seed = crc32(storeId);
  }

  ofItem({ number, lsn, expiresAt, body }: CheckedItem): number {
    return checksumOf(body, mix(mix(mix(this.#seed, number), lsn), expiresAt ?? -1));
  }

  ofChange({ partitionKey, lsn, body }: CheckedChange): number {
    return checksumOf(body, checksumOf(partitionKey, mix(this.#seed, lsn)));
  }

  ofResource({ kind, parentRid, id, rid, etag, ts, body }: StoredResource): number {
    return crc32(JSON.stringify([kind, parentRid, id, rid, etag, ts, body]), this.#seed);
  }

  /** @throws StoreError StoreDamaged, naming the item */
  assertItem(item: CheckedItem, checksum: unknown): void {
    if (this.ofItem(item) !== checksum) throw damagedRecord(`item number ${item.number}`);
  }

  /** @throws StoreError StoreDamaged, naming the change */
  assertChange(change: CheckedChange, checksum: unknown): void {
    if (this.ofChange(change) !== checksum) throw damagedRecord(`change with LSN ${change.lsn}`);
  }

  /** @throws StoreError StoreDamaged, naming the resource */
  assertResource(resource: StoredResource, checksum: unknown): void {
    if (this.ofResource(resource) !== checksum) throw damagedRecord(`resource '${resource.rid}' (${resource.kind})`);
  }
}

/** A row on a damaged page may have no text. */
function checksumOf(text: unknown, start: number): number {
  return typeof text === 'string' && !Number.isNaN(start) ? crc32(text, start) : Number.NaN;
}

/** Adds a whole number of up to 53 bits to a 32-bit value: different numbers give different values for all practical sizes. */
function mix(value: number, number: number): number {
  const low = Math.imul(value ^ (number >>> 0), 0x9e3779b1);
  return (low ^ (low >>> 15) ^ Math.floor(number / 2 ** 32)) >>> 0;
}

function damagedRecord(name: string): StoreError {
  return new StoreError(
    'StoreDamaged',
    `The stored ${name} is damaged: its checksum does not match. Stop the server and run: npx @lazurite/cosmos verify`,
  );
}

/** Reads may be served from files that are gone for this long. A look at each file takes some microseconds, a point read about a hundred. */
const MAX_UNSEEN_MS = 100;
/** Between two groups of writes of a load, the look after the first counts for the second. */
const JUST_SEEN_MS = 2;
/** A file system gives changes that lie closer together the same time. */
const SAME_TIME_MS = 100;

interface GuardedFile {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
}

/** The directory of the files as it was when all of them were in place. */
interface SeenDirectory extends GuardedFile {
  /** Of its last change: a name was added, removed or given to another file. */
  readonly mtimeMs: number;
  /** When it was first seen so. */
  readonly since: number;
  /** Whether the files were in place when any further change would have given it another time. */
  readonly isSettled: boolean;
}

/**
 * Detects when the files of an open store are no longer at their paths, because somebody deleted, moved or replaced them or
 * their directory. What is written then would be gone with the process.
 *
 * While the directory is the same and has not changed, neither have the names in it, so that one look is enough.
 */
export class FileGuard {
  readonly #dataDir: string;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #log: Log;
  #files: readonly GuardedFile[] = [];
  #directory: SeenDirectory | undefined;
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
    this.#directory = undefined;
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
    if (this.#missing === undefined && this.#isDirectoryUnchanged()) return;
    const missing = this.#files.find((file) => !isAtItsPath(file))?.path;
    if (missing === this.#missing) return;
    const wasMissing = this.#missing !== undefined;
    this.#missing = missing;
    if (missing === undefined) this.#log.info({ dataDir: this.#dataDir }, 'The files of the store are back in place');
    else if (!wasMissing) this.#log.error({ file: missing }, moved(missing, this.#dataDir).message);
  }

  /** False when that is not known; then a look at the files must follow, for which the directory is remembered. */
  #isDirectoryUnchanged(): boolean {
    const found = statSync(this.#dataDir, { throwIfNoEntry: false });
    const seen = this.#directory;
    if (!found) return false;
    const { dev, ino, mtimeMs } = found;
    if (ino !== seen?.ino || mtimeMs !== seen.mtimeMs || dev !== seen.dev) {
      this.#directory = { path: this.#dataDir, dev, ino, mtimeMs, since: this.#lookedAt, isSettled: false };
      return false;
    }
    if (seen.isSettled) return true;
    const isSettled = this.#lookedAt - seen.since > SAME_TIME_MS && hasFineTimes(seen);
    if (isSettled) this.#directory = { ...seen, isSettled };
    return false;
  }
}

/** Some file systems count whole seconds, in which there may be several changes. */
function hasFineTimes({ mtimeMs }: SeenDirectory): boolean {
  return mtimeMs % 1_000 !== 0;
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
