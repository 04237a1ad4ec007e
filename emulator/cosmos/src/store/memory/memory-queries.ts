import type { ItemQueries, NumberWindow, QueriedItem, QueriedSelection, ScanOptions } from '../item-queries.ts';
import type { ItemSelection, StoredItem } from '../store.ts';
import type { MemoryItems } from './memory-items.ts';

/** Applies the range and the partition of a selection, and leaves its conditions to the query. */
export class MemoryQueries implements ItemQueries {
  readonly #items: MemoryItems;

  constructor(items: MemoryItems) {
    this.#items = items;
  }

  bounds(selection: ItemSelection): NumberWindow | undefined {
    return this.#items.bounds(selection.container, selection.range);
  }

  scan(selection: QueriedSelection, { first, last }: NumberWindow, { limit, descending }: ScanOptions): QueriedItem[] {
    const found: StoredItem[] = [];
    for (const item of this.#items.after(selection, first - 1)) {
      if (item.number > last || (!descending && found.length === limit)) break;
      if (isWanted(item, selection)) found.push(item);
    }
    return descending ? found.reverse().slice(0, limit) : found;
  }

  read(selection: QueriedSelection, numbers: readonly number[]): QueriedItem[] {
    const { container, range } = selection;
    return numbers
      .map((number) => this.#items.getByNumber(container, number))
      .filter((item) => item !== undefined)
      .filter((item) => item.range === range && isInside(item, selection) && isWanted(item, selection));
  }

  body(container: number, number: number): string | undefined {
    return this.#items.getByNumber(container, number)?.body;
  }

  numbers(selection: QueriedSelection, limit: number): number[] | undefined {
    const numbers: number[] = [];
    for (const item of this.#items.after(selection, 0)) {
      if (selection.partitionKey !== undefined && item.partitionKey !== selection.partitionKey) continue;
      if (numbers.length === limit) return undefined;
      numbers.push(item.number);
    }
    return numbers;
  }

  count({ container, range }: ItemSelection, limit: number): number {
    return [...this.#items.after({ container, range }, 0).take(limit)].length;
  }
}

function isWanted({ expiresAt, partitionKey }: StoredItem, selection: QueriedSelection): boolean {
  const isLive = expiresAt === null || expiresAt > selection.now;
  return isLive && (selection.partitionKey === undefined || selection.partitionKey === partitionKey);
}

function isInside({ epk }: StoredItem, { minEpk, maxEpk }: ItemSelection): boolean {
  return (minEpk === undefined || epk >= minEpk) && (maxEpk === undefined || epk < maxEpk);
}
