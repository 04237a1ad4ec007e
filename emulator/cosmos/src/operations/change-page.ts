/** One change of a feed. */
export interface Change {
  readonly lsn: number;
  /** The entry as JSON text. */
  readonly json: string;
}

/** Reads up to `limit` changes with an LSN above `after`, and beyond it the others of the last LSN. */
export type ReadChanges = (after: number, limit: number) => Rows;

export interface Rows {
  /** Where these rows end; it may be above the LSN of the last change, when later rows are not shown. */
  readonly lastLsn: number;
  /** Whether there is nothing behind them. */
  readonly isLast: boolean;
  readonly changes: readonly Change[];
}

/** A page ends once it is this large. Source: "Azure Cosmos DB service quotas", maximum response size (4 MB). */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** What an item is taken for before any was seen, so that the first rows read hold no more than a few pages. */
const ASSUMED_BYTES = 128 * 1024;

/** Collects changes up to a count and a size; changes of one LSN are never torn apart. */
export class ChangePage {
  readonly entries: string[] = [];
  #bytes = 0;
  readonly #maxItemCount: number;

  constructor(maxItemCount: number) {
    this.#maxItemCount = maxItemCount;
  }

  get sizeInBytes(): number {
    return this.#bytes;
  }

  /** How many changes it may still take. */
  get room(): number {
    return this.#maxItemCount - this.entries.length;
  }

  get isFull(): boolean {
    return this.room <= 0 || this.#bytes >= MAX_PAGE_BYTES;
  }

  /**
   * Adds changes that follow `after`, at most `share` of them if there are LSNs to choose from.
   *
   * @returns the LSN that the page has come to; undefined when it has taken everything there is
   */
  fill(read: ReadChanges, after: number, share: number): number | undefined {
    const end = this.entries.length + share;
    let position = after;
    while (!this.isFull && this.entries.length < end) {
      const rows = read(position, this.#rowsToRead(end - this.entries.length));
      const taken = this.#take(rows.changes);
      if (taken !== undefined) return taken;
      if (rows.isLast) return undefined;
      position = rows.lastLsn;
    }
    return position;
  }

  /** @returns the LSN after which the page was full; undefined when it has taken them all */
  #take(changes: readonly Change[]): number | undefined {
    let last: number | undefined;
    for (const { lsn, json } of changes) {
      if (last !== undefined && last !== lsn && this.isFull) return last;
      this.entries.push(json);
      this.#bytes += json.length;
      last = lsn;
    }
    return undefined;
  }

  #rowsToRead(wanted: number): number {
    const each = this.entries.length === 0 ? ASSUMED_BYTES : this.#bytes / this.entries.length;
    return Math.min(wanted, Math.max(1, Math.floor((MAX_PAGE_BYTES - this.#bytes) / each)));
  }
}
