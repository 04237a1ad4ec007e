import type { Account } from '../../account/account.ts';
import { alreadyExists } from '../../account/catalog.ts';
import type { Container } from '../../account/container.ts';
import type { StoredItem } from '../../store/store.ts';
import { writtenCharge } from '../throughput/item-charge.ts';
import type { ItemInput } from './item.ts';
import { type ItemResult, toItemResult } from './item-result.ts';
import { ItemTransaction } from './item-transaction.ts';

/** @throws CosmosError Conflict when the id exists in the logical partition */
export async function createItem(account: Account, container: Container, input: ItemInput): Promise<ItemResult> {
  const item = await account.commits.write(() => applyCreate(new ItemTransaction(account, container), input));
  const charge = writtenCharge(container, 'create', { item, properties: input.properties });
  return toItemResult(201, container, item, charge);
}

/** The write itself, for a transaction that may hold others. Throws before it writes. */
export function applyCreate(transaction: ItemTransaction, input: ItemInput): StoredItem {
  if (transaction.find(input.key)) throw alreadyExists();
  return transaction.insert(input);
}
