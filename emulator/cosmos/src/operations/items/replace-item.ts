import type { Account } from '../../account/account.ts';
import { type Container, notFound } from '../../account/catalog.ts';
import { CosmosError } from '../../model/errors.ts';
import type { StoredItem } from '../../store/store.ts';
import { assertIfMatch, type Preconditions } from '../preconditions.ts';
import { writtenCharge } from '../throughput/request-charge.ts';
import { type ItemInput, type ItemResult, ItemTransaction, toItemResult } from './item-transaction.ts';

/** @throws CosmosError NotFound, or PreconditionFailed when the item has changed since `ifMatch` */
export async function replaceItem(
  account: Account,
  container: Container,
  input: ItemInput & Preconditions,
): Promise<ItemResult> {
  const item = await account.commits.write(() => applyReplace(new ItemTransaction(account, container), input));
  const charge = writtenCharge(container, 'replace', { item, properties: input.properties });
  return toItemResult(200, container, item, charge);
}

/** The write inside a transaction, which may have others. Throws before it writes. */
export function applyReplace(transaction: ItemTransaction, input: ItemInput & Preconditions): StoredItem {
  const existing = transaction.find(input.key);
  if (!existing) throw notFound();
  assertIfMatch(input, existing.etag);
  return transaction.replace(existing, input);
}

/** @throws CosmosError BadRequest when the item in the body has another id than the request names */
export function assertSameId({ key }: ItemInput, id: string): void {
  if (key.id === id) return;
  throw new CosmosError('BadRequest', "The id of the item in the body doesn't match the one in the request path");
}
