import type { ItemKey, Store, StoredItem } from '../../store/store.ts';

/**
 * A store on top of another one, for the writes of a script that has not ended: its own reads see them, and nobody else does.
 * `apply` makes them in the store below, in the order in which they were made. Between the two nothing else may be written.
 */
export interface OverlayStore {
  readonly store: Store;
  /** The items that were written, as they are now; null: deleted. By number. */
  readonly items: ReadonlyMap<number, StoredItem | null>;
  /** Inside a transaction of the store below. */
  apply(): void;
}

export function overlayStore(base: Store): OverlayStore {
  const writes: (() => void)[] = [];
  const items = new Map<number, StoredItem | null>();
  const numbers = new Map<string, number>();
  const setItem = (item: StoredItem) => {
    items.set(item.number, item);
    numbers.set(textOf(item), item.number);
  };
  const get = (key: ItemKey): StoredItem | undefined => {
    const number = numbers.get(textOf(key));
    const written = number === undefined ? undefined : items.get(number);
    if (written !== undefined) return written ?? undefined;
    const below = base.items.get(key);
    return below && !items.has(below.number) ? below : undefined;
  };
  const store: Store = {
    resources: base.resources,
    queries: base.queries,
    indexes: base.indexes,
    space: base.space,
    assertInPlace: () => base.assertInPlace(),
    items: {
      get,
      getByNumber(container, number) {
        const written = items.get(number);
        return written === undefined ? base.items.getByNumber(container, number) : (written ?? undefined);
      },
      insert(item) {
        setItem(item);
        writes.push(() => base.items.insert(item));
      },
      update(item) {
        setItem(item);
        writes.push(() => base.items.update(item));
      },
      delete(key) {
        const existing = get(key);
        if (existing) items.set(existing.number, null);
        writes.push(() => base.items.delete(key));
        return existing !== undefined;
      },
      scan: () => unexpected('scan'),
      changes: () => unexpected('changes'),
      expired: () => unexpected('expired'),
      usage: (container) => base.items.usage(container),
      clear: () => unexpected('clear'),
    },
    uniqueKeys: uniqueKeysOver(base, writes),
    changeLog: {
      append: (change) => writes.push(() => base.changeLog.append(change)),
      prune: (container, before) => writes.push(() => base.changeLog.prune(container, before)),
      read: () => unexpected('read'),
      firstLsn: () => unexpected('firstLsn'),
    },
    counters: countersOver(base, writes),
    transaction: () => unexpected('transaction'),
    savepoint: () => unexpected('savepoint'),
    close: () => unexpected('close'),
  };
  const apply = () => {
    for (const write of writes) write();
  };
  return { store, items, apply };
}

function uniqueKeysOver({ uniqueKeys: base }: Store, writes: (() => void)[]): Store['uniqueKeys'] {
  const claimed = new Map<string, number>();
  const released = new Set<number>();
  const textOfValue = (container: number, partitionKey: string, value: string) =>
    JSON.stringify([container, partitionKey, value]);
  return {
    holder(container, partitionKey, value) {
      const own = claimed.get(textOfValue(container, partitionKey, value));
      if (own !== undefined) return own;
      const below = base.holder(container, partitionKey, value);
      return below !== undefined && !released.has(below) ? below : undefined;
    },
    claim(claim) {
      claimed.set(textOfValue(claim.container, claim.partitionKey, claim.value), claim.item);
      writes.push(() => base.claim(claim));
    },
    release(container, item) {
      released.add(item);
      for (const [value, holder] of claimed) if (holder === item) claimed.delete(value);
      writes.push(() => base.release(container, item));
    },
  };
}

function countersOver({ counters: base }: Store, writes: (() => void)[]): Store['counters'] {
  const values = new Map<string, number>();
  const current = (name: string) => values.get(name) ?? base.current(name);
  return {
    current,
    next(name) {
      const value = current(name) + 1;
      values.set(name, value);
      writes.push(() => base.next(name));
      return value;
    },
  };
}

function textOf({ container, epk, partitionKey, id }: ItemKey): string {
  return JSON.stringify([container, epk, partitionKey, id]);
}

function unexpected(name: string): never {
  throw new TypeError(`A script called '${name}' of the store, which its operations do not need`);
}
