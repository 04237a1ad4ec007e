import type { Account } from '../../account/account.ts';
import { nowInSeconds } from '../../account/account.ts';
import type { JsonValue } from '../../model/json.ts';
import { type DocumentCursor, PAUSE, type Pause } from '../../query/index.ts';
import type { ItemSelection, StoredItem } from '../../store/store.ts';
import { isExpired } from '../expiry.ts';
import { type FeedSelection, isSelected } from '../feed-scope.ts';

/** The first read is small, because a query may want one item. */
const FIRST_BATCH = 32;
const MAX_BATCH = 1_000;
/** How much text one read may bring into memory, in characters: 1 MB, or one item where they are larger. */
const BATCH_SIZE = 1024 * 1024;
/** How long a query works before it lets others, in milliseconds. */
const SLICE_MS = 10;

/** Where reading begins. */
export interface DocumentStart {
  /** Which of the feed's selections. */
  readonly selection: number;
  /** The number of the item, or a lower one. */
  readonly document: number;
}

/** Reads the items of a container for a query in the order of their numbers, one selection of the feed after the other. */
export class DocumentReader implements Iterable<JsonValue | Pause>, DocumentCursor {
  readonly #account: Account;
  readonly #feed: FeedSelection;
  readonly #start: DocumentStart | undefined;
  readonly #now: number;
  #sliceEnd: number;
  #current: { readonly item: StoredItem; readonly value: JsonValue } | undefined;
  /** Which selection the item handed out last is of. */
  selection: number;
  /** How many items were handed out, and the length of their texts. */
  items = 0;
  sizeInBytes = 0;

  /** @param start undefined: the first item of all */
  constructor(account: Account, feed: FeedSelection, start?: DocumentStart) {
    this.#account = account;
    this.#feed = feed;
    this.#start = start;
    this.selection = start?.selection ?? 0;
    this.#now = nowInSeconds(account);
    this.#sliceEnd = account.clock.monotonic() + SLICE_MS;
  }

  /** The number of the item handed out last; 0 before the first. */
  get document(): number {
    return this.#current?.item.number ?? 0;
  }

  /** A row as JSON text: the stored one where the row is the document itself. */
  textOf(row: JsonValue): string {
    return this.#current?.value === row && typeof row === 'object' ? this.#current.item.body : JSON.stringify(row);
  }

  *[Symbol.iterator](): Generator<JsonValue | Pause> {
    for (const [index, selection] of this.#feed.selections.entries()) {
      if (this.#start && index < this.#start.selection) continue;
      this.selection = index;
      yield* this.#read(selection, this.#start?.selection === index ? this.#start.document - 1 : 0);
    }
  }

  *#read(selection: ItemSelection, from: number): Generator<JsonValue | Pause> {
    const { items } = this.#account.store;
    let after = from;
    let limit = FIRST_BATCH;
    for (;;) {
      const batch = items.scan(selection, after, limit);
      for (const item of batch) {
        if (isExpired(item, this.#now) || !isSelected(item, this.#feed)) continue;
        yield this.#handOut(item);
      }
      const last = batch.at(-1);
      if (!last || batch.length < limit) return;
      after = last.number;
      limit = nextLimit(batch);
      if (this.#account.clock.monotonic() >= this.#sliceEnd) {
        yield PAUSE;
        this.#sliceEnd = this.#account.clock.monotonic() + SLICE_MS;
      }
    }
  }

  #handOut(item: StoredItem): JsonValue {
    const value = JSON.parse(item.body) as JsonValue; // our own text
    this.#current = { item, value };
    this.items += 1;
    this.sizeInBytes += item.body.length;
    return value;
  }
}

function nextLimit(batch: readonly StoredItem[]): number {
  const size = batch.reduce((sum, { body }) => sum + body.length, 0);
  return Math.max(1, Math.min(MAX_BATCH, 2 * batch.length, Math.floor((BATCH_SIZE * batch.length) / size)));
}
