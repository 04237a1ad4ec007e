import type { Change, ChangeSelection, ItemKey, ItemSelection, ItemStore, ItemUsage, StoredItem } from '../store.ts';
import { OrderedRows } from './ordered-rows.ts';
import type { UndoJournal } from './undo-journal.ts';

/** The items of one physical partition. */
interface Range {
  readonly byNumber: OrderedRows<StoredItem>;
  /** A transactional batch gives one LSN to several items. */
  readonly byLsn: OrderedRows<readonly StoredItem[]>;
  readonly byEpk: Map<string, OrderedRows<StoredItem>>;
}

interface Container {
  readonly byKey: Map<string, StoredItem>;
  readonly byNumber: Map<number, StoredItem>;
  readonly ranges: Map<number, Range>;
}

/** How many items the average size is taken from. */
const SAMPLE = 1_000;

/** Is called for every change of the items, including those that undo another. */
export interface ItemListener {
  onAdd(item: StoredItem): void;
  onRemove(item: StoredItem): void;
  /** Is called inside a transaction; the listener makes its own changes undoable. */
  onClear(container: number): void;
}

export class MemoryItems implements ItemStore {
  readonly #containers = new Map<number, Container>();
  readonly #expiring = new Map<number, StoredItem>();
  readonly #journal: UndoJournal;
  readonly #listener: ItemListener;

  constructor(journal: UndoJournal, listener: ItemListener) {
    this.#journal = journal;
    this.#listener = listener;
  }

  get(key: ItemKey): StoredItem | undefined {
    return this.#containers.get(key.container)?.byKey.get(toText(key));
  }

  getByNumber(container: number, number: number): StoredItem | undefined {
    return this.#containers.get(container)?.byNumber.get(number);
  }

  insert(item: StoredItem): void {
    this.#add(item);
    this.#journal.add(() => this.#remove(item));
  }

