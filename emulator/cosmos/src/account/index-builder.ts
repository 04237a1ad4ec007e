import { type Clock, type Closeable, type Log, sleep } from '@lazurite/runtime';
import type { GroupCommit } from '../store/group-commit.ts';
import type { IndexedPath } from '../store/item-queries.ts';
import type { ItemSelection, Store } from '../store/store.ts';
import type { Container } from './container.ts';

/** Below this many items in the container, or the logical partition that is read, reading all of them takes a few milliseconds, and no index is made. */
const MIN_ITEMS = 500;
const MAX_INDEXES_PER_CONTAINER = 32;
/** Entries that one step adds, to all indexes of the container together: about 20 ms, so that no request waits long behind it. */
const ENTRIES_PER_STEP = 1_000;
/** While queries read all their items they get so many times the time that building takes. */
const READING_SHARE = 2;
/** Of a container with more items to read them all takes a fifth of the time that building takes: no query waits for that. */
const MAX_ITEMS_WAITED_FOR = 20_000;
/** How long a query waits for the indexes that it is the first to want; then it reads without, and building goes on. */
const PATIENCE_MS = 1_000;

export interface IndexBuilderParts {
  readonly store: Store;
  readonly commits: GroupCommit;
  readonly clock: Clock;
  readonly log: Log;
  /** Below this many items no index is made; default 500. */
  readonly minItems?: number;
}

/** The indexes of one container that are being filled, all in one pass over its items. */
interface Build {
  readonly indexed: IndexedPath[];
  readonly end: Promise<void>;
}

/** Makes indexes for the paths that queries use, a step at a time. */
export class IndexBuilder implements Closeable {
  readonly #parts: IndexBuilderParts;
  readonly #builds = new Map<number, Build>();
  readonly #closing = new AbortController();
  #readers = 0;

  constructor(parts: IndexBuilderParts) {
    this.#parts = parts;
  }

  /**
   * Begins indexes for those of the paths that shall have one. Resolves once they are there, or after a second; at once when they
   * had been begun before, or the container is so large that the query had better read without.
   *
   * @param partition the logical partition that is read; absent: more than one
   */
  async want(container: Container, paths: readonly (readonly string[])[], partition?: ItemSelection): Promise<void> {
    const wanted = paths.map((path) => ({ path, byPartition: partition !== undefined }));
    const missing = wanted.filter((indexed) => this.#isMissing(container, indexed));
    if (missing.length === 0 || !this.#isLarge(container, partition)) return;
    const built = this.#begin(container, missing);
    if (this.#hasAtLeast(MAX_ITEMS_WAITED_FOR, container)) return;
    const given = new AbortController();
    const patience = sleep(this.#parts.clock, PATIENCE_MS, given.signal).catch(() => undefined);
    await Promise.race([built, patience]);
    given.abort();
  }

  /** Runs a read without an index: it takes a fifth of the time of building and is waited for, so building gives way. */
  async withPriority<T>(read: () => Promise<T>): Promise<T> {
    this.#readers += 1;
    try {
      return await read();
    } finally {
      this.#readers -= 1;
    }
  }

  /** Lets the step that runs come to its end. What is not complete goes on when it is wanted again. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#builds.values()].map(({ end }) => end));
  }

  #isMissing(container: Container, indexed: IndexedPath): boolean {
    const begun = this.#builds.get(container.number)?.indexed ?? [];
    if (!container.isIndexed(indexed.path) || begun.some((one) => isSame(one, indexed))) return false;
    const indexes = this.#parts.store.indexes.list(container.number);
    const known = indexes.find((index) => isSame(index, indexed));
    return known ? !known.isComplete : indexes.length < MAX_INDEXES_PER_CONTAINER;
  }

  #isLarge(container: Container, partition: ItemSelection | undefined): boolean {
    const { store, minItems = MIN_ITEMS } = this.#parts;
    if (!partition) return this.#hasAtLeast(minItems, container);
    const numbers = store.queries.numbers({ ...partition, now: 0, conditions: [] }, minItems);
    return numbers === undefined || numbers.length >= minItems;
  }

  #hasAtLeast(items: number, { number, ranges }: Container): boolean {
    let left = items;
    for (const range of ranges.keys()) left -= this.#parts.store.queries.count({ container: number, range }, left);
    return left <= 0;
  }

  /** Resolves when the container's indexes are there, those that were begun before too. */
  #begin({ number }: Container, missing: readonly IndexedPath[]): Promise<void> {
    const running = this.#builds.get(number);
    running?.indexed.push(...missing);
    if (running) return running.end;
    const indexed = [...missing];
    const end = this.#build(number, indexed)
      .catch((error: unknown) => this.#parts.log.warn({ err: error }, 'An index could not be built'))
      .finally(() => this.#builds.delete(number));
    this.#builds.set(number, { indexed, end });
    return end;
  }

  /** @param indexed grows while it is built */
  async #build(container: number, indexed: readonly IndexedPath[]): Promise<void> {
    const { clock, commits } = this.#parts;
    const { signal } = this.#closing;
    let ids: readonly number[] = [];
    let isComplete = false;
    while (!isComplete && !signal.aborted) {
      const startedAt = clock.monotonic();
      const step = await commits.write(() => this.#step(container, ids, indexed.slice(ids.length)));
      ids = step.ids;
      isComplete = step.isComplete && ids.length === indexed.length;
      const pauseMs = READING_SHARE * (clock.monotonic() - startedAt);
      if (!isComplete && this.#readers > 0) await sleep(clock, pauseMs, signal).catch(() => undefined); // closed meanwhile
    }
  }

  /** An index that has an id is not made again: it may have been dropped meanwhile. */
  #step(container: number, begun: readonly number[], more: readonly IndexedPath[]) {
    const { indexes } = this.#parts.store;
    const known = indexes.list(container);
    const ids = [
      ...begun,
      ...more.map((one) => (known.find((index) => isSame(index, one)) ?? indexes.create(container, one)).id),
    ];
    return { ids, isComplete: indexes.extend(ids, Math.ceil(ENTRIES_PER_STEP / ids.length)) };
  }
}

function isSame(left: IndexedPath, right: IndexedPath): boolean {
  return left.byPartition === right.byPartition && JSON.stringify(left.path) === JSON.stringify(right.path);
}
