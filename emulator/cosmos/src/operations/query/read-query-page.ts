import type { Account } from '../../account/account.ts';
import type { JsonValue } from '../../model/json.ts';
import type { CompiledQuery } from '../../query/compile-query.ts';
import { type PageRequest, type RowKey, YIELD } from '../../query/execute/evaluation-frame.ts';
import type { EvaluationContext } from '../../query/values/evaluation-context.ts';
import type { FeedSelection } from '../feed.ts';
import type { AccessPath } from './access-path.ts';
import { type Cursor, type CursorTracker, trackCursor } from './cursor.ts';
import { DocumentReader, type DocumentReading } from './document-reader.ts';
import type { OrderStart } from './item-batches.ts';
import { QueryTurns } from './query-turns.ts';

/** The largest response of the service. Source: "Azure Cosmos DB service quotas", maximum response size. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** After this time a page ends with the rows it has, as in the service. */
const PAGE_TIME_MS = 5_000;
/** The longest row that is written. A limit of this server: rows may repeat the same value many times. */
const MAX_ROW_BYTES = 16 * 1024 * 1024;

export interface QueryRun {
  readonly query: CompiledQuery;
  readonly feed: FeedSelection;
  readonly context: EvaluationContext;
  readonly maxItemCount: number;
  readonly access: AccessPath;
  /** How many items pass the filter, when the query is only a count. */
  readonly count?: number;
  /** Absent: from the start. */
  readonly cursor?: Cursor;
}

export interface QueryPage {
  /** The rows as JSON texts. */
  readonly rows: readonly string[];
  /** Of the rows in UTF-8. */
  readonly sizeInBytes: number;
  /** Where the next page starts; absent after the last. */
  readonly next?: Cursor;
  /** The items that were read. */
  readonly loaded: { readonly items: number; readonly sizeInBytes: number };
}

/** Reads one page, and yields to other requests meanwhile. @throws CosmosError RequestTimeout or BadRequest when it takes too much time or memory */
export async function readQueryPage(account: Account, run: QueryRun): Promise<QueryPage> {
  const turns = new QueryTurns(account.clock);
  const reader = new DocumentReader(account, readingOf(run));
  const { limits } = turns;
  const rows = run.query.start(reader, run.context, {
    current: reader,
    page: pageRequestOf(run),
    limits,
    sortedInput: run.access.kind === 'order',
  });
  const page = new PageBuilder(run.maxItemCount, reader, trackCursor(run, reader, rows));
  for (const row of rows) {
    if (row === YIELD) {
      if (!turns.isOver()) continue;
      await turns.next();
      if (turns.elapsed() > PAGE_TIME_MS && page.endBetweenRows()) break;
    } else if (!page.add(row)) break;
  }
  return page.finish();
}

function readingOf({ query, feed, access, cursor }: QueryRun): DocumentReading {
  // Rows with the same keys come in the order of `_rid`, in the opposite one when a key descends.
  const descending = query.query.orderBy?.items.some(({ direction }) => direction === 'DESC') ?? false;
  const start = cursor?.kind === 'document' ? cursor : undefined;
  const orderStart = cursor?.kind === 'row' ? orderStartOf(cursor.row) : undefined;
  return { feed, access, descending, ...(start && { start }), ...(orderStart && { orderStart }) };
}

/** Items with the same first key are sorted by the other keys, so reading starts with the first of them. */
function orderStartOf({ keys: [value, ...others], document }: RowKey): OrderStart {
  return others.length > 0 ? { value } : { value, document };
}

function pageRequestOf({ cursor, maxItemCount, count }: QueryRun): PageRequest {
  if (count !== undefined) return { rowsBefore: 0, maxRows: 1, knownCount: count };
  if (cursor?.kind === 'offset') return { rowsBefore: 0, maxRows: cursor.offset + maxItemCount + 1 };
  const page = { rowsBefore: cursor?.before ?? 0, maxRows: maxItemCount + 1 };
  return cursor?.kind === 'row' ? { ...page, after: cursor.row } : page;
}

/** Collects rows up to the size of a page. */
class PageBuilder {
  readonly #maxItemCount: number;
  readonly #reader: DocumentReader;
  readonly #tracker: CursorTracker;
  readonly #rows: string[] = [];
  #bytes = 0;
  #next: Cursor | undefined;

  constructor(maxItemCount: number, reader: DocumentReader, tracker: CursorTracker) {
    this.#maxItemCount = maxItemCount;
    this.#reader = reader;
    this.#tracker = tracker;
  }

  /** False when the row is for the next page. */
  add(row: JsonValue): boolean {
    if (this.#tracker.isOnEarlierPage()) return true;
    const text = this.#reader.textOf(row, MAX_ROW_BYTES);
    const size = Buffer.byteLength(text);
    const isFull = this.#rows.length >= this.#maxItemCount || this.#bytes + size > MAX_PAGE_BYTES;
    if (isFull && this.#rows.length > 0) {
      this.#next = this.#tracker.atRow();
      return false;
    }
    this.#rows.push(text);
    this.#bytes += size;
    this.#tracker.add();
    return true;
  }

  /** False when the query cannot stop between two rows. */
  endBetweenRows(): boolean {
    this.#next = this.#tracker.betweenRows();
    return this.#next !== undefined;
  }

  finish(): QueryPage {
    const { items, sizeInBytes } = this.#reader;
    const page = { rows: this.#rows, sizeInBytes: this.#bytes, loaded: { items, sizeInBytes } };
    return this.#next ? { ...page, next: this.#next } : page;
  }
}
