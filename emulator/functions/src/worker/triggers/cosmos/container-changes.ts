import { type ContainerName, containerKey } from '../../../protocol/changes.ts';

/** Notifies the readers of a container's change feed of new changes. */
export class ContainerChanges {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** @returns a function that ends the subscription */
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
