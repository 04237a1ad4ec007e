import type { Account } from '../../account/account.ts';
import { CosmosError } from '../../model/errors.ts';
import { isJsonObject, type JsonValue } from '../../model/json.ts';
import type { CompiledQuery, SteppedRows } from '../../query/compile-query.ts';
import { type PageRequest, type RowKey, YIELD } from '../../query/execute/evaluation-frame.ts';
import type { QueryPace, QueryTurns } from '../../query/execute/query-turns.ts';
import type { DistanceFunction, EvaluationContext, GeospatialType } from '../../query/values/evaluation-context.ts';
import type { FunctionsMessage } from '../../script-worker/protocol.ts';
import type { FunctionChannel, UserFunctions } from '../../scripts/user-functions.ts';
import type { FeedSelection } from '../feed.ts';
import type { AccessPath } from './access-path.ts';
import { DocumentReader, type DocumentReading, type OrderStart, type QueriedStore } from './document-reader.ts';
import type { QueryText } from './query-outline.ts';

/** The largest response of the service. Source: "Azure Cosmos DB service quotas", maximum response size. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** After this time a page ends with the rows it has, as in the service. */
const PAGE_TIME_MS = 5_000;
/** The longest row that is written. A limit of this server: rows may repeat the same value many times. */
const MAX_ROW_BYTES = 16 * 1024 * 1024;

/** What one page of a query reads: all that another thread needs to know. */
export interface PageInput extends QueryText {
  readonly feed: FeedSelection;
  readonly access: AccessPath;
  readonly settings: QuerySettings;
  readonly maxItemCount: number;
  /** How many items pass the filter, when the query is only a count. */
  readonly count?: number;
  /** Absent: from the start. */
  readonly cursor?: Cursor;
}

/** What the evaluation of a query depends on besides items. */
export interface QuerySettings {
  /** In milliseconds since the Unix epoch. */
  readonly now: number;
  readonly geospatialType: GeospatialType;
  /** The distance functions of vectors by their paths. */
  readonly distances: ReadonlyMap<string, DistanceFunction>;
}

/** A page with its query, compiled. */
export interface QueryRun {
  readonly query: CompiledQuery;
  readonly input: PageInput;
  /** A number in [0, 1), for RAND(). */
  random(): number;
  /** Absent: the query calls none. */
  readonly callUserFunction?: EvaluationContext['callUserFunction'];
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

/** A page that is to be read. */
export interface PageRead {
  readonly input: PageInput;
  /** The user-defined functions that it calls. */
  readonly functions: FunctionsMessage['functions'];
  /** The query, where it was compiled on this thread. */
  readonly compiled?: CompiledQuery;
}

/** A task of the query thread. */
export interface PageTask {
  readonly kind: 'page';
  readonly input: PageInput;
  /** Absent: it calls none. */
  readonly functions?: FunctionChannel;
}

/**
 * Reads one page in turns with other queries, or on a thread of its own when it needs more than they may, or calls functions, for
 * which the thread waits.
 *
 * @param isClosed whether the client has left, so that the query can end
 * @throws CosmosError RequestTimeout or BadRequest when it takes too much time or memory, TooManyRequests when too many queries wait
 */
export function readQueryPage(account: Account, page: PageRead, isClosed: () => boolean): Promise<QueryPage> {
  const { queryScheduler, queryThread: thread } = account;
  const { input, functions, compiled } = page;
  const here = (callUserFunction?: UserFunctions['call']) => async (turns: QueryTurns) => {
    const query = compiled ?? account.queries.compile(input.text, input.parameters, input.computed);
    const random = () => account.randomness.fraction();
    const steps = pageInSteps(
      account.store,
      { query, input, random, ...(callUserFunction && { callUserFunction }) },
      turns,
    );
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      await turns.next();
    }
  };
  // The results are those of `pageInSteps`.
  const onThread = (channel?: FunctionChannel) => {
    const task: PageTask = { kind: 'page', input, ...(channel && { functions: channel }) };
    return thread?.run(task, isClosed, channel && [channel.port]) as Promise<QueryPage>;
  };
  if (functions.length > 0)
    return thread
      ? queryScheduler.runAlone(isClosed, () => withFunctions(account, functions, ({ channel }) => onThread(channel)))
      : withFunctions(account, functions, ({ call }) => queryScheduler.runAloneHere(isClosed, here(call)));
  if (!compiled && thread) return queryScheduler.runAlone(isClosed, () => onThread());
  return queryScheduler.run(isClosed, here(), thread && (() => onThread()));
}

