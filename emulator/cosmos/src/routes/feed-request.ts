import type { Container } from '../account/container.ts';
import { CosmosError } from '../model/errors.ts';
import type { EpkRange } from '../model/partition-key/effective-partition-key.ts';
import { type ChangeFeedRequest, readChangeFeedRequest } from '../model/requests/change-feed-request.ts';
import type { FeedScope } from '../operations/feed-scope.ts';
import { header, invalidHeader, partitionKeyOf, type RouteRequest } from './request.ts';

/** Which items the feed is asked for. @throws CosmosError BadRequest; Gone, 1002, for a physical partition that is not there */
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
