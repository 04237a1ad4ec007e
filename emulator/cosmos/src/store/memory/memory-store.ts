import type {
  Counters,
  ResourceStore,
  Store,
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

/** A store that lives as long as the process. */
export class MemoryStore implements Store {
  readonly #journal = new UndoJournal();
  readonly #uniqueKeys = new MemoryUniqueKeys(this.#journal);
  readonly #changeLog = new MemoryChangeLog(this.#journal);
  #closed = false;
  readonly resources: ResourceStore = new MemoryResources(this.#journal);
  readonly uniqueKeys: UniqueKeyStore = this.#uniqueKeys;
  readonly changeLog = this.#changeLog;
  readonly counters: Counters = new MemoryCounters(this.#journal);
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
      this.#journal.forget();
    }
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

  next(name: string): number {
    const value = this.current(name) + 1;
    this.#journal.set(this.#values, name, value);
    return value;
  }
}

class MemoryResources implements ResourceStore {
  readonly #byRid = new Map<string, StoredResource>();
  readonly #journal: UndoJournal;

  constructor(journal: UndoJournal) {
    this.#journal = journal;
  }

  get(kind: string, parentRid: string, id: string): StoredResource | undefined {
    return this.list(kind, parentRid).find((resource) => resource.id === id);
  }

  getByRid(rid: string): StoredResource | undefined {
    return this.#byRid.get(rid);
  }

  list(kind: string, parentRid: string): StoredResource[] {
    return [...this.#byRid.values().filter((one) => one.kind === kind && one.parentRid === parentRid)];
  }

  put(resource: StoredResource): void {
    this.#journal.set(this.#byRid, resource.rid, resource);
  }

  delete(rid: string): boolean {
    return this.#journal.delete(this.#byRid, rid);
  }
}

class MemoryUniqueKeys implements UniqueKeyStore {
  readonly #claims = new Map<string, UniqueKeyClaim>();
  readonly #journal: UndoJournal;

  constructor(journal: UndoJournal) {
    this.#journal = journal;
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