/** A function that takes too much time or memory ends its thread, so that nothing is left of it. */
async function withFunctions<T>(
  { scripts }: Account,
  functions: PageRead['functions'],
  run: (functions: UserFunctions) => Promise<T>,
): Promise<T> {
  const opened = await scripts.openFunctions(functions);
  try {
    return await run(opened);
  } catch (error) {
    if (error instanceof CosmosError && error.code === 'RequestTimeout') await opened.end();
    throw error;
  } finally {
    opened.close();
  }
}

/** Reads one page, and yields when other requests may run. */
export function* pageInSteps(store: QueriedStore, run: QueryRun, pace: QueryPace): Generator<undefined, QueryPage> {
  const { query, input, random, callUserFunction } = run;
  const { settings, maxItemCount, access } = input;
  const reader = new DocumentReader(store, readingOf(run), (characters) => pace.beforeItem(characters));
  const { limits } = pace;
  const { now, geospatialType, distances } = settings;
  const distanceOf = (path: string) => distances.get(path);
  const context = { now, random, geospatialType, distanceOf, ...(callUserFunction && { callUserFunction }) };
  const rows = query.start(reader, context, {
    current: reader,
    page: pageRequestOf(input),
    limits,
    sortedInput: access.kind === 'order',
  });
  const page = new PageBuilder(maxItemCount, reader, trackCursor(run, reader, rows));
  const endsWhenFull = mayEndWhenFull(run);
  for (const row of rows) {
    if (pace.isOver()) yield;
    if (row === YIELD) {
      if (pace.elapsed() > PAGE_TIME_MS && page.endBetweenRows()) break;
    } else if (!page.add(row) || (endsWhenFull && page.isFull && page.endBetweenRows())) break;
  }
  return page.finish();
}

/** As in the service, a full page of a query that is not limited has a continuation, though nothing may follow. */
function mayEndWhenFull({ query: { query }, input: { count } }: QueryRun): boolean {
  return count === undefined && query.select.top === undefined && query.offsetLimit === undefined;
}

function readingOf({ query, input }: QueryRun): DocumentReading {
  const { feed, access, cursor, settings } = input;
  // Rows with the same keys come in the order of `_rid`, in the opposite one when a key descends.
  const descending = query.query.orderBy?.items.some(({ direction }) => direction === 'DESC') ?? false;
  const start = cursor?.kind === 'document' ? cursor : undefined;
  const orderStart = cursor?.kind === 'row' ? orderStartOf(cursor.row) : undefined;
  const now = Math.floor(settings.now / 1_000);
  return { now, feed, access, descending, ...(start && { start }), ...(orderStart && { orderStart }) };
}

/** Items with the same first key are sorted by the other keys, so reading starts with the first of them. */
function orderStartOf({ keys: [value, ...others], document }: RowKey): OrderStart {
  return others.length > 0 ? { value } : { value, document };
}

