/** What operations cost, in request units with two decimals: the model and its sources are in docs/discoveries/request-charge.md. */

import type { Container } from '../../account/account.ts';
import type { JsonObject } from '../../model/json.ts';
import type { StoredItem } from '../../store/store.ts';

type WriteKind = 'create' | 'replace' | 'delete' | 'patch';

interface WriteCost {
  readonly kind: WriteKind;
  /** Of the item as it is stored; for a delete and a patch, the larger of before and after. */
  readonly sizeInBytes: number;
  /** As `indexedValueCounter` counts them. */
  readonly indexedValues: number;
}

/** Reading a database, container, offer, or another resource that is no item. */
export const METADATA_READ_CHARGE = 1;
/** Creating, replacing or deleting one. */
const METADATA_WRITE_CHARGE = 4.95;
/** A request without effect: for an item that does not exist, a change feed page without changes, a failed precondition. */
export const MINIMAL_CHARGE = 1;

const BYTES_PER_KB = 1024;
/** 1 KB costs 1 and 100 KB cost 10. */
const READ_PER_FURTHER_KB = 9 / 99;
/** An insert that indexes nothing costs this many point reads of the same size. */
const READS_PER_INSERT = 5.5;
const PER_INDEXED_VALUE = 0.1;
/** A replace, and so a patch, costs twice the insert: the old index entries go and new ones come. */
const FACTOR_OF_WRITE: Readonly<Record<WriteKind, number>> = { create: 1, delete: 1, replace: 2, patch: 2 };
const QUERY_BASE = 2.3;
const PER_ITEM_LOADED = 0.04;
const PER_KB_LOADED = 0.05;

export function pointReadCharge(sizeInBytes: number): number {
  return rounded(readUnits(sizeInBytes));
}

export function writeCharge({ kind, sizeInBytes, indexedValues }: WriteCost): number {
  const insert = READS_PER_INSERT * readUnits(sizeInBytes) + PER_INDEXED_VALUE * indexedValues;
  return rounded(FACTOR_OF_WRITE[kind] * insert);
}

/** The charge of one page of a query. All items that the engine had to read count as loaded, returned or not. */
export function queryCharge(loaded: { readonly items: number; readonly sizeInBytes: number }): number {
  return rounded(QUERY_BASE + loadUnits(loaded));
}

/** One page of a feed: of items read without a query, or of changes. */
export function feedCharge(loaded: { readonly items: number; readonly sizeInBytes: number }): number {
  return rounded(MINIMAL_CHARGE + loadUnits(loaded));
}

/** The charge of several operations together, as a batch returns it. */
export function totalCharge(charges: readonly number[]): number {
  return rounded(charges.reduce((total, charge) => total + charge, 0));
}

function readUnits(sizeInBytes: number): number {
  return 1 + READ_PER_FURTHER_KB * Math.max(0, sizeInBytes / BYTES_PER_KB - 1);
}

function loadUnits({ items, sizeInBytes }: { readonly items: number; readonly sizeInBytes: number }): number {
  return PER_ITEM_LOADED * items + (PER_KB_LOADED * sizeInBytes) / BYTES_PER_KB;
}

function rounded(requestUnits: number): number {
  return Math.round(requestUnits * 100) / 100;
}

/** The charge of a point read, in request units. */
export function readCharge({ body }: StoredItem): number {
  return pointReadCharge(Buffer.byteLength(body));
}

/** The charge of writing this item, in request units. */
export function writtenCharge(
  container: Container,
  kind: 'create' | 'replace' | 'patch',
  written: { readonly item: StoredItem; readonly properties: JsonObject },
): number {
  const indexedValues = container.indexedValuesOf(written.properties);
  return writeCharge({ kind, sizeInBytes: Buffer.byteLength(written.item.body), indexedValues });
}

/** The charge of deleting this item, in request units. */
export function deletedCharge(container: Container, { body }: StoredItem): number {
  const indexedValues = container.indexedValuesOf(JSON.parse(body) as JsonObject); // our own text
  return writeCharge({ kind: 'delete', sizeInBytes: Buffer.byteLength(body), indexedValues });
}

/** Request units of operations on databases, containers and offers. */
export const METADATA_CHARGE = {
  read: METADATA_READ_CHARGE,
  write: METADATA_WRITE_CHARGE,
  list: METADATA_READ_CHARGE,
} as const;
