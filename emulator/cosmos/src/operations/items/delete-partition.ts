import type { Account, Container } from '../../account/account.ts';
import type { PartitionKeyValue } from '../../model/partition-key/partition-key.ts';
import type { ItemSelection } from '../../store/store.ts';
import { type FeedSelection, isSelected, selectFeed } from '../feed.ts';
import type { OperationResult } from '../result.ts';
import { deletedCharge, MINIMAL_CHARGE, totalCharge } from '../throughput/request-charge.ts';
import { ItemTransaction, isExpired } from './item-transaction.ts';

/** How many items one group of writes removes. A small number, because requests wait for it. */
const MAX_DELETED_AT_ONCE = 500;

/**
 * Deletes the items of a logical partition, or of all those under a prefix of a hierarchical key. The service does it in the
 * background, this server before it responds. Items that other requests create meanwhile stay.
 * Source: "Delete items by partition key value", Azure Cosmos DB documentation.
 *
 * @throws CosmosError BadRequest for a key that does not fit the container
 */
export async function deletePartition(
  account: Account,
  container: Container,
  partitionKey: PartitionKeyValue,
): Promise<OperationResult> {
  const selected = selectFeed(container, { partitionKey });
  const charges: number[] = [];
  for (const selection of selected.selections)
    charges.push(await deleteSelection(account, container, { selection, selected }));
  return { status: 200, charge: Math.max(MINIMAL_CHARGE, totalCharge(charges)), container };
}

/** @returns the charge */
async function deleteSelection(
  account: Account,
  container: Container,
  { selection, selected }: { readonly selection: ItemSelection; readonly selected: FeedSelection },
): Promise<number> {
  const last = account.store.counters.current('items');
  let charge = 0;
  let after: number | undefined = 0;
  while (after !== undefined) {
    const start: number = after;
    after = await account.commits.write(() => {
      const transaction = new ItemTransaction(account, container);
      const rows = account.store.items.scan(selection, start, MAX_DELETED_AT_ONCE);
      for (const row of rows) {
        if (row.number > last || !isSelected(row, selected)) continue;
        if (isExpired(row, transaction.ts)) transaction.expire(row);
        else charge += deletedCharge(container, transaction.delete(row));
      }
      return rows.length === MAX_DELETED_AT_ONCE ? rows.at(-1)?.number : undefined;
    });
  }
  return charge;
}
