import { CosmosError } from '../../model/errors.ts';
import { DEFAULT_WORK_LIMITS, type WorkLimits } from './work-limit.ts';

/** How long queries run, all of them together, in one turn of the event loop. */
const SLICE_MS = 5;
/** After this time a query that cannot stop between two rows is rejected. */
export const MAX_TIME_MS = 60_000;
/** Further queries wait until one of these has ended. */
const MAX_RUNNING = 16;
/** Further queries are rejected. */
const MAX_WAITING = 10_000;
/** The same for queries that need much. A request of such a query may be long itself. */
const MAX_WAITING_ALONE = 200;
/** What a query may do and hold beside others: about 5 ms without a yield, and 2 MB. */
const SHARED_LIMITS = { ...DEFAULT_WORK_LIMITS, stepsPerStretch: 500_000, bytesHeld: 2 * 1024 * 1024 };
/** The longest item that a query reads beside others, in characters. To parse it may take 100 ns for each of them. */
const SHARED_ITEM_CHARACTERS = 64 * 1024;
/** The longest text of a query that is compiled beside others. It takes up to 3 microseconds for each character. */
export const SHARED_TEXT_CHARACTERS = 16 * 1024;
/** A client that is rejected because too many queries run may try again after this time. */
const RETRY_AFTER_MS = 1_000;

/** The part of a clock that measures how long a query runs. */
interface Stopwatch {
  /** In milliseconds. */
  monotonic(): number;
}

/** Whether the client of a query has closed its connection. */
type IsClosed = () => boolean;

/**
 * Shares one thread and its memory among the queries of an account. In one turn of the event loop one query runs for a few
 * milliseconds, and then a turn follows in which none does, so that other requests wait for one slice at most. See
 * docs/decisions/query-budget.md.
 */
export class QueryScheduler {
  readonly #clock: Stopwatch;
  readonly #places = new Places(MAX_RUNNING);
  /** Of the one query that may hold much. */
  readonly #largePlace = new Places(1);
  /** Queries that wait for their next slice. */
  readonly #ready: (() => void)[] = [];
  #sliceEnd = 0;
  /** Whether a next turn is awaited, at whose start `#onTurn` runs. */
  #isTurning = false;
  #hasRested = false;

  constructor(clock: Stopwatch) {
    this.#clock = clock;
  }

