import type { Account } from '../../account/account.ts';
import { alreadyExists, type Container } from '../../account/catalog.ts';
import type { StoredItem } from '../../store/store.ts';
import { writtenCharge } from '../throughput/request-charge.ts';
import { type ItemInput, type ItemResult, ItemTransaction, toItemResult } from './item-transaction.ts';

/** @throws CosmosError Conflict when the id exists in the logical partition */
export async function createItem(account: Account, container: Container, input: ItemInput): Promise<ItemResult> {
  const item = await account.commits.write(() => applyCreate(new ItemTransaction(account, container), input));
  const charge = writtenCharge(container, 'create', { item, properties: input.properties });
  return toItemResult(201, container, item, charge);
}

/** The write inside a transaction, which may have others. Throws before it writes. */
export function applyCreate(transaction: ItemTransaction, input: ItemInput): StoredItem {
  if (transaction.find(input.key)) throw alreadyExists();
  return transaction.insert(input);
}
