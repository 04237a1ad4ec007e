import type { Account } from '../../account/account.ts';
import { type Container, notFound } from '../../account/catalog.ts';
import type { ItemKey, StoredItem } from '../../store/store.ts';
import { assertIfMatch, type Preconditions } from '../preconditions.ts';
import { deletedCharge } from '../throughput/request-charge.ts';
import { type ItemResult, ItemTransaction } from './item-transaction.ts';

export interface DeleteItemInput extends Preconditions {
  readonly key: ItemKey;
}

/** @throws CosmosError NotFound, or PreconditionFailed when the item has changed since `ifMatch` */
export async function deleteItem(account: Account, container: Container, input: DeleteItemInput): Promise<ItemResult> {
  const item = await account.commits.write(() => applyDelete(new ItemTransaction(account, container), input));
  return { status: 204, charge: deletedCharge(container, item), container, range: item.range, itemLsn: item.lsn };
}

/** The write inside a transaction, which may have others. Throws before it writes. */
export function applyDelete(transaction: ItemTransaction, input: DeleteItemInput): StoredItem {
  const existing = transaction.find(input.key);
  if (!existing) throw notFound();
  assertIfMatch(input, existing.etag);
  return transaction.delete(existing);
}