  /**
   * Runs one page of a query. When the query needs more than it may beside others, it starts again as the only one that does.
   *
   * @param readAlone called then, where there is a thread for such queries; absent: `read` is called again
   * @throws CosmosError TooManyRequests while too many queries wait
   */
  async run<T>(isClosed: IsClosed, read: (turns: QueryTurns) => Promise<T>, readAlone?: () => Promise<T>): Promise<T> {
    if (this.#places.waiting >= MAX_WAITING) throw tooManyQueries();
    const shared = await this.#runShared(isClosed, read);
    return shared === NEEDS_MORE
      ? await this.runAlone(isClosed, readAlone ?? (() => this.#readHere(isClosed, read)))
      : shared;
  }

  /**
   * Runs what needs more than a query may beside others, as the only one that does.
   *
   * @throws CosmosError TooManyRequests while too many such queries wait
   */
  async runAlone<T>(isClosed: IsClosed, read: () => Promise<T>): Promise<T> {
    if (this.#largePlace.waiting >= MAX_WAITING_ALONE) throw tooManyQueries();
    await this.#largePlace.take();
    try {
      if (isClosed()) throw hasLeft();
      return await read();
    } finally {
      this.#largePlace.leave();
    }
  }

  /** As {@link runAlone}, on this thread and in turns with other queries. */
  runAloneHere<T>(isClosed: IsClosed, read: (turns: QueryTurns) => Promise<T>): Promise<T> {
    return this.runAlone(isClosed, () => this.#readHere(isClosed, read));
  }

  /** Resolves when a query may run: at once when queries have time left in this turn of the event loop. */
  turn(): Promise<void> | undefined {
    if (!this.isSliceOver()) return undefined;
    return new Promise((resolve) => this.#ready.push(resolve));
  }

  /** Whether queries have used their time in this turn of the event loop. */
  isSliceOver(): boolean {
    const now = this.#clock.monotonic();
    if (this.#isTurning) return now >= this.#sliceEnd;
    this.#beginSlice(now);
    return false;
  }

  async #readHere<T>(isClosed: IsClosed, read: (turns: QueryTurns) => Promise<T>): Promise<T> {
    await this.turn();
    return await read(this.#turns(isClosed, 'alone'));
  }

  /** The place is free for another query before one that needs more waits: it may wait for long. */
  async #runShared<T>(isClosed: IsClosed, read: (turns: QueryTurns) => Promise<T>): Promise<T | typeof NEEDS_MORE> {
    await this.#places.take();
    try {
      await this.turn();
      return await read(this.#turns(isClosed, 'shared')).catch(needsMore);
    } finally {
      this.#places.leave();
      this.#continueSlice();
    }
  }

  #turns(isClosed: IsClosed, share: Share): QueryTurns {
    return new QueryTurns(this, { clock: this.#clock, isClosed, share });
  }

  #beginSlice(now: number): void {
    this.#sliceEnd = now + SLICE_MS;
    this.#hasRested = false;
    this.#isTurning = true;
    setImmediate(() => this.#onTurn());
  }

  #onTurn(): void {
    this.#isTurning = this.#ready.length > 0;
    if (!this.#isTurning) return;
    if (this.#hasRested) {
      this.#beginSlice(this.#clock.monotonic());
      this.#ready.shift()?.();
      return;
    }
    this.#hasRested = true;
    setImmediate(() => this.#onTurn());
  }

  /** Gives what is left of the slice to the next query. */
  #continueSlice(): void {
    if (this.#ready.length > 0 && !this.isSliceOver()) this.#ready.shift()?.();
  }
}

/** A number of places that are taken in the order of asking. */
class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  take(): Promise<void> | undefined {
    if (this.#free === 0) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#free -= 1;
    return undefined;
  }

  /** The place goes to the one who has waited longest. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}

/** What the reader of a query asks while it runs. */
export interface QueryPace {
  /** The limits of the work of the query, its time included. */
  readonly limits: WorkLimits;
  /** How long it has run, in milliseconds. */
  elapsed(): number;
  /** Whether it is time to yield. */
  isOver(): boolean;
  /** Called before an item of this length is parsed. */
  beforeItem(characters: number): void;
}

/** Whether a query runs beside others, or is the only one that may hold much. */
type Share = 'shared' | 'alone';

/** When one query yields to others, and how much it may do and hold. */
export class QueryTurns implements QueryPace {
  readonly #scheduler: QueryScheduler;
  readonly #clock: Stopwatch;
  readonly #isClosed: IsClosed;
  readonly #share: Share;
  readonly #startedAt: number;

  constructor(
    scheduler: QueryScheduler,
    { clock, isClosed, share }: { readonly clock: Stopwatch; readonly isClosed: IsClosed; readonly share: Share },
  ) {
    this.#scheduler = scheduler;
    this.#clock = clock;
    this.#isClosed = isClosed;
    this.#share = share;
    this.#startedAt = clock.monotonic();
  }

  /** The limits of the work of the query, its time included. */
  get limits(): WorkLimits {
    const isExpired = () => this.elapsed() > MAX_TIME_MS;
    if (this.#share === 'alone') return { ...DEFAULT_WORK_LIMITS, isExpired };
    return { ...SHARED_LIMITS, isExpired, moreNeeded: () => new MoreNeeded() };
  }

  /** In milliseconds. */
  elapsed(): number {
    return this.#clock.monotonic() - this.#startedAt;
  }

  /** Whether it is time to yield: see {@link next}. */
  isOver(): boolean {
    return this.#scheduler.isSliceOver();
  }

  /** Lets other requests run. @throws CosmosError RequestTimeout when nobody waits for the response any more */
  async next(): Promise<void> {
    await this.#scheduler.turn();
    if (this.#isClosed()) throw hasLeft();
  }

  /** Called before an item of this length is parsed. The query starts again when it may not read it beside others. */
  beforeItem(characters: number): void {
    if (this.#share === 'shared' && characters > SHARED_ITEM_CHARACTERS) throw new MoreNeeded();
  }
}

/** Ends a run beside others. It never leaves this file. */
class MoreNeeded extends Error {}

const NEEDS_MORE = Symbol('the query needs more memory');

function needsMore(error: unknown): typeof NEEDS_MORE {
  if (error instanceof MoreNeeded) return NEEDS_MORE;
  throw error;
}

function hasLeft(): CosmosError {
  return new CosmosError('RequestTimeout', 'The client has closed the connection');
}

/** The service's own message for requests above what it can serve. */
function tooManyQueries(): CosmosError {
  return new CosmosError(
    'TooManyRequests',
    'The request rate is too large. Please retry after sometime. Learn more: http://aka.ms/cosmosdb-error-429',
    {
      substatus: 3200,
      retryAfterMs: RETRY_AFTER_MS,
    },
  );
}
