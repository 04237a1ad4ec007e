import { type Clock, type Closeable, type Log, sleep } from '@lazurite/runtime';
import type { GroupCommit } from '../store/group-commit.ts';
import type { Store } from '../store/store.ts';
import type { Container } from './container.ts';

/** Below this many items reading all of them takes a few milliseconds, and no index is made. */
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
   */
  async want(container: Container, paths: readonly (readonly string[])[]): Promise<void> {
    const missing = paths.filter((path) => this.#isMissing(container, path));
    if (missing.length === 0 || !this.#isLarge(container)) return;
    const builds = missing.map((path) => this.#build(container, path));
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

  #isMissing(container: Container, path: readonly string[]): boolean {
    if (!container.isIndexed(path) || this.#running.has(keyOf(container, path))) return false;
    const indexes = this.#parts.store.indexes.list(container.number);
    const known = indexes.find((index) => index.path.join('\n') === path.join('\n'));
    return known ? !known.isComplete : indexes.length < MAX_INDEXES_PER_CONTAINER;
  }

  #isLarge({ number, ranges }: Container): boolean {
    const { store, minItems = MIN_ITEMS } = this.#parts;
    let left = minItems;
    for (const range of ranges.keys()) left -= store.queries.count({ container: number, range }, left);
    return left <= 0;
  }

  #build(container: Container, path: readonly string[]): Promise<void> {
    const key = keyOf(container, path);
    const build = this.#extend(container, path)
      .catch((error: unknown) => this.#parts.log.warn({ err: error }, 'An index could not be built'))
      .finally(() => this.#running.delete(key));
    this.#running.set(key, build);
    return build;
  }

  async #extend({ number }: Container, path: readonly string[]): Promise<void> {
    const { commits, store } = this.#parts;
    const { indexes } = store;
    const text = JSON.stringify(path);
    const id = await commits.write(() => {
      const known = indexes.list(number).find((index) => JSON.stringify(index.path) === text);
      return (known ?? indexes.create(number, path)).id;
    });
    let isComplete = false;
    while (!isComplete && !this.#isClosed) isComplete = await commits.write(() => indexes.extend(id, ITEMS_PER_STEP));
  }
}

function keyOf({ number }: Container, path: readonly string[]): string {
  return JSON.stringify([number, path]);
}
