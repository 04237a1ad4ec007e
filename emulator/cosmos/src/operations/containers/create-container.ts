import {
  type Account,
  alreadyExists,
  type ContainerRecord,
  newEtag,
  nowInSeconds,
  toContainer,
} from '../../account/account.ts';
import { readContainerDefinition } from '../../model/container/container-definition.ts';
import type { JsonObject } from '../../model/json.ts';
import { containerRid } from '../../model/resource-id.ts';
import { DEFAULT_THROUGHPUT, physicalPartitionCount, type Throughput } from '../../model/throughput/throughput.ts';
import type { OperationResult } from '../result.ts';
import { findOffer, insertOffer } from '../throughput/offer-records.ts';
import { METADATA_CHARGE } from '../throughput/request-charge.ts';
import { assertComputedProperties, toContainerJson, written } from './read-container.ts';

/** @throws CosmosError BadRequest for a wrong definition, NotFound for the database, Conflict when the container exists */
export async function createContainer(
  account: Account,
  databaseName: string,
  input: { readonly body: JsonObject; readonly throughput?: Throughput },
): Promise<OperationResult> {
  const definition = readContainerDefinition(input.body);
  assertComputedProperties(account, definition);
  const container = await account.commits.write(() => {
    const { resources, counters } = account.store;
    const database = account.catalog.database(databaseName);
    if (resources.get('colls', database.rid, definition.id)) throw alreadyExists();
    const throughput = input.throughput ?? (findOffer(account, database.rid) ? undefined : DEFAULT_THROUGHPUT);
    const number = counters.next('containers');
    const rid = containerRid(database.rid, number);
    const rangeCount = throughput ? physicalPartitionCount(throughput) : 1;
    const record: ContainerRecord = { number, rangeCount, definition };
    const common = { kind: 'colls', parentRid: database.rid, id: definition.id, rid };
    const resource = { ...common, etag: newEtag(account), ts: nowInSeconds(account), body: JSON.stringify(record) };
    const created = toContainer(resource, database);
    resources.put(resource);
    if (throughput) insertOffer(account, created, throughput);
    return created;
  });
  const { etag } = container.resource;
  return { status: 201, body: toContainerJson(container), etag, charge: METADATA_CHARGE.write, ...written(container) };
}
