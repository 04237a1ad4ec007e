import type { Log } from '@lazurite/runtime';
import { CosmosError } from '../model/errors.ts';
import { StoreError } from './errors.ts';
import type { Store } from './store.ts';

/** A write waiting for its group. `run` is called again when the group is rolled back because of another write. */
interface PendingWrite {
  readonly run: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
}

type Outcome = { readonly value: unknown } | { readonly rejection: CosmosError };

/**
 * Combines all writes of one turn of the event loop in one transaction, so that they share one fsync, and resolves each after the
 * commit. A write that is rejected (by a CosmosError) has no effect, neither on the store nor on the other writes.
 */
export class GroupCommit {
  readonly #store: Store;
  readonly #log: Log;
  readonly #onRollback: () => void;
  #pending: PendingWrite[] = [];
  #scheduled = false;
  #isPaused = false;
  /** Resolves when the last of `exclusively` is done. */
  #exclusive: Promise<unknown> = Promise.resolve();
  /** Runs after the commit of the current group, by key. */
  #effects = new Map<string, () => void>();

  /** @param onRollback called when writes that had run were rolled back, so that anything derived from them is invalid */
  constructor(store: Store, log: Log, onRollback: () => void = () => undefined) {
    this.#store = store;
    this.#log = log;
    this.#onRollback = onRollback;
  }

  /**
   * Runs `work` in the next group and resolves with its result once it is on disk. `work` must throw its CosmosError before it
   * writes anything; otherwise use `writeAtomically`.
   *
   * @throws CosmosError as thrown by `work`, or ServiceUnavailable when the group could not be committed
   */
  write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({ run: work, resolve, reject });
      this.#schedule();
    });
  }

  /**
   * Runs `work` while no other write is made, and then the write that it gives, before those that have waited. Meanwhile reads
   * see the store as it was. Of several calls one runs after the other.
   *
   * @throws whatever `work` throws, CosmosError as thrown by its write, or ServiceUnavailable
   */
  exclusively<T>(work: () => Promise<() => T>): Promise<T> {
    const result = this.#exclusive.then(() => this.#runExclusively(work));
    this.#exclusive = result.catch(() => undefined);
    return result;
  }

  async #runExclusively<T>(work: () => Promise<() => T>): Promise<T> {
    try {
      await this.write(() => {
        this.#isPaused = true;
      });
      const last = await work();
      return await new Promise<T>((resolve, reject) => {
        this.#pending.unshift({ run: () => this.savepoint(last), resolve, reject });
        this.#resume();
      });
    } finally {
      this.#resume();
    }
  }

  #resume(): void {
    this.#isPaused = false;
    if (this.#pending.length > 0) this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#isPaused) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  /** As `write`, for work that may write before it throws: its writes are then undone. */
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

  /** Inside a write: calls `effect` once the group is on disk. Of several effects with one key only the last runs. It must not throw. */
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

  /** Called when nothing of the group is in the store: rejects the write that failed and runs the others again. */
  #recover(group: readonly PendingWrite[], error: unknown, failed: PendingWrite | undefined): void {
    if (failed && isOfOneWrite(error)) {
      failed.reject(error);
      const others = group.filter((write) => write !== failed);
      if (others.length > 0) this.#commit(others);
      return;
    }
    const isMoved = error instanceof StoreError && error.code === 'StoreMoved'; // the store has logged it
    if (!isMoved) this.#log.error({ err: error, writes: group.length }, 'A group of writes could not be committed');
    const message = isMoved ? error.message : 'The store cannot write at the moment.';
    const unavailable = new CosmosError('ServiceUnavailable', message, { cause: error });
    for (const write of group) write.reject(unavailable);
  }
}

/** Whether another write may succeed: an error of our own code, or a damaged record, but no failure of the store. */
function isOfOneWrite(error: unknown): boolean {
  return !(error instanceof StoreError) || error.code === 'StoreDamaged';
}

function attempt(write: PendingWrite): Outcome {
  try {
    return { value: write.run() };
  } catch (error) {
    if (error instanceof CosmosError) return { rejection: error };
    throw error;
  }
}

function settle(write: PendingWrite, outcome: Outcome | undefined): void {
  if (outcome && 'value' in outcome)
    write.resolve(outcome.value as never); // the type that `write` was given
  else write.reject(outcome?.rejection);
}
