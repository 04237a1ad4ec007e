import type { Account } from '../../account/account.ts';
import type { JsonValue } from '../../model/json.ts';
import {
  type CompiledQuery,
  DEFAULT_WORK_LIMITS,
  type EvaluationContext,
  PAUSE,
  type RowPlace,
  type RunWindow,
} from '../../query/index.ts';
import type { FeedSelection } from '../feed-scope.ts';
import type { AccessPath } from './access-path.ts';
import type { QueryPosition } from './cursor.ts';
import { DocumentReader, type DocumentReading } from './document-reader.ts';
import type { OrderStart } from './items-in-order.ts';
import { progressOf, type QueryProgress } from './query-progress.ts';

/** The largest answer of the service. Source: "Azure Cosmos DB service quotas", maximum response size. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** How long a query works before it lets others. */
const SLICE_MS = 10;
/** A page is answered with what it has after this time, as the service does. */
const PAGE_TIME_MS = 5_000;
/** A query that cannot stop in the middle is refused after this time. */
const MAX_TIME_MS = 60_000;

export interface QueryRun {
  readonly query: CompiledQuery;
  readonly feed: FeedSelection;
  readonly context: EvaluationContext;
  readonly maxItemCount: number;
  readonly access: AccessPath;
  /** How many items pass the filter, when that is all the query asks. */
  readonly counted?: number;
  /** Absent: from the start. */
  readonly position?: QueryPosition;
}

export interface QueryPage {
  /** The rows as JSON texts. */
  readonly rows: readonly string[];
  /** Of the rows, as they are sent. */
  readonly sizeInBytes: number;
  /** Where the next page starts; absent after the last. */
  readonly next?: QueryPosition;
  /** What the engine had to look at. */
  readonly loaded: { readonly items: number; readonly sizeInBytes: number };
}

/** Reads one page, letting other requests work in between. @throws CosmosError RequestTimeout or BadRequest when it takes too much time or memory */
export async function readQueryPage(account: Account, run: QueryRun): Promise<QueryPage> {
  const startedAt = account.clock.monotonic();
  const elapsed = () => account.clock.monotonic() - startedAt;
  const reader = new DocumentReader(account, readingOf(run));
  const limits = { ...DEFAULT_WORK_LIMITS, isExpired: () => elapsed() > MAX_TIME_MS };
  const presorted = run.access.kind === 'order';
  const rows = run.query.start(reader, run.context, {
    cursor: reader,
    window: windowOf(run),
    limits,
    presorted,
    pauses: true,
  });
  const page = new PageBuilder(run.maxItemCount, reader, progressOf(run, reader, rows));
  let sliceEnd = SLICE_MS;
  for (const row of rows) {
    if (row === PAUSE) {
      if (elapsed() < sliceEnd) continue;
      await letOthersWork();
      sliceEnd = elapsed() + SLICE_MS;
      if (elapsed() > PAGE_TIME_MS && page.endBetweenRows()) break;
    } else if (!page.add(row)) break;
  }
  return page.finish();
}

function readingOf({ query, feed, access, position }: QueryRun): DocumentReading {
  // Rows with the same keys come in the order of `_rid`, in the opposite one when a key descends.
  const descending = query.query.orderBy?.items.some(({ direction }) => direction === 'DESC') ?? false;
  const start = position?.kind === 'document' ? position : undefined;
  const place = position?.kind === 'row' ? position.place : undefined;
  const orderStart = place && orderStartOf(place);
  return { feed, access, descending, ...(start && { start }), ...(orderStart && { orderStart }) };
}

/** Items with the same first key come in an order that the other keys turn. */
function orderStartOf({ keys: [value, ...others], document }: RowPlace): OrderStart {
  return others.length > 0 ? { value } : { value, document };
}

function letOthersWork(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function windowOf({ position, maxItemCount, counted }: QueryRun): RunWindow {
  if (counted !== undefined) return { before: 0, atMost: 1, counted };
  if (position?.kind === 'offset') return { before: 0, atMost: position.given + maxItemCount + 1 };
  const window = { before: position?.before ?? 0, atMost: maxItemCount + 1 };
  return position?.kind === 'row' ? { ...window, after: position.place } : window;
}

/** Collects rows up to the size of a page. */
class PageBuilder {
  readonly #maxItemCount: number;
  readonly #reader: DocumentReader;
  readonly #progress: QueryProgress;
  readonly #rows: string[] = [];
  #bytes = 0;
  #next: QueryPosition | undefined;

  constructor(maxItemCount: number, reader: DocumentReader, progress: QueryProgress) {
    this.#maxItemCount = maxItemCount;
    this.#reader = reader;
    this.#progress = progress;
  }

  /** False when the row is for the next page. */
  add(row: JsonValue): boolean {
    if (this.#progress.wasGiven()) return true;
    const text = this.#reader.textOf(row);
    const size = Buffer.byteLength(text);
    const isFull = this.#rows.length >= this.#maxItemCount || this.#bytes + size > MAX_PAGE_BYTES;
    if (isFull && this.#rows.length > 0) {
      this.#next = this.#progress.atRow();
      return false;
    }
    this.#rows.push(text);
    this.#bytes += size;
    this.#progress.give();
    return true;
  }

  /** False when the query cannot stop between two rows. */
  endBetweenRows(): boolean {
    this.#next = this.#progress.betweenRows();
    return this.#next !== undefined;
  }

  finish(): QueryPage {
    const { items, sizeInBytes } = this.#reader;
    const page = { rows: this.#rows, sizeInBytes: this.#bytes, loaded: { items, sizeInBytes } };
    return this.#next ? { ...page, next: this.#next } : page;
  }
}
