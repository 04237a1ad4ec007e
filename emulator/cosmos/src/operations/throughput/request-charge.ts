import type { Container } from '../../account/catalog.ts';
import type { JsonObject } from '../../model/json.ts';
import {
  METADATA_READ_CHARGE,
  METADATA_WRITE_CHARGE,
  pointReadCharge,
  writeCharge,
} from '../../model/throughput/request-charge.ts';
import type { StoredItem } from '../../store/store.ts';

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
