/** A container, by the ids of its database and its own. */
export interface ContainerName {
  readonly database: string;
  readonly container: string;
}

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

/** Ids hold no slash, so no two containers have the same key. */
export function containerKey({ database, container }: ContainerName): string {
  return `${database}/${container}`;
}