  update(item: StoredItem): void {
    const before = this.get(item);
    if (!before) return;
    this.#remove(before);
    this.#add(item);
    this.#journal.add(() => {
      this.#remove(item);
      this.#add(before);
    });
  }

  delete(key: ItemKey): boolean {
    const before = this.get(key);
    if (!before) return false;
    this.#remove(before);
    this.#journal.add(() => this.#add(before));
    return true;
  }

  scan(selection: ItemSelection, after: number, limit: number): StoredItem[] {
    return [...this.after(selection, after).take(limit)];
  }

  /** The items with a number above `number`, ascending. Do not write while reading. */
  after(selection: ItemSelection, number: number): IteratorObject<StoredItem> {
    const { container, range, minEpk = '', maxEpk } = selection;
    const rows = this.#containers.get(container)?.ranges.get(range);
    // A full key selects one logical partition, which has a list of its own; a prefix of a key does not.
    const partition = maxEpk === `${minEpk}FF` ? rows?.byEpk.get(minEpk) : undefined;
    const candidates = (partition ?? rows?.byNumber)?.after(number) ?? Iterator.from<StoredItem>([]);
    return candidates.filter((item) => isSelected(item, selection));
  }

  /** The lowest and the highest number in the physical partition; undefined when it is empty. */
  bounds(container: number, range: number): { first: number; last: number } | undefined {
    const numbers = this.#containers.get(container)?.ranges.get(range)?.byNumber;
    return numbers?.bounds();
  }

  of(container: number): Iterable<StoredItem> {
    return this.#containers.get(container)?.byNumber.values() ?? [];
  }

  /** Those of all containers, in no order. */
  *all(): Generator<StoredItem> {
    for (const { byNumber } of this.#containers.values()) yield* byNumber.values();
  }

  /** Makes an empty store hold what another does, not undoable. Items are never changed, so both have the same ones. */
  copyFrom(other: MemoryItems): void {
    for (const [number, container] of other.#containers) this.#containers.set(number, copyOf(container));
    for (const [number, item] of other.#expiring) this.#expiring.set(number, item);
  }

  /** Adds items to an empty store, not undoable. */
  load(items: Iterable<StoredItem>): void {
    for (const item of items) this.#add(item);
  }

  changes(selection: ChangeSelection & { readonly now: number }, after: number, limit: number): Change[] {
    const { since = 0, partitionKey, now } = selection;
    const changes = this.#containers.get(selection.container)?.ranges.get(selection.range)?.byLsn.after(after) ?? [];
    const isMeant = (item: StoredItem) =>
      item.ts >= since &&
      expiryOf(item) > now &&
      isSelected(item, selection) &&
      (partitionKey === undefined || partitionKey === item.partitionKey);
    const page: Change[] = [];
    for (const items of changes) {
      if (page.length >= limit) break;
      page.push(...items.filter(isMeant));
    }
    return page;
  }

  expired(now: number, limit: number): StoredItem[] {
    const due = [...this.#expiring.values()].filter((item) => expiryOf(item) <= now);
    return due.sort((left, right) => expiryOf(left) - expiryOf(right)).slice(0, limit);
  }

  usage(container: number): ItemUsage {
    const items = this.#containers.get(container)?.byNumber;
    const sample = [...(items?.values().take(SAMPLE) ?? [])];
    const bytes = sample.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
    return { count: items?.size ?? 0, averageBytes: sample.length === 0 ? 0 : bytes / sample.length };
  }

  clear(container: number): void {
    const before = this.#containers.get(container);
    if (before) {
      this.#journal.delete(this.#containers, container);
      for (const item of before.byNumber.values()) this.#journal.delete(this.#expiring, item.number);
    }
    this.#listener.onClear(container);
  }

  #add(item: StoredItem): void {
    const container = this.#container(item.container);
    const { byNumber, byLsn, byEpk } = rangeOf(container, item.range);
    container.byKey.set(toText(item), item);
    container.byNumber.set(item.number, item);
    byNumber.set(item.number, item);
    byLsn.set(item.lsn, [...(byLsn.get(item.lsn) ?? []), item]);
    partitionOf(byEpk, item.epk).set(item.number, item);
    if (item.expiresAt !== null) this.#expiring.set(item.number, item);
    this.#listener.onAdd(item);
  }

  #remove(item: StoredItem): void {
    const container = this.#container(item.container);
    const { byNumber, byLsn, byEpk } = rangeOf(container, item.range);
    container.byKey.delete(toText(item));
    container.byNumber.delete(item.number);
    byNumber.delete(item.number);
    const others = byLsn.get(item.lsn)?.filter((other) => other !== item) ?? [];
    if (others.length === 0) byLsn.delete(item.lsn);
    else byLsn.set(item.lsn, others);
    partitionOf(byEpk, item.epk).delete(item.number);
    this.#expiring.delete(item.number);
    this.#listener.onRemove(item);
  }

  #container(number: number): Container {
    const known = this.#containers.get(number);
    if (known) return known;
    const container: Container = { byKey: new Map(), byNumber: new Map(), ranges: new Map() };
    this.#containers.set(number, container);
    return container;
  }
}

function copyOf({ byKey, byNumber, ranges }: Container): Container {
  const copied = [...ranges].map(([number, range]) => [number, copyOfRange(range)] as const);
  return { byKey: new Map(byKey), byNumber: new Map(byNumber), ranges: new Map(copied) };
}

function copyOfRange({ byNumber, byLsn, byEpk }: Range): Range {
  const partitions = new Map<string, OrderedRows<StoredItem>>();
  for (const [epk, rows] of byEpk) partitions.set(epk, rows.copy());
  return { byNumber: byNumber.copy(), byLsn: byLsn.copy(), byEpk: partitions };
}

function toText({ epk, partitionKey, id }: ItemKey): string {
  return `${epk}\n${partitionKey}\n${id}`;
}

function isSelected({ epk }: StoredItem, { minEpk, maxEpk }: ItemSelection): boolean {
  return (minEpk === undefined || epk >= minEpk) && (maxEpk === undefined || epk < maxEpk);
}

function expiryOf({ expiresAt }: StoredItem): number {
  return expiresAt ?? Number.POSITIVE_INFINITY;
}

function rangeOf({ ranges }: Container, number: number): Range {
  const known = ranges.get(number);
  if (known) return known;
  const range: Range = { byNumber: new OrderedRows(), byLsn: new OrderedRows(), byEpk: new Map() };
  ranges.set(number, range);
  return range;
}

function partitionOf(byEpk: Range['byEpk'], epk: string): OrderedRows<StoredItem> {
  const known = byEpk.get(epk);
  if (known) return known;
  const rows = new OrderedRows<StoredItem>();
  byEpk.set(epk, rows);
  return rows;
}
