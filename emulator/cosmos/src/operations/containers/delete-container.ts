import type { Account, Container } from '../../account/account.ts';
import { assertIfMatch, type Preconditions } from '../preconditions.ts';
import type { OperationResult } from '../result.ts';
import { deleteOffer } from '../throughput/offer-records.ts';
import { METADATA_CHARGE } from '../throughput/request-charge.ts';

/** Deletes the container with its items. @throws CosmosError NotFound or PreconditionFailed */
export async function deleteContainer(
  account: Account,
  container: Container,
  preconditions: Preconditions = {},
): Promise<OperationResult> {
  await account.commits.writeAtomically(() => {
    // Another request of this turn may have deleted or replaced it.
    const current = account.catalog.container(container.database.rid, container.rid);
    assertIfMatch(preconditions, current.resource.etag);
    removeContainer(account, current);
    account.catalog.forget();
  });
  return { status: 204, charge: METADATA_CHARGE.write };
}

/** Inside a transaction. */
export function removeContainer({ store }: Account, container: Container): void {
  const { resources, items } = store;
  items.clear(container.number);
  deleteOffer({ store }, container.rid);
  for (const kind of ['sprocs', 'triggers', 'udfs'])
    for (const { rid } of resources.list(kind, container.rid)) resources.delete(rid);
  resources.delete(container.rid);
}
