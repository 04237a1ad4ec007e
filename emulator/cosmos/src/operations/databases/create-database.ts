import { type Account, alreadyExists, newEtag, nowInSeconds } from '../../account/account.ts';
import type { JsonObject } from '../../model/json.ts';
import { databaseRid, readResourceId } from '../../model/resource-id.ts';
import type { Throughput } from '../../model/throughput/throughput.ts';
import type { OperationResult } from '../result.ts';
import { insertOffer } from '../throughput/offer-records.ts';
import { METADATA_CHARGE } from '../throughput/request-charge.ts';
import { toDatabaseJson } from './read-database.ts';

/** @throws CosmosError BadRequest for a wrong id, Conflict when the database exists */
export async function createDatabase(
  account: Account,
  body: JsonObject,
  throughput?: Throughput,
): Promise<OperationResult> {
  const id = readResourceId(body.id);
  const resource = await account.commits.write(() => {
    const { resources, counters } = account.store;
    if (resources.get('dbs', '', id)) throw alreadyExists();
    const rid = databaseRid(counters.next('databases'));
    const created = {
      kind: 'dbs',
      parentRid: '',
      id,
      rid,
      etag: newEtag(account),
      ts: nowInSeconds(account),
      body: '{}',
    };
    resources.put(created);
    if (throughput) insertOffer(account, { self: `dbs/${rid}/`, rid }, throughput);
    return created;
  });
  return { status: 201, body: toDatabaseJson(resource), etag: resource.etag, charge: METADATA_CHARGE.write };
}
