import type { Account } from '../../account/account.ts';
import type { Container } from '../../account/catalog.ts';
import type { StoredItem } from '../../store/store.ts';
import { assertIfMatch, isNotModified, type Preconditions, preconditionFailed } from '../preconditions.ts';
import { writtenCharge } from '../throughput/request-charge.ts';
import { type ItemInput, type ItemResult, ItemTransaction, toItemResult } from './item-transaction.ts';

/** 201 when it has created the item, 200 when it has replaced it. */
export async function upsertItem(
  account: Account,
  container: Container,
  input: ItemInput & Preconditions,
): Promise<ItemResult> {
  const { item, created } = await account.commits.write(() =>
    applyUpsert(new ItemTransaction(account, container), input),
  );
  const written = { item, properties: input.properties };
  const charge = writtenCharge(container, created ? 'create' : 'replace', written);
  return toItemResult(created ? 201 : 200, container, item, charge);
}

/** The write inside a transaction, which may have others. Throws before it writes. */
export function applyUpsert(
  transaction: ItemTransaction,
  input: ItemInput & Preconditions,
): { item: StoredItem; created: boolean } {
  const existing = transaction.find(input.key);
  if (!existing) return { item: transaction.insert(input), created: true };
  assertIfMatch(input, existing.etag);
  if (isNotModified(input, existing.etag)) throw preconditionFailed();
  return { item: transaction.replace(existing, input), created: false };
}
