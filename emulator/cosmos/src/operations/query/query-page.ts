import type { Account } from '../../account/account.ts';
import { CosmosError } from '../../model/errors.ts';
import type { JsonValue } from '../../model/json.ts';
import { type CompiledQuery, type EvaluationContext, PAUSE } from '../../query/index.ts';
import type { FeedSelection } from '../feed-scope.ts';
import { DocumentReader } from './document-reader.ts';
import type { QueryPosition } from './query-position.ts';
import { progressOf, type QueryProgress } from './query-progress.ts';

/** The largest answer of the service. Source: "Azure Cosmos DB service quotas", maximum response size. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** A page is answered with what it has after this time, as the service does. */
const PAGE_TIME_MS = 5_000;
/** A query that cannot stop in the middle is refused after this time. */
const MAX_TIME_MS = 60_000;

export interface QueryRun {
  readonly query: CompiledQuery;
  readonly feed: FeedSelection;
  readonly context: EvaluationContext;
  readonly maxItemCount: number;
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

/** Reads one page, letting other requests work in between. @throws CosmosError BadRequest when it takes too much time or memory */
export async function readQueryPage(account: Account, run: QueryRun): Promise<QueryPage> {
  const { position } = run;
  const reader = new DocumentReader(account, run.feed, position?.kind === 'document' ? position : undefined);
  const rows = run.query.start(reader, run.context, { cursor: reader, window: windowOf(run) });
  const page = new PageBuilder(run.maxItemCount, reader, progressOf(run, reader, rows));
  const startedAt = account.clock.monotonic();
  for (const row of rows) {
    if (row === PAUSE) {
      await letOthersWork();
      if (page.isOverdue(account.clock.monotonic() - startedAt)) break;
    } else if (!page.add(row)) break;
  }
  return page.finish();
}

function letOthersWork(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function windowOf({ position, maxItemCount }: QueryRun) {
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
    const isFull = this.#rows.length >= this.#maxItemCount || this.#bytes + text.length > MAX_PAGE_BYTES;
    if (isFull && this.#rows.length > 0) {
      this.#next = this.#progress.atRow();
      return false;
    }
    this.#rows.push(text);
    this.#bytes += text.length;
    this.#progress.give();
    return true;
  }

  /** Between two rows: whether the page ends here. @throws CosmosError BadRequest when the query has taken too long */
  isOverdue(elapsedMs: number): boolean {
    if (elapsedMs > MAX_TIME_MS)
      throw new CosmosError('BadRequest', `The query took more than ${MAX_TIME_MS / 1000} seconds, which is the limit`);
    if (elapsedMs > PAGE_TIME_MS) this.#next = this.#progress.betweenRows();
    return this.#next !== undefined;
  }

  finish(): QueryPage {
    const { items, sizeInBytes } = this.#reader;
    const page = { rows: this.#rows, sizeInBytes: this.#bytes, loaded: { items, sizeInBytes } };
    return this.#next ? { ...page, next: this.#next } : page;
  }
}
