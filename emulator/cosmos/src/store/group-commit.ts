import type { Log } from '@lazurite/runtime';
import { CosmosError } from '../model/errors.ts';
import { StoreError } from './errors.ts';
import type { Store } from './store.ts';

/** A write waiting for its group. `run` may be called again when the group is taken back because of another write. */
interface PendingWrite {
  readonly run: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
}

type Outcome = { readonly value: unknown } | { readonly refusal: CosmosError };

/**
 * Makes all writes of one turn of the event loop one transaction, so that they share one fsync, and answers each after
 * its commit. A write that is refused (a CosmosError) leaves nothing behind and does not touch the others.
 */
export class GroupCommit {
  readonly #store: Store;
  readonly #log: Log;
  readonly #onRollback: () => void;
  #pending: PendingWrite[] = [];
  #scheduled = false;
  /** What follows the commit of the running group. */
  #effects = new Map<string, () => void>();

  /** @param onRollback called when writes that had run were taken back: what was derived from them is wrong */
  constructor(store: Store, log: Log, onRollback: () => void = () => undefined) {
    this.#store = store;
    this.#log = log;
    this.#onRollback = onRollback;
  }

  /**
   * Runs `work` in the next group and resolves with its result once that is on disk. `work` throws its CosmosError
   * before it writes anything; if it cannot know beforehand, use `writeAtomically`.
   *
   * @throws CosmosError as thrown by `work`, or ServiceUnavailable when the group could not be committed
   */
  write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({ run: work, resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.#flush());
    });
  }

  /** As `write`, for work that may write before it throws: what it wrote is then undone. */
  writeAtomically<T>(work: () => T): Promise<T> {
    return this.write(() => this.savepoint(work));
  }

  /** Inside a write: undoes the writes of `work` and forgets its effects when it throws, and rethrows. */
  savepoint<T>(work: () => T): T {
    const effects = new Map(this.#effects);
    try {
      return this.#store.savepoint(work);
    } catch (error) {
      this.#effects = effects;
      throw error;
    }
  }

  /** Inside a write: calls `effect` once the group is on disk; of several with one key, the last. It must not throw. */
  afterCommit(key: string, effect: () => void): void {
    this.#effects.set(key, effect);
  }

  #flush(): void {
    const group = this.#pending;
    this.#pending = [];
    this.#scheduled = false;
    this.#commit(group);
  }

  #commit(group: readonly PendingWrite[]): void {
    let current: PendingWrite | undefined;
    let outcomes: Outcome[];
    this.#effects.clear();
    try {
      outcomes = this.#store.transaction(() =>
        group.map((write) => {
          current = write;
          const outcome = attempt(write);
          current = undefined;
          return outcome;
        }),
      );
    } catch (error) {
      this.#onRollback();
      this.#recover(group, error, current);
      return;
    }
    for (const [index, write] of group.entries()) settle(write, outcomes[index]);
    for (const effect of this.#effects.values()) effect();
  }

  /** Nothing of the group is in the store. A write with a fault of its own is rejected alone and the others run again. */
  #recover(group: readonly PendingWrite[], error: unknown, culprit: PendingWrite | undefined): void {
    if (culprit && !(error instanceof StoreError)) {
      culprit.reject(error);
      const others = group.filter((write) => write !== culprit);
      if (others.length > 0) this.#commit(others);
      return;
    }
    this.#log.error({ err: error, writes: group.length }, 'A group of writes could not be committed');
    const refusal = new CosmosError('ServiceUnavailable', 'The store cannot write at the moment.', { cause: error });
    for (const write of group) write.reject(refusal);
  }
}

function attempt(write: PendingWrite): Outcome {
  try {
    return { value: write.run() };
  } catch (error) {
    if (error instanceof CosmosError) return { refusal: error };
    throw error;
  }
}

function settle(write: PendingWrite, outcome: Outcome | undefined): void {
  if (outcome && 'value' in outcome)
    write.resolve(outcome.value as never); // the type that `write` was given
  else write.reject(outcome?.refusal);
}