function pageRequestOf({ cursor, maxItemCount, count }: PageInput): PageRequest {
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

  get isFull(): boolean {
    return this.#rows.length >= this.#maxItemCount;
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

/** Where a page of a query ended and the next one starts. */
export type Cursor = CursorAtDocument | CursorBehindRow | CursorAtOffset;

/**
 * Of a query whose rows come as documents are read: the next page starts with this document, or with the one after it if it
 * is gone.
 */
interface CursorAtDocument {
  readonly kind: 'document';
  /** The index of the selection of the feed. The same query and scope give the same selections. */
  readonly selection: number;
  /** The number of the item. */
  readonly document: number;
  /** How many of its rows are on earlier pages. */
  readonly skip: number;
  /** How many rows came before, those that OFFSET leaves out included. */
  readonly before: number;
}

/** Of a query that sorts: the next page starts behind this row. */
interface CursorBehindRow {
  readonly kind: 'row';
  readonly row: RowKey;
  readonly before: number;
}

/** Of any other query: the next page computes all rows again and leaves out this many. */
interface CursorAtOffset {
  readonly kind: 'offset';
  readonly offset: number;
}

/** Longer keys would make a token of more than 1 KB. */
const MAX_KEYS_BYTES = 600;

/** A cursor as short JSON, for a continuation token. Long sort keys are left out, because the item has them. */
export function encodeCursor(cursor: Cursor): JsonValue {
  if (cursor.kind === 'offset') return { o: cursor.offset };
  if (cursor.kind === 'document') return { d: [cursor.selection, cursor.document, cursor.skip, cursor.before] };
  const { keys, document, row } = cursor.row;
  // JSON has no undefined: a key is in an array of one, or of none.
  const wrapped = keys.map((key) => (key === undefined ? [] : [key]));
  const r = [document, row, cursor.before];
  return Buffer.byteLength(JSON.stringify(wrapped)) > MAX_KEYS_BYTES ? { r } : { k: wrapped, r };
}

/**
 * The inverse of `encodeCursor`, for JSON that this server has signed.
 *
 * @param readKeys reads the sort keys of a document that were too long for the token
 */
export function decodeCursor(value: JsonValue, readKeys: (document: number) => RowKey['keys']): Cursor {
  if (!isJsonObject(value)) throw new TypeError(`A signed cursor is '${JSON.stringify(value)}', expected an object`);
  if (value.o !== undefined) return { kind: 'offset', offset: Number(value.o) };
  if (value.d !== undefined) {
    const [selection = 0, document = 0, skip = 0, before = 0] = value.d as readonly number[]; // as encoded above
    return { kind: 'document', selection, document, skip, before };
  }
  const [document = 0, row = 0, before = 0] = value.r as readonly number[]; // as encoded above
  const wrapped = value.k as readonly (readonly JsonValue[])[] | undefined; // as encoded above
  const keys = wrapped === undefined ? readKeys(document) : wrapped.map(([key]) => key);
  return { kind: 'row', row: { keys, document, row }, before };
}

/** Follows the rows of one run and gives the cursor of the next page. */
export interface CursorTracker {
  /** Called once for each row: whether an earlier page has it. */
  isOnEarlierPage(): boolean;
  /** The current row is on this page. */
  add(): void;
  /** The cursor of a next page that starts with the current row. */
  atRow(): Cursor;
  /** The cursor of a next page that starts behind the last row; undefined when the query cannot stop there. */
  betweenRows(): Cursor | undefined;
}

function trackCursor({ query, input: { cursor } }: QueryRun, reader: DocumentReader, rows: SteppedRows): CursorTracker {
  if (resumesDocumentCursor(query))
    return new DocumentTracker(reader, rows, cursor?.kind === 'document' ? cursor : undefined);
  if (query.sorts) return new SortTracker(rows);
  return new OffsetTracker(cursor?.kind === 'offset' ? cursor.offset : 0);
}

/** DISTINCT needs the rows of earlier pages. */
function resumesDocumentCursor({ streams, query }: CompiledQuery): boolean {
  return streams && !query.select.distinct;
}

class DocumentTracker implements CursorTracker {
  readonly #reader: DocumentReader;
  readonly #rows: SteppedRows;
  readonly #start: CursorAtDocument | undefined;
  #document = Number.NaN;
  #row = 0;

  constructor(reader: DocumentReader, rows: SteppedRows, start: CursorAtDocument | undefined) {
    this.#reader = reader;
    this.#rows = rows;
    this.#start = start;
  }

  isOnEarlierPage(): boolean {
    const { document } = this.#reader;
    this.#row = document === this.#document ? this.#row + 1 : 0;
    this.#document = document;
    return document === this.#start?.document && this.#row < this.#start.skip;
  }

  add(): void {
    // The reader knows the current row.
  }

  atRow(): Cursor {
    const { selection, document } = this.#reader;
    // The next run counts this row again, and those of its document before it.
    return { kind: 'document', selection, document, skip: this.#row, before: this.#rows.rowsSeen - this.#row - 1 };
  }

  /** The current document again, without the rows it has given. Undefined where a page would end where it began. */
  betweenRows(): Cursor | undefined {
    const { selection, document } = this.#reader;
    if (document === 0 || document === this.#start?.document) return undefined;
    const skip = document === this.#document ? this.#row + 1 : 0;
    return { kind: 'document', selection, document, skip, before: this.#rows.rowsSeen - skip };
  }
}

class SortTracker implements CursorTracker {
  readonly #rows: SteppedRows;
  #last: RowKey | undefined;

  constructor(rows: SteppedRows) {
    this.#rows = rows;
  }

  isOnEarlierPage(): boolean {
    return false;
  }

  add(): void {
    this.#last = this.#rows.lastRow;
  }

  atRow(): Cursor {
    const { keys = [], document = 0, row = 0 } = this.#last ?? {};
    return { kind: 'row', row: { keys, document, row }, before: this.#rows.rowsSeen - 1 };
  }

  betweenRows(): undefined {
    return undefined;
  }
}

class OffsetTracker implements CursorTracker {
  #left: number;
  #offset: number;

  constructor(offset: number) {
    this.#left = offset;
    this.#offset = offset;
  }

  isOnEarlierPage(): boolean {
    this.#left -= 1;
    return this.#left >= 0;
  }

  add(): void {
    this.#offset += 1;
  }

  atRow(): Cursor {
    return { kind: 'offset', offset: this.#offset };
  }

  betweenRows(): undefined {
    return undefined;
  }
}
