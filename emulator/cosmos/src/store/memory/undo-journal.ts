/** Undoes writes, the last one first: those of the running transaction, and those since a checkpoint. */
export class UndoJournal {
  readonly #steps: (() => void)[] = [];

  add(step: () => void): void {
    this.#steps.push(step);
  }

  /** How many writes can be undone; an argument of `rewind`. */
  get length(): number {
    return this.#steps.length;
  }

  rewind(length: number): void {
    while (this.#steps.length > length) this.#steps.pop()?.();
  }

  forget(): void {
    this.#steps.length = 0;
  }

  /** `map.set`, undoable. */
  set<K, V>(map: Map<K, V>, key: K, value: V): void {
    const before = map.get(key);
    const existed = map.has(key);
    map.set(key, value);
    this.add(() => {
      if (existed && before !== undefined) map.set(key, before);
      else map.delete(key);
    });
  }

  /** `map.delete`, undoable (the entry comes back as the last). False when there was none. */
  delete<K, V>(map: Map<K, V>, key: K): boolean {
    const before = map.get(key);
    if (!map.delete(key)) return false;
    this.add(() => before !== undefined && map.set(key, before));
    return true;
  }
}
