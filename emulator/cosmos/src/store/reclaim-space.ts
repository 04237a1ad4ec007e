import type { Log } from '@lazurite/runtime';
import type { GroupCommit } from './group-commit.ts';
import { COMMITS, type Store, type StoreSize } from './store.ts';

/** Less is left to be used again. */
const MIN_UNUSED_BYTES = 1024 * 1024;
/** What one group of writes gives back: other writes of its turn wait some milliseconds for it. */
const STEP_BYTES = 1024 * 1024;
/** The log grows to 16 MB in a load; a store that rests does not need so much. */
const MAX_IDLE_LOG_BYTES = 1024 * 1024;

/**
 * Gives the room of what was deleted back to the file system, in small steps between other writes, once it is more than a
 * quarter of the main file. docs/decisions/space.md says why and what was measured.
 */
export class SpaceReclaimer {
  readonly #store: Store;
  readonly #commits: GroupCommit;
  readonly #log: Log;
  #commitsSeen = 0;

  constructor({ store, commits }: { store: Store; commits: GroupCommit }, log: Log) {
    this.#store = store;
    this.#commits = commits;
    this.#log = log;
  }

  /** To be called from time to time. */
  async reclaim(): Promise<void> {
    const { space, counters } = this.#store;
    const isIdle = counters.current(COMMITS) === this.#commitsSeen;
    this.#commitsSeen = counters.current(COMMITS);
    const before = space.size();
    const after = await this.#release(before);
    const hasShrunk = after.bytes < before.bytes;
    if (!hasShrunk && !(isIdle && after.logBytes > MAX_IDLE_LOG_BYTES)) return;
    space.flush();
    if (hasShrunk) this.#log.info({ before, after: space.size() }, 'The file of the store has shrunk');
  }

  async #release(before: StoreSize): Promise<StoreSize> {
    const { space } = this.#store;
    let size = before;
    while (isWorthReleasing(size)) {
      await this.#commits.write(() => space.release(STEP_BYTES));
      const after = space.size();
      if (after.unusedBytes >= size.unusedBytes) return after; // other writes free more meanwhile, or this file cannot shrink
      size = after;
    }
    return size;
  }
}

function isWorthReleasing({ bytes, unusedBytes }: StoreSize): boolean {
  return unusedBytes > MIN_UNUSED_BYTES && unusedBytes > bytes / 4;
}
