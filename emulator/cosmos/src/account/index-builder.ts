import { type Clock, type Closeable, type Log, sleep } from '@lazurite/runtime';
import type { GroupCommit } from '../store/group-commit.ts';
import type { IndexedPath } from '../store/item-queries.ts';
import type { ItemSelection, Store } from '../store/store.ts';

/** With fewer items in the container, or in the logical partition that is read, no index is built: reading all takes a few milliseconds. */
const MIN_ITEMS = 500;
const MAX_INDEXES_PER_CONTAINER = 32;
/** Entries that one step adds, to all indexes of the container together: about 20 ms, so that no request waits long behind it. */
const ENTRIES_PER_STEP = 1_000;
/** While queries read all items of a container, they get this many times the time that building takes. */
const READING_SHARE = 2;
/** No query waits for an index of a container with more items: reading all of them takes a fifth of the time of building. */
const MAX_ITEMS_WAITED_FOR = 20_000;
/** How long a query waits for the indexes that it is the first to request. Then it reads without them, and building continues. */
const MAX_WAIT_MS = 1_000;

export interface IndexBuilderDependencies {
  readonly store: Store;
  readonly commits: GroupCommit;
  readonly clock: Clock;
  readonly log: Log;
  /** Below this many items no index is made; default 500. */
  readonly minItems?: number;
}

/** What index building knows of a container. */
interface IndexedContainer {
  /** By which the store knows its items. */
  readonly number: number;
  /** Its physical partitions. */
  readonly ranges: readonly unknown[];
  /** Whether its indexing policy covers the scalars at a property path. */
  isIndexed(path: readonly string[]): boolean;
}

/** The indexes of one container that are being built, all in one pass over its items. */
interface Build {
  readonly indexed: IndexedPath[];
  readonly end: Promise<void>;
}

/** Builds indexes for the paths that queries use, one step at a time. */
export class IndexBuilder implements Closeable {
  readonly #dependencies: IndexBuilderDependencies;
  readonly #builds = new Map<number, Build>();
  readonly #closing = new AbortController();
  #readers = 0;

  constructor(dependencies: IndexBuilderDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Begins to build those indexes of the paths that are missing. Resolves when they are complete, or after a second. Resolves at
   * once when an earlier query has begun them, or when the container is so large that reading without an index is faster.
   *
   * @param partition the logical partition that is read; absent: more than one
   */
  async requestIndexes(
    container: IndexedContainer,
    paths: readonly (readonly string[])[],
    partition?: ItemSelection,
  ): Promise<void> {
    const requested = paths.map((path) => ({ path, byPartition: partition !== undefined }));
    const missing = requested.filter((indexed) => this.#isMissing(container, indexed));
    if (missing.length === 0 || !this.#isLarge(container, partition)) return;
    const built = this.#begin(container, missing);
    if (this.#hasAtLeast(MAX_ITEMS_WAITED_FOR, container)) return;
    const waited = new AbortController();
    const timeout = sleep(this.#dependencies.clock, MAX_WAIT_MS, waited.signal).catch(() => undefined);
    await Promise.race([built, timeout]);
    waited.abort();
  }

  /** Runs a read without an index. A client waits for it, so building slows down meanwhile. */
  async withPriority<T>(read: () => Promise<T>): Promise<T> {
    this.#readers += 1;
    try {
      return await read();
    } finally {
      this.#readers -= 1;
    }
  }

  /** Waits for the running step. An index that is not complete continues when a query requests it again. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#builds.values()].map(({ end }) => end));
  }

  #isMissing(container: IndexedContainer, indexed: IndexedPath): boolean {
    const begun = this.#builds.get(container.number)?.indexed ?? [];
    if (!container.isIndexed(indexed.path) || begun.some((one) => isSame(one, indexed))) return false;
    const indexes = this.#dependencies.store.indexes.list(container.number);
    const known = indexes.find((index) => isSame(index, indexed));
    return known ? !known.isComplete : indexes.length < MAX_INDEXES_PER_CONTAINER;
  }

  #isLarge(container: IndexedContainer, partition: ItemSelection | undefined): boolean {
    const { store, minItems = MIN_ITEMS } = this.#dependencies;
    if (!partition) return this.#hasAtLeast(minItems, container);
    const numbers = store.queries.numbers({ ...partition, now: 0, conditions: [] }, minItems);
    return numbers === undefined || numbers.length >= minItems;
  }

  #hasAtLeast(items: number, { number, ranges }: IndexedContainer): boolean {
    let left = items;
    for (const range of ranges.keys())
      left -= this.#dependencies.store.queries.count({ container: number, range }, left);
    return left <= 0;
  }

  /** Resolves when all indexes of the container are complete, those begun earlier included. */
  #begin({ number }: IndexedContainer, missing: readonly IndexedPath[]): Promise<void> {
    const running = this.#builds.get(number);
    running?.indexed.push(...missing);
    if (running) return running.end;
    const indexed = [...missing];
    const end = this.#build(number, indexed)
      .catch((error: unknown) => this.#dependencies.log.warn({ err: error }, 'An index could not be built'))
      .finally(() => this.#builds.delete(number));
    this.#builds.set(number, { indexed, end });
    return end;
  }

  /** @param indexed grows while it is built */
  async #build(container: number, indexed: readonly IndexedPath[]): Promise<void> {
    const { clock, commits } = this.#dependencies;
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

  /** An index that has an id is not created again, because it may have been dropped meanwhile. */
  #step(container: number, begun: readonly number[], more: readonly IndexedPath[]) {
    const { indexes } = this.#dependencies.store;
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
