import {
  type Account,
  type Container,
  type ContainerRecord,
  newEtag,
  nowInSeconds,
  toContainer,
} from '../../account/account.ts';
import { readContainerReplacement } from '../../model/container/container-definition.ts';
import type { JsonObject } from '../../model/json.ts';
import { assertIfMatch, type Preconditions } from '../preconditions.ts';
import type { OperationResult } from '../result.ts';
import { METADATA_CHARGE } from '../throughput/request-charge.ts';
import { assertComputedProperties, toContainerJson, written } from './read-container.ts';

/** @throws CosmosError BadRequest when the definition is wrong or changes id or partition key, or PreconditionFailed */
export async function replaceContainer(
  account: Account,
  container: Container,
  input: { readonly body: JsonObject } & Preconditions,
): Promise<OperationResult> {
  const replaced = await account.commits.writeAtomically(() => {
    const current = account.catalog.container(container.database.rid, container.rid);
    assertIfMatch(input, current.resource.etag);
    const definition = readContainerReplacement(current.definition, input.body);
    assertComputedProperties(account, definition);
    const record: ContainerRecord = { number: current.number, rangeCount: current.ranges.length, definition };
    const body = JSON.stringify(record);
    const resource = { ...current.resource, etag: newEtag(account), ts: nowInSeconds(account), body };
    account.store.resources.put(resource);
    account.catalog.forget();
    const changed = toContainer(resource, current.database);
    // Later changes are not kept, so the earlier ones would have a gap behind them.
    if (!changed.keepsAllVersions) account.store.changeLog.prune(changed.number, Number.MAX_SAFE_INTEGER);
    for (const { id, path } of account.store.indexes.list(changed.number))
      if (!changed.isIndexed(path)) account.store.indexes.drop(id);
    return changed;
  });
  const { etag } = replaced.resource;
  return { status: 200, body: toContainerJson(replaced), etag, charge: METADATA_CHARGE.write, ...written(replaced) };
}
