import type { Account } from '../account/account.ts';
import type { Container } from '../account/container.ts';
import { CosmosError } from '../model/errors.ts';
import { isPartitionKeyPrefix } from '../model/partition-key.ts';
import { namedPartitionKey } from '../operations/items/item.ts';
import { containerOf } from './containers.ts';
import { rangeOf } from './feed-request.ts';
import { partitionKeyOf, type RouteRequest } from './request.ts';

/**
 * The container that the request to a path of containers is about, and its physical partition if it is one; undefined
 * when there is none.
 */
export function addressedBy(
  account: Account,
  request: RouteRequest,
): { readonly container: Container; readonly range?: number } | undefined {
  const container = attempt(() => containerOf(account, request));
  if (!container) return undefined;
  const range = attempt(() => rangeAddressedBy(container, request));
  return range === undefined ? { container } : { container, range };
}

/**
 * The one physical partition that the request reads or writes, as its headers tell; undefined when it is all of them.
 *
 * @throws CosmosError BadRequest or Gone for headers that name none
 */
export function rangeAddressedBy(container: Container, request: RouteRequest): number | undefined {
  const range = rangeOf(container, request);
  if (range !== undefined) return range;
  const key = partitionKeyOf(request);
  if (!key || isPartitionKeyPrefix(key, container.definition.partitionKey)) return undefined;
  return container.locate(namedPartitionKey(container, key)).range;
}

function attempt<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof CosmosError) return undefined;
    throw error;
  }
}
