import { isJsonObject, type JsonValue } from '../../model/json.ts';
import type { RowPlace } from '../../query/index.ts';

/** Where the next page of a query starts. */
export type QueryPosition = AtDocument | BehindRow | AtOffset;

/** What a token holds: of a row whose keys are long, only where they can be read. */
export type TokenPosition = QueryPosition | BehindItem;

/** A query whose rows come as documents are read: with this document, or the next one if it is gone. */
export interface AtDocument {
  readonly kind: 'document';
  /** Which of the feed's selections; the same query and scope give the same ones. */
  readonly selection: number;
  /** The number of the item. */
  readonly document: number;
  /** How many of its rows have been given. */
  readonly skip: number;
  /** How many rows came before, those that OFFSET leaves out included. */
  readonly before: number;
}

/** A query that sorts: behind this row. */
export interface BehindRow {
  readonly kind: 'row';
  readonly place: RowPlace;
  readonly before: number;
}

/** As `BehindRow`, with the keys that the item has. */
export interface BehindItem {
  readonly kind: 'item';
  readonly document: number;
  readonly row: number;
  readonly before: number;
}

/** Any other query computes all rows again and leaves out this many. */
export interface AtOffset {
  readonly kind: 'offset';
  readonly given: number;
}

/** Longer keys would make a token of more than 1 KB. */
const MAX_KEYS_BYTES = 600;

/** A position as short JSON, for a token. */
export function encodePosition(position: QueryPosition): JsonValue {
  if (position.kind === 'offset') return { o: position.given };
  if (position.kind === 'document')
    return { d: [position.selection, position.document, position.skip, position.before] };
  const { keys, document, row } = position.place;
  // JSON has no undefined: a key is in an array of one, or of none.
  const wrapped = keys.map((key) => (key === undefined ? [] : [key]));
  const r = [document, row, position.before];
  return Buffer.byteLength(JSON.stringify(wrapped)) > MAX_KEYS_BYTES ? { r } : { k: wrapped, r };
}

/** The inverse, of what this server has signed. */
export function decodePosition(value: JsonValue): TokenPosition {
  if (!isJsonObject(value)) throw new TypeError('A signed position is an object');
  if (value.o !== undefined) return { kind: 'offset', given: Number(value.o) };
  if (value.d !== undefined) {
    const [selection = 0, document = 0, skip = 0, before = 0] = value.d as readonly number[]; // as encoded above
    return { kind: 'document', selection, document, skip, before };
  }
  const [document = 0, row = 0, before = 0] = value.r as readonly number[]; // as encoded above
  if (value.k === undefined) return { kind: 'item', document, row, before };
  const keys = (value.k as readonly (readonly JsonValue[])[]).map(([key]) => key); // as encoded above
  return { kind: 'row', place: { keys, document, row }, before };
}
