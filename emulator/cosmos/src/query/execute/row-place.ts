import type { Value } from '../values/value.ts';

/**
 * Says which document a query reads at the moment; whoever hands out the documents keeps it up to date. When a query that sorts
 * goes on behind a row, documents come in the order of their numbers, in the opposite order if one of its keys descends: clients
 * rely on rows with the same keys being in this order of `_rid` (the SDK, RidSkipCountFilter).
 */
export interface DocumentCursor {
  /** No two documents of a run share one. */
  readonly document: number;
}

/** Where a row stands among the rows of a query that sorts, so that a later run can go on behind it. */
export interface RowPlace {
  /** The values sorted by. */
  readonly keys: readonly Value[];
  /** The number of its document. */
  readonly document: number;
  /** Which of the document's rows it is, from 0. */
  readonly row: number;
}

/** A row is a document, or what JOIN makes of one: counts the rows of the current document. */
export class RowCounter {
  readonly #cursor: DocumentCursor;
  #document = Number.NaN;
  #row = 0;

  constructor(cursor: DocumentCursor) {
    this.#cursor = cursor;
  }

  next(): { readonly document: number; readonly row: number } {
    const { document } = this.#cursor;
    this.#row = document === this.#document ? this.#row + 1 : 0;
    this.#document = document;
    return { document, row: this.#row };
  }
}
