import type { Account } from '../account/account.ts';
import { metered } from '../operations/throughput/enforce-throughput.ts';
import { rangeAddressedBy } from './addressed.ts';
import { containerOf } from './containers.ts';
import type { RouteRequest } from './request.ts';
import type { RouteHandler } from './route.ts';

/** The handler of a route to items, at the cost of the container's throughput where that is enforced. */
export function atCost(handler: RouteHandler): RouteHandler {
  return (account: Account, request: RouteRequest) => {
    if (!account.throughputGate) return handler(account, request);
    const container = containerOf(account, request);
    const range = rangeAddressedBy(container, request);
    const ranges = range === undefined ? [...container.ranges.keys()] : [range];
    return metered(account, { container, ranges }, () => handler(account, request));
  };
}
