import type { Account } from '../../account/account.ts';
import { removeContainer } from '../containers/delete-container.ts';
import { assertIfMatch, type Preconditions } from '../preconditions.ts';
import { removeResourcesOfDatabase } from '../resources/named-resource.ts';
import type { OperationResult } from '../result.ts';
import { deleteOffer } from '../throughput/offer-records.ts';
import { METADATA_CHARGE } from '../throughput/request-charge.ts';

/** Deletes the database with all that is in it. @throws CosmosError NotFound or PreconditionFailed */
export async function deleteDatabase(
  account: Account,
  name: string,
  preconditions: Preconditions = {},
): Promise<OperationResult> {
  await account.commits.writeAtomically(() => {
    const database = account.catalog.database(name);
    assertIfMatch(preconditions, database.resource.etag);
    for (const container of account.catalog.containers(database)) removeContainer(account, container);
    removeResourcesOfDatabase(account, database.rid);
    deleteOffer(account, database.rid);
    account.store.resources.delete(database.rid);
    account.catalog.forget();
  });
  return { status: 204, charge: METADATA_CHARGE.write };
}
