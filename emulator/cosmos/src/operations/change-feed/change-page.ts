import type { Change } from '../../store/store.ts';

/**
 * Reads up to `limit` changes with an LSN above `after`, and beyond it the others of the last LSN. Fewer than `limit`:
 * there are no more.
 */
export type ChangeSource = (after: number, limit: number) => readonly Change[];

/** A page ends when it is this large. Source: "Azure Cosmos DB service quotas", maximum response size (4 MB). */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** The assumed size of an item before the first is read, so that the first read is not much larger than a page. */
const ASSUMED_BYTES = 128 * 1024;

/** The length of the longest suffix of an item: `,"_lsn":9007199254740991},`. */
const LONGEST_SUFFIX = 26;

/** Collects changes up to a count and a size. Changes of one LSN stay together. */
export class ChangePage {
  readonly #maxItemCount: number;
  readonly #withLsn: boolean;
  readonly #changes: Change[] = [];
  #bytes = 0;

  /** @param options.withLsn whether each entry gets a member `_lsn` */
  constructor(maxItemCount: number, options: { readonly withLsn: boolean }) {
    this.#maxItemCount = maxItemCount;
    this.#withLsn = options.withLsn;
  }

  get count(): number {
    return this.#changes.length;
  }

  /** Of all entries. */
  get sizeInBytes(): number {
    return this.#bytes;
  }

  /** How many changes it may still take. */
  get room(): number {
    return this.#maxItemCount - this.count;
  }

  get isFull(): boolean {
    return this.room <= 0 || this.#bytes >= MAX_PAGE_BYTES;
  }

  /**
   * Adds changes that follow `after`, up to `share` of them.
   *
   * @returns the last LSN on the page; undefined when the source has no more changes
   */
  fill(source: ChangeSource, after: number, share: number): number | undefined {
    const end = this.count + share;
    let position = after;
    while (!this.isFull && this.count < end) {
      const limit = this.#rowsToRead(end - this.count);
      const changes = source(position, limit);
      position = this.#take(changes) ?? position;
      if (changes.length < limit && position === changes.at(-1)?.lsn) return undefined;
      if (changes.length === 0) return undefined;
    }
    return position;
  }

  /** The page as the client gets it, in UTF-8. */
  toBody(containerRid: string): Buffer {
    const start = `{"_rid":"${containerRid}","Documents":[`;
    const end = `],"_count":${this.count}}`;
    const size = start.length + end.length + this.count * LONGEST_SUFFIX + this.#bytes;
    const bytes = Buffer.allocUnsafe(size);
    let at = bytes.write(start, 'latin1');
    for (const { lsn, body } of this.#changes) {
      at += bytes.write(body, at);
      // The member goes before the closing brace.
      at += this.#withLsn ? bytes.write(`,"_lsn":${lsn}},`, at - 1, 'latin1') - 1 : bytes.write(',', at, 'latin1');
    }
    if (this.count > 0) at--; // no comma after the last
    return bytes.subarray(0, at + bytes.write(end, at, 'latin1'));
  }

  /** @returns the LSN of the last change that was taken */
  #take(changes: readonly Change[]): number | undefined {
    let last: number | undefined;
    for (const change of changes) {
      if (last !== undefined && last !== change.lsn && this.isFull) return last;
      this.#changes.push(change);
      this.#bytes += Buffer.byteLength(change.body);
      last = change.lsn;
    }
    return last;
  }

  #rowsToRead(wanted: number): number {
    const each = this.count === 0 ? ASSUMED_BYTES : this.#bytes / this.count;
    return Math.min(wanted, Math.max(1, Math.floor((MAX_PAGE_BYTES - this.#bytes) / each)));
  }
}
