import { type ContainerName, containerKey } from '../../../protocol/changes.ts';

/** Tells whoever reads the change feed of a container that there is something new in it. */
export class ContainerChanges {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** @returns a function that ends it */
  subscribe(name: ContainerName, listener: () => void): () => void {
    const key = containerKey(name);
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  notify(name: ContainerName): void {
    for (const listener of this.#listeners.get(containerKey(name)) ?? []) listener();
  }
}
