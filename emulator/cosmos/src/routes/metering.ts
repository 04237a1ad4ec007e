import type { Account } from '../account/account.ts';
import type { Container } from '../account/container.ts';
import { isPartitionKeyPrefix } from '../model/partition-key.ts';
import { namedPartitionKey } from '../operations/item-input.ts';
import { metered } from '../operations/metering.ts';
import { containerOf } from './containers.ts';
import { rangeOf } from './feed-request.ts';
import { partitionKeyOf, type RouteRequest } from './request.ts';
import type { RouteHandler } from './table.ts';

/** The handler of a route to items, at the cost of the container's throughput where that is enforced. */
export function atCost(handler: RouteHandler): RouteHandler {
  return (account: Account, request: RouteRequest) => {
    if (!account.throughputGate) return handler(account, request);
    const container = containerOf(account, request);
    return metered(account, { container, ranges: rangesOf(container, request) }, () => handler(account, request));
  };
}

/** The physical partitions that the request is going to read or write, as its headers tell. */
function rangesOf(container: Container, request: RouteRequest): readonly number[] {
  const range = rangeOf(container, request);
  if (range !== undefined) return [range];
  const key = partitionKeyOf(request);
  if (key && !isPartitionKeyPrefix(key, container.definition.partitionKey))
    return [container.locate(namedPartitionKey(container, key)).range];
  return container.ranges.map((_, index) => index);
}
