import type { Account } from '../account/account.ts';
import type { Container } from '../account/catalog.ts';
import { CosmosError } from '../model/errors.ts';
import type { EpkRange } from '../model/partition-key/effective-partition-key.ts';
import { isPartitionKeyPrefix } from '../model/partition-key/partition-key.ts';
import { type ChangeFeedRequest, readChangeFeedRequest } from '../model/requests/change-feed-request.ts';
import { assertSessionAvailable, parseSessionToken } from '../model/requests/session-token.ts';
import type { FeedScope } from '../operations/feed.ts';
import { namedPartitionKey } from '../operations/items/item.ts';
import { header, invalidHeader, nameAt, partitionKeyOf, type RouteRequest } from './request.ts';

/** The container that the path names. @throws CosmosError NotFound, or BadRequest when the client expects another one of this name */
export function containerOf({ catalog }: Account, request: RouteRequest): Container {
  const container = catalog.container(nameAt(request, 0), nameAt(request, 1));
  const intended = header(request, 'x-ms-cosmos-intended-collection-rid');
  if (intended === undefined || intended === '' || intended === container.rid) return container;
  throw new CosmosError('BadRequest', 'The intended collection rid is not that of the collection.', {
    substatus: 1024,
  });
}

/** The items that a feed covers. @throws CosmosError BadRequest; Gone, 1002, for a physical partition that is not there */
export function feedScopeOf(container: Container, request: RouteRequest): FeedScope {
  const partitionKey = partitionKeyOf(request);
  const range = rangeOf(container, request);
  const epks = epkRangeOf(request);
  return { ...(partitionKey && { partitionKey }), ...(range !== undefined && { range }), ...(epks && { epks }) };
}

/** @throws CosmosError BadRequest */
export function changeFeedRequestOf(request: RouteRequest): ChangeFeedRequest {
  return readChangeFeedRequest({
    aIm: header(request, 'a-im') ?? '',
    ifNoneMatch: header(request, 'if-none-match'),
    ifModifiedSince: header(request, 'if-modified-since'),
    wireFormatVersion: header(request, 'x-ms-cosmos-changefeed-wire-format-version'),
  });
}

/** The physical partition that the request names; undefined when it names none. @throws CosmosError Gone, 1002 */
export function rangeOf(container: Container, request: RouteRequest): number | undefined {
  const text = header(request, 'x-ms-documentdb-partitionkeyrangeid');
  if (text === undefined || text === '') return undefined;
  // Some clients put the container's rid in front: `{rid},{id}`.
  const id = text.slice(text.indexOf(',') + 1);
  if (!/^\d{1,9}$/.test(id)) throw invalidHeader('x-ms-documentdb-partitionkeyrangeid', text);
  if (container.ranges[Number(id)]) return Number(id);
  throw new CosmosError('Gone', `The partition key range ${id} does not exist`, { substatus: 1002 });
}

const START = 'x-ms-start-epk';
const END = 'x-ms-end-epk';
/** Three components of a hierarchical key are 96 digits; `FF` may follow. */
const EPK = /^[\dA-Fa-f]{0,98}$/;

/** The part of a physical partition that the request names; undefined when it names none. @throws CosmosError BadRequest */
function epkRangeOf(request: RouteRequest): EpkRange | undefined {
  const min = header(request, START);
  const max = header(request, END);
  if (min === undefined && max === undefined) return undefined;
  if (min === undefined || max === undefined) throw new CosmosError('BadRequest', `${START} and ${END} go together`);
  if (!EPK.test(min)) throw invalidHeader(START, min);
  if (!EPK.test(max) || min.toUpperCase() >= max.toUpperCase()) throw invalidHeader(END, max);
  return { min: min.toUpperCase(), max: max.toUpperCase() };
}

/** The container of a request and, if it is one, its physical partition; undefined when there is no such container. */
export function tryTargetOf(
  account: Account,
  request: RouteRequest,
): { readonly container: Container; readonly range?: number } | undefined {
  const container = attempt(() => containerOf(account, request));
  if (!container) return undefined;
  const range = attempt(() => onlyRangeOf(container, request));
  return range === undefined ? { container } : { container, range };
}

/** The container of a request to items, and the physical partitions that it reads or writes. @throws CosmosError */
export function partitionsOf(
  account: Account,
  request: RouteRequest,
): { readonly container: Container; readonly ranges: readonly number[] } {
  const container = containerOf(account, request);
  const range = onlyRangeOf(container, request);
  return { container, ranges: range === undefined ? [...container.ranges.keys()] : [range] };
}

/**
 * The one physical partition that the headers of the request name; undefined when it concerns all of them.
 *
 * @throws CosmosError BadRequest or Gone for headers that name none
 */
export function onlyRangeOf(container: Container, request: RouteRequest): number | undefined {
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

/** @throws CosmosError NotFound, 1002, when the client has seen a later state of what it reads than this server has */
export function assertSession(account: Account, container: Container, request: RouteRequest): void {
  const token = header(request, 'x-ms-session-token');
  if (token === undefined || token === '') return;
  const seen = parseSessionToken(token);
  const read = onlyRangeOf(container, request);
  for (const [range, name] of container.lsnCounters.entries())
    if (read === undefined || read === range) assertSessionAvailable(seen, range, account.store.counters.current(name));
}
