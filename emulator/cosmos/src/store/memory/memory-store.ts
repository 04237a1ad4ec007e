import type {
  Counters,
  LoggedChange,
  ResourceStore,
  Store,
  StoredItem,
  StoredResource,
  StoreSpace,
  UniqueKeyClaim,
  UniqueKeyStore,
} from '../store.ts';
import { MemoryChangeLog } from './memory-change-log.ts';
import { MemoryIndexes } from './memory-indexes.ts';
import { MemoryItems } from './memory-items.ts';
import { MemoryQueries } from './memory-queries.ts';
import { UndoJournal } from './undo-journal.ts';

/** All that a store holds, as JSON can write it. Indexes are left out: queries have them built again. */
export interface StoreImage {
  readonly counters: readonly (readonly [string, number])[];
  readonly resources: readonly StoredResource[];
  readonly items: readonly StoredItem[];
  readonly uniqueKeys: readonly UniqueKeyClaim[];
  readonly changes: readonly LoggedChange[];
}

/** A state that a store can be taken back to. */
export interface Checkpoint {
  /** How many writes had been made before it. */
  readonly writes: number;
}

/** A store that lives as long as the process. */
export class MemoryStore implements Store {
  readonly #journal = new UndoJournal();
  readonly #uniqueKeys = new MemoryUniqueKeys(this.#journal);
  readonly #changeLog = new MemoryChangeLog(this.#journal);
  /** In the order in which they were made. The journal keeps what was written since the first. */
  readonly #checkpoints: Checkpoint[] = [];
  readonly #counters = new MemoryCounters(this.#journal);
  #closed = false;
  readonly resources = new MemoryResources(this.#journal);
  readonly uniqueKeys: UniqueKeyStore = this.#uniqueKeys;
  readonly changeLog = this.#changeLog;
  readonly counters: Counters = this.#counters;
  readonly indexes: MemoryIndexes = new MemoryIndexes(this.#journal, (container) => this.items.of(container));
  readonly items: MemoryItems = new MemoryItems(this.#journal, {
    onAdd: (item) => this.indexes.onAdd(item),
    onRemove: (item) => this.indexes.onRemove(item),
    onClear: (container) => {
      this.#uniqueKeys.clear(container);
      this.#changeLog.clear(container);
      this.indexes.onClear(container);
    },
  });
  readonly queries = new MemoryQueries(this.items);
  readonly space: StoreSpace = {
    size: () => ({ bytes: 0, unusedBytes: 0, logBytes: 0 }),
    release: () => undefined,
    flush: () => undefined,
  };

  transaction<T>(work: () => T): T {
    if (this.#closed) throw new Error('The store is closed');
    try {
      return this.savepoint(work);
    } finally {
      if (this.#checkpoints.length === 0) this.#journal.forget();
    }
  }

  /** From now on the store can be taken back to its present state, as often as wanted, until `release`. */
  checkpoint(): Checkpoint {
    const made = { writes: this.#journal.length };
    this.#checkpoints.push(made);
    return made;
  }

  /** Undoes what was written since; later checkpoints are gone then. False when this one is gone itself. */
  restore(checkpoint: Checkpoint): boolean {
    const index = this.#checkpoints.indexOf(checkpoint);
    if (index === -1) return false;
    this.#checkpoints.length = index + 1;
    this.#journal.rewind(checkpoint.writes);
    return true;
  }

  /** The store can no longer be taken back there. */
  release(checkpoint: Checkpoint): void {
    const index = this.#checkpoints.indexOf(checkpoint);
    if (index !== -1) this.#checkpoints.splice(index, 1);
    if (this.#checkpoints.length === 0) this.#journal.forget();
  }

  /** Of the present state; later writes do not change it. */
  image(): StoreImage {
    return { ...this.#image(), items: [...this.items.all()] };
  }

  #image(): Omit<StoreImage, 'items'> {
    return {
      counters: this.#counters.all(),
      resources: this.resources.all(),
      uniqueKeys: this.#uniqueKeys.all(),
      changes: [...this.#changeLog.all()],
    };
  }

  /** A store of its own that holds the same now, faster than by an image. */
  copy(): MemoryStore {
    const copy = MemoryStore.of({ ...this.#image(), items: [] });
    copy.items.copyFrom(this.items);
    return copy;
  }

  /** A new store that holds the same. */
  static of({ counters, resources, items, uniqueKeys, changes }: StoreImage): MemoryStore {
    const store = new MemoryStore();
    store.items.load(items);
    store.#counters.load(counters);
    store.transaction(() => {
      for (const resource of resources) store.resources.put(resource);
      for (const claim of uniqueKeys) store.uniqueKeys.claim(claim);
      for (const change of changes) store.changeLog.append(change);
    });
    return store;
  }

  savepoint<T>(work: () => T): T {
    const start = this.#journal.length;
    try {
      return work();
    } catch (error) {
      this.#journal.rewind(start);
      throw error;
    }
  }

  assertInPlace(): void {
    // What is in memory is always in place.
  }

  close(): void {
    this.#closed = true;
  }
}

class MemoryCounters implements Counters {
  readonly #values = new Map<string, number>();
  readonly #journal: UndoJournal;

  constructor(journal: UndoJournal) {
    this.#journal = journal;
  }

  current(name: string): number {
    return this.#values.get(name) ?? 0;
  }

  all(): [string, number][] {
    return [...this.#values];
  }

  load(values: Iterable<readonly [string, number]>): void {
    for (const [name, value] of values) this.#values.set(name, value);
  }

  next(name: string): number {
    const value = this.current(name) + 1;
    this.#journal.set(this.#values, name, value);
    return value;
  }
}

interface OrderedResource {
  readonly resource: StoredResource;
  /** Of its creation. An entry whose deletion is undone is the last of its map, and still has its place. */
  readonly order: number;
}

class MemoryResources implements ResourceStore {
  readonly #byRid = new Map<string, OrderedResource>();
  readonly #journal: UndoJournal;
  #lastOrder = 0;

  constructor(journal: UndoJournal) {
    this.#journal = journal;
  }

  get(kind: string, parentRid: string, id: string): StoredResource | undefined {
    return this.list(kind, parentRid).find((resource) => resource.id === id);
  }

  getByRid(rid: string): StoredResource | undefined {
    return this.#byRid.get(rid)?.resource;
  }

  list(kind: string, parentRid: string): StoredResource[] {
    return this.#inOrder(({ resource }) => resource.kind === kind && resource.parentRid === parentRid);
  }

  all(): StoredResource[] {
    return this.#inOrder(() => true);
  }

  put(resource: StoredResource): void {
    const order = this.#byRid.get(resource.rid)?.order ?? ++this.#lastOrder;
    this.#journal.set(this.#byRid, resource.rid, { resource, order });
  }

  delete(rid: string): boolean {
    return this.#journal.delete(this.#byRid, rid);
  }

  #inOrder(isMeant: (entry: OrderedResource) => boolean): StoredResource[] {
    const found = [...this.#byRid.values().filter(isMeant)];
    return found.sort((left, right) => left.order - right.order).map(({ resource }) => resource);
  }
}

class MemoryUniqueKeys implements UniqueKeyStore {
  readonly #claims = new Map<string, UniqueKeyClaim>();
  readonly #journal: UndoJournal;

  constructor(journal: UndoJournal) {
    this.#journal = journal;
  }

  all(): UniqueKeyClaim[] {
    return [...this.#claims.values()];
  }

  holder(container: number, partitionKey: string, value: string): number | undefined {
    return this.#claims.get(`${container}\n${partitionKey}\n${value}`)?.item;
  }

  claim(claim: UniqueKeyClaim): void {
    this.#journal.set(this.#claims, `${claim.container}\n${claim.partitionKey}\n${claim.value}`, claim);
  }

  release(container: number, item: number): void {
    this.#removeWhere((claim) => claim.container === container && claim.item === item);
  }

  clear(container: number): void {
    this.#removeWhere((claim) => claim.container === container);
  }

  #removeWhere(isMeant: (claim: UniqueKeyClaim) => boolean): void {
    for (const [key, claim] of this.#claims) if (isMeant(claim)) this.#journal.delete(this.#claims, key);
  }
}
