import type { JsonValue } from '../../model/json.ts';
import { entryKey, entryKeys, fromStoredEntry, toStoredEntry } from '../index-key.ts';
import type { IndexEntry, IndexedPath, IndexSelection, ItemIndex, ItemIndexes, ScanOptions } from '../item-queries.ts';
import type { StoredItem } from '../store.ts';
import type { UndoJournal } from './undo-journal.ts';

interface KnownIndex extends ItemIndex {
  isComplete: boolean;
  /** In order, by physical partition. */
  readonly entries: Map<number, IndexEntry[]>;
}

export class MemoryIndexes implements ItemIndexes {
  readonly #indexes = new Map<number, KnownIndex>();
  readonly #journal: UndoJournal;
  readonly #itemsOf: (container: number) => Iterable<StoredItem>;
  #lastId = 0;

  constructor(journal: UndoJournal, itemsOf: (container: number) => Iterable<StoredItem>) {
    this.#journal = journal;
    this.#itemsOf = itemsOf;
  }

  list(container: number): readonly ItemIndex[] {
    return this.#of(container);
  }

  create(container: number, indexed: IndexedPath): ItemIndex {
    const index = { ...indexed, id: ++this.#lastId, container, isComplete: false, entries: new Map() };
    this.#journal.set(this.#indexes, index.id, index);
    return index;
  }

  /** Adds all items at once, which takes milliseconds. */
  extend(ids: readonly number[]): boolean {
    for (const id of ids) this.#complete(id);
    return true;
  }

  #complete(id: number): void {
    const index = this.#indexes.get(id);
    if (!index || index.isComplete) return;
    for (const item of this.#itemsOf(index.container)) entriesOf(index, item.range).push(entryOf(index, item));
    for (const entries of index.entries.values()) entries.sort(compareEntries);
    index.isComplete = true;
    this.#journal.add(() => {
      index.entries.clear();
      index.isComplete = false;
    });
  }

  drop(id: number): void {
    this.#journal.delete(this.#indexes, id);
  }

  entries(selection: IndexSelection, options: ScanOptions & { readonly after?: IndexEntry }): IndexEntry[] {
    const { descending, limit } = options;
    const after = options.after && toStoredEntry(options.after, selection);
    const selected = this.#selected(selection);
    if (descending) selected.reverse();
    const sign = descending ? -1 : 1;
    const rest = after ? selected.filter((entry) => compareEntries(entry, after) * sign > 0) : selected;
    return rest.slice(0, limit).map((entry) => fromStoredEntry(entry, selection));
  }

  numbers(selection: IndexSelection, limit: number): number[] | undefined {
    const selected = this.#selected(selection);
    return selected.length > limit ? undefined : selected.map(({ number }) => number);
  }

  count(selection: IndexSelection): number {
    return this.#selected(selection).length;
  }

  onAdd(item: StoredItem): void {
    for (const index of this.#of(item.container)) {
      if (!index.isComplete) continue;
      const entry = entryOf(index, item);
      const entries = entriesOf(index, item.range);
      entries.splice(insertionIndex(entries, entry), 0, entry);
    }
  }

  onRemove(item: StoredItem): void {
    for (const index of this.#of(item.container)) {
      if (!index.isComplete) continue;
      const entries = entriesOf(index, item.range);
      entries.splice(insertionIndex(entries, entryOf(index, item)), 1);
    }
  }

  onClear(container: number): void {
    for (const { id } of this.#of(container)) this.drop(id);
  }

  #of(container: number): readonly KnownIndex[] {
    return [...this.#indexes.values().filter((index) => index.container === container)];
  }

  #selected(selection: IndexSelection): IndexEntry[] {
    const { index, range } = selection;
    const keys = entryKeys(selection);
    const entries = this.#indexes.get(index)?.entries.get(range) ?? [];
    const start = insertionIndex(entries, { key: keys.lower, number: 0 });
    return entries.slice(start, insertionIndex(entries, { key: keys.upper, number: 0 }));
  }
}

function entriesOf({ entries }: KnownIndex, range: number): IndexEntry[] {
  const known = entries.get(range);
  if (known) return known;
  const list: IndexEntry[] = [];
  entries.set(range, list);
  return list;
}

function entryOf(index: IndexedPath, { epk, body, number }: StoredItem): IndexEntry {
  return { key: entryKey(index, epk, JSON.parse(body) as JsonValue), number }; // text that this server wrote
}

/** Numbers are positive. */
function compareEntries(left: IndexEntry, right: IndexEntry): number {
  return Buffer.compare(left.key, right.key) || left.number - right.number;
}

/** The index of the entry, or the index at which it would be inserted. */
function insertionIndex(entries: readonly IndexEntry[], entry: IndexEntry): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const candidate = entries[middle];
    if (candidate && compareEntries(candidate, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
