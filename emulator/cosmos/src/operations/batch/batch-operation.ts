import { notFound } from '../../account/account.ts';
import { CosmosError } from '../../model/errors.ts';
import type { PartitionKeyValue } from '../../model/partition-key/partition-key.ts';
import type { BatchOperation } from '../../model/requests/batch-request.ts';
import type { ItemKey, StoredItem } from '../../store/store.ts';
import {
  applyCreate,
  applyDelete,
  applyReplace,
  applyUpsert,
  assertSameId,
  type ItemInput,
  type ItemTransaction,
  locate,
  namedPartitionKey,
  toItemInput,
} from '../items/item-transaction.ts';
import { applyPatchItem, toPatch } from '../items/patch-item.ts';
import { isNotModified } from '../preconditions.ts';
import { deletedCharge, MINIMAL_CHARGE, readCharge, writtenCharge } from '../throughput/request-charge.ts';

/** The outcome of one operation of a batch or bulk request. */
export interface BatchOutcome {
  readonly status: number;
  /** Request units. */
  readonly charge: number;
  /** The item that was read or written; absent after a delete and an error. */
  readonly item?: StoredItem;
  readonly error?: CosmosError;
}

/**
 * Runs one operation of a batch or bulk request.
 *
 * @param partitionKey as the request or the operation names it; undefined: not named
 * @throws CosmosError when it is rejected; then it has written nothing
 */
export function applyBatchOperation(
  transaction: ItemTransaction,
  operation: BatchOperation,
  partitionKey: PartitionKeyValue | undefined,
): BatchOutcome {
  const { account, container } = transaction;
  const keyOf = (id: string): ItemKey => locate(container, namedPartitionKey(container, partitionKey), id).key;
  switch (operation.operationType) {
    case 'Create': {
      const input = toItemInput(container, operation.resourceBody, partitionKey);
      return written(transaction, 'create', { item: applyCreate(transaction, input), ...input });
    }
    case 'Upsert': {
      const input = toItemInput(container, operation.resourceBody, partitionKey);
      const { item, created } = applyUpsert(transaction, { ...input, ...operation });
      return written(transaction, created ? 'create' : 'replace', { item, ...input });
    }
    case 'Replace': {
      const input = toItemInput(container, operation.resourceBody, partitionKey);
      assertSameId(input, operation.id);
      return written(transaction, 'replace', { item: applyReplace(transaction, { ...input, ...operation }), ...input });
    }
    case 'Patch': {
      const patch = toPatch(account, container, operation.resourceBody);
      return written(
        transaction,
        'patch',
        applyPatchItem(transaction, { ...operation, key: keyOf(operation.id), patch }),
      );
    }
    case 'Delete': {
      const item = applyDelete(transaction, { ...operation, key: keyOf(operation.id) });
      return { status: 204, charge: deletedCharge(container, item) };
    }
    case 'Read':
      return read(transaction, operation, keyOf(operation.id));
  }
}

/** The outcome of an operation that has no effect because another one failed. */
export const DEPENDENCY_FAILED: BatchOutcome = { status: 424, charge: 0 };

/** Catches the error of one operation and makes it its outcome. */
export function attempt(work: () => BatchOutcome): BatchOutcome {
  try {
    return work();
  } catch (error) {
    if (error instanceof CosmosError) return { status: error.status, charge: MINIMAL_CHARGE, error };
    throw error;
  }
}

function written(
  { container }: ItemTransaction,
  kind: 'create' | 'replace' | 'patch',
  { item, properties }: { readonly item: StoredItem } & Pick<ItemInput, 'properties'>,
): BatchOutcome {
  const charge = writtenCharge(container, kind, { item, properties });
  return { status: kind === 'create' ? 201 : 200, charge, item };
}

function read(transaction: ItemTransaction, operation: BatchOperation, key: ItemKey): BatchOutcome {
  const item = transaction.find(key);
  if (!item) throw notFound();
  if (isNotModified(operation, item.etag)) return { status: 304, charge: readCharge(item) };
  return { status: 200, charge: readCharge(item), item };
}
