import { type StorageChange, type StorageSource, sourceOf } from '../../protocol/changes.ts';

/** Notifies the triggers of an app of writes to the local storage. */
export class StorageChanges {
  readonly #listeners = new Map<StorageSource, Set<(change: StorageChange) => void>>();
  #use = Promise.withResolvers<void>();
  #isUnused = false;

  /** @returns a function that ends the subscription */
  subscribe(source: StorageSource, listener: (change: StorageChange) => void): () => void {
    const listeners = this.#listeners.get(source) ?? new Set();
    this.#listeners.set(source, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  notify(change: StorageChange): void {
    for (const listener of this.#listeners.get(sourceOf(change)) ?? []) listener(change);
  }

  /** Whether the storage is known to be empty; false once `markUsed` was called. */
  get isUnused(): boolean {
    return this.#isUnused;
  }

  /** Resolves when the storage is no longer unused. */
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
