import type { CompiledQuery, RowPlace, SteppedRows } from '../../query/index.ts';
import type { AtDocument, QueryPosition } from './cursor.ts';
import type { DocumentReader } from './document-reader.ts';

/** Follows the rows of one run, so that the next page can start where this one ends. */
export interface QueryProgress {
  /** For each row in turn: whether an earlier page has given it. */
  wasGiven(): boolean;
  /** The row is on the page. */
  give(): void;
  /** The position of the current row, which is not on the page. */
  atRow(): QueryPosition;
  /** The position behind the last row; undefined when the query cannot stop there. */
  betweenRows(): QueryPosition | undefined;
}

export function progressOf(
  { query, position }: { readonly query: CompiledQuery; readonly position?: QueryPosition },
  reader: DocumentReader,
  rows: SteppedRows,
): QueryProgress {
  if (resumesAtDocument(query))
    return new DocumentProgress(reader, rows, position?.kind === 'document' ? position : undefined);
  if (query.sorts) return new SortProgress(rows);
  return new OffsetProgress(position?.kind === 'offset' ? position.given : 0);
}

/** DISTINCT has to know the rows before. */
function resumesAtDocument({ streams, query }: CompiledQuery): boolean {
  return streams && !query.select.distinct;
}

class DocumentProgress implements QueryProgress {
  readonly #reader: DocumentReader;
  readonly #rows: SteppedRows;
  readonly #start: AtDocument | undefined;
  #document = Number.NaN;
  #row = 0;

  constructor(reader: DocumentReader, rows: SteppedRows, start: AtDocument | undefined) {
    this.#reader = reader;
    this.#rows = rows;
    this.#start = start;
  }

  wasGiven(): boolean {
    const { document } = this.#reader;
    this.#row = document === this.#document ? this.#row + 1 : 0;
    this.#document = document;
    return document === this.#start?.document && this.#row < this.#start.skip;
  }

  give(): void {
    // Where a row stands is all there is to know.
  }

  atRow(): QueryPosition {
    const { selection, document } = this.#reader;
    // The next run counts this row again, and those of its document before it.
    return { kind: 'document', selection, document, skip: this.#row, before: this.#rows.seen - this.#row - 1 };
  }

  /** The current document again, without the rows it has given. Undefined where a page would end where it began. */
  betweenRows(): QueryPosition | undefined {
    const { selection, document } = this.#reader;
    if (document === 0 || document === this.#start?.document) return undefined;
    const skip = document === this.#document ? this.#row + 1 : 0;
    return { kind: 'document', selection, document, skip, before: this.#rows.seen - skip };
  }
}

class SortProgress implements QueryProgress {
  readonly #rows: SteppedRows;
  #last: RowPlace | undefined;

  constructor(rows: SteppedRows) {
    this.#rows = rows;
  }

  wasGiven(): boolean {
    return false;
  }

  give(): void {
    this.#last = this.#rows.place;
  }

  atRow(): QueryPosition {
    const { keys = [], document = 0, row = 0 } = this.#last ?? {};
    return { kind: 'row', place: { keys, document, row }, before: this.#rows.seen - 1 };
  }

  betweenRows(): undefined {
    return undefined;
  }
}

class OffsetProgress implements QueryProgress {
  #left: number;
  #given: number;

  constructor(given: number) {
    this.#left = given;
    this.#given = given;
  }

  wasGiven(): boolean {
    this.#left -= 1;
    return this.#left >= 0;
  }

  give(): void {
    this.#given += 1;
  }

  atRow(): QueryPosition {
    return { kind: 'offset', given: this.#given };
  }

  betweenRows(): undefined {
    return undefined;
  }
}
