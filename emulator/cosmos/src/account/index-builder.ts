import { type Clock, type Closeable, type Log, sleep } from '@lazurite/runtime';
import type { GroupCommit } from '../store/group-commit.ts';
import type { IndexedPath } from '../store/item-queries.ts';
import type { ItemSelection, Store } from '../store/store.ts';
import type { Container } from './container.ts';

/** Below this many items in the container, or the logical partition that is read, reading all of them takes a few milliseconds, and no index is made. */
const MIN_ITEMS = 500;
const MAX_INDEXES_PER_CONTAINER = 32;
/** Items that one step takes in: about 20 ms, so that no request waits long behind it. */
const ITEMS_PER_STEP = 1_000;
/** How long a query waits for the index that it is the first to want; then it reads without, and building goes on. */
const PATIENCE_MS = 5_000;

export interface IndexBuilderParts {
  readonly store: Store;
  readonly commits: GroupCommit;
  readonly clock: Clock;
  readonly log: Log;
  /** Below this many items no index is made; default 500. */
  readonly minItems?: number;
}

/** Makes indexes for the paths that queries use, a step at a time. */
export class IndexBuilder implements Closeable {
  readonly #parts: IndexBuilderParts;
  readonly #running = new Map<string, Promise<void>>();
  #isClosed = false;

  constructor(parts: IndexBuilderParts) {
    this.#parts = parts;
  }

  /**
   * Begins indexes for those of the paths that shall have one. Resolves once they are there, or after five seconds; at once when they
   * had been begun before.
   *
   * @param partition the logical partition that is read; absent: more than one
   */
  async want(container: Container, paths: readonly (readonly string[])[], partition?: ItemSelection): Promise<void> {
    const wanted = paths.map((path) => ({ path, byPartition: partition !== undefined }));
    const missing = wanted.filter((indexed) => this.#isMissing(container, indexed));
    if (missing.length === 0 || !this.#isLarge(container, partition)) return;
    const builds = missing.map((indexed) => this.#build(container, indexed));
    const given = new AbortController();
    const patience = sleep(this.#parts.clock, PATIENCE_MS, given.signal).catch(() => undefined);
    await Promise.race([Promise.all(builds), patience]);
    given.abort();
  }

  /** Lets the step that runs come to its end. What is not complete goes on when it is wanted again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#running.values());
  }

  #isMissing(container: Container, indexed: IndexedPath): boolean {
    if (!container.isIndexed(indexed.path) || this.#running.has(keyOf(container, indexed))) return false;
    const indexes = this.#parts.store.indexes.list(container.number);
    const known = indexes.find((index) => isOf(index, indexed));
    return known ? !known.isComplete : indexes.length < MAX_INDEXES_PER_CONTAINER;
  }

  #isLarge({ number, ranges }: Container, partition: ItemSelection | undefined): boolean {
    const { store, minItems = MIN_ITEMS } = this.#parts;
    if (partition) {
      const numbers = store.queries.numbers({ ...partition, now: 0, conditions: [] }, minItems);
      return numbers === undefined || numbers.length >= minItems;
    }
    let left = minItems;
    for (const range of ranges.keys()) left -= store.queries.count({ container: number, range }, left);
    return left <= 0;
  }

  #build(container: Container, indexed: IndexedPath): Promise<void> {
    const key = keyOf(container, indexed);
    const build = this.#extend(container, indexed)
      .catch((error: unknown) => this.#parts.log.warn({ err: error }, 'An index could not be built'))
      .finally(() => this.#running.delete(key));
    this.#running.set(key, build);
    return build;
  }

  async #extend({ number }: Container, indexed: IndexedPath): Promise<void> {
    const { commits, store } = this.#parts;
    const { indexes } = store;
    const id = await commits.write(() => {
      const known = indexes.list(number).find((index) => isOf(index, indexed));
      return (known ?? indexes.create(number, indexed)).id;
    });
    let isComplete = false;
    while (!isComplete && !this.#isClosed) isComplete = await commits.write(() => indexes.extend(id, ITEMS_PER_STEP));
  }
}

function isOf(index: IndexedPath, { path, byPartition }: IndexedPath): boolean {
  return index.byPartition === byPartition && JSON.stringify(index.path) === JSON.stringify(path);
}

function keyOf({ number }: Container, { path, byPartition }: IndexedPath): string {
  return JSON.stringify([number, path, byPartition]);
}
