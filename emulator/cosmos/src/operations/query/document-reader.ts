import { type Account, nowInSeconds } from '../../account/account.ts';
import { CosmosError } from '../../model/errors.ts';
import type { JsonValue } from '../../model/json.ts';
import type { CurrentDocument } from '../../query/execute/evaluation-frame.ts';
import { YIELD, type Yield } from '../../query/execute/evaluation-frame.ts';
import { Weights } from '../../query/values/weight.ts';
import type { QueriedItem, QueriedSelection } from '../../store/item-queries.ts';
import type { FeedSelection } from '../feed.ts';
import type { AccessPath } from './access-path.ts';
import { type ItemBatches, itemsByNumber, itemsInOrder, itemsOfSelection, type OrderStart } from './item-batches.ts';

/** The first item to read. */
export interface DocumentStart {
  /** The index of the selection of the feed. */
  readonly selection: number;
  /** The number of the item, or a lower one. */
  readonly document: number;
}

export interface DocumentReading {
  readonly feed: FeedSelection;
  readonly access: AccessPath;
  /** From the highest number down. */
  readonly descending: boolean;
  /** Absent: the first item of all. Not for reading in the order of an index. */
  readonly start?: DocumentStart;
  /** Absent: the first item in the order of the index. */
  readonly orderStart?: OrderStart;
}

/** After so much text has been parsed, a query may yield. */
const CHARACTERS_BETWEEN_YIELDS = 64 * 1024;

/** Reads the items of a container for a query, one selection of the feed after the other. */
export class DocumentReader implements Iterable<JsonValue | Yield>, CurrentDocument {
  readonly #account: Account;
  readonly #reading: DocumentReading;
  readonly #weights = new Weights();
  #current: { readonly item: QueriedItem; readonly value: JsonValue } | undefined;
  /** The index of the selection of the item read last. */
  selection: number;
  /** How many items were read, and the size of their texts. */
  items = 0;
  sizeInBytes = 0;

  constructor(account: Account, reading: DocumentReading) {
    this.#account = account;
    this.#reading = reading;
    this.selection = reading.start?.selection ?? 0;
  }

  /** The number of the item read last; 0 before the first. */
  get document(): number {
    return this.#current?.item.number ?? 0;
  }

  get documentBytes(): number {
    return this.#current?.item.body.length ?? 0;
  }

  /**
   * A row as JSON text: the stored one where the row is the document itself.
   *
   * @throws CosmosError BadRequest for a row of more than `maxBytes`
   */
  textOf(row: JsonValue, maxBytes: number): string {
    if (typeof row !== 'object') return JSON.stringify(row);
    if (this.#current?.value === row) return this.#current.item.body;
    const bytes = this.#weights.of(row);
    if (bytes > maxBytes)
      throw new CosmosError('BadRequest', `A row of the query has ${bytes} bytes, expected at most ${maxBytes}`);
    return JSON.stringify(row);
  }

  *[Symbol.iterator](): Generator<JsonValue | Yield> {
    const { feed, start } = this.#reading;
    for (const [index, selection] of feed.selections.entries()) {
      if (start && index < start.selection) continue;
      this.selection = index;
      const from = start?.selection === index ? start.document : undefined;
      for (const batch of this.#batchesOf(index, this.#toQueried(selection), from)) {
        let parsed = 0;
        for (const item of batch) {
          yield this.#read(item);
          parsed += item.body.length;
          if (parsed < CHARACTERS_BETWEEN_YIELDS) continue;
          yield YIELD;
          parsed = 0;
        }
        yield YIELD;
      }
    }
  }

  #toQueried(selection: FeedSelection['selections'][number]): QueriedSelection {
    const { access, feed } = this.#reading;
    const { partitionKey } = feed;
    const now = nowInSeconds(this.#account);
    return { ...selection, ...(partitionKey !== undefined && { partitionKey }), now, conditions: access.conditions };
  }

  #batchesOf(index: number, selection: QueriedSelection, from: number | undefined): ItemBatches {
    const { store } = this.#account;
    const { access, descending, orderStart } = this.#reading;
    if (access.kind === 'order') return itemsInOrder(store, selection, access, orderStart);
    const window = { descending, ...(from !== undefined && { from }) };
    const numbers = access.kind === 'numbers' ? access.numbers[index] : undefined;
    return numbers ? itemsByNumber(store, selection, numbers, window) : itemsOfSelection(store, selection, window);
  }

  #read(item: QueriedItem): JsonValue {
    const value = JSON.parse(item.body) as JsonValue; // our own text
    this.#current = { item, value };
    this.items += 1;
    this.sizeInBytes += Buffer.byteLength(item.body);
    return value;
  }
}
