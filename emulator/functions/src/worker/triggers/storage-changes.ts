import { type StorageChange, type StorageSource, sourceOf } from '../../protocol/changes.ts';

/** Tells the triggers of an app what happens in the storage beside this host. */
export class StorageChanges {
  readonly #listeners = new Map<StorageSource, Set<(change: StorageChange) => void>>();
  #use = Promise.withResolvers<void>();
  #isUnused = false;

  /** @returns a function that ends it */
  subscribe(source: StorageSource, listener: (change: StorageChange) => void): () => void {
    const listeners = this.#listeners.get(source) ?? new Set();
    this.#listeners.set(source, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  notify(change: StorageChange): void {
    for (const listener of this.#listeners.get(sourceOf(change)) ?? []) listener(change);
  }

  /** Whether nothing is stored, so that there is nothing to look for until `markUsed` is called. */
  get isUnused(): boolean {
    return this.#isUnused;
  }

  /** Settles when storage is no longer unused; at once when it is not. */
  get used(): Promise<void> {
    return this.#isUnused ? this.#use.promise : Promise.resolve();
  }

  markUnused(): void {
    this.#isUnused = true;
  }

  markUsed(): void {
    this.#isUnused = false;
    this.#use.resolve();
  }
}
