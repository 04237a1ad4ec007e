import type { Container } from '../../account/account.ts';
import { childRid } from '../../model/resource-id.ts';
import { toFeedJson } from '../feed.ts';
import { isNotModified, type Preconditions } from '../preconditions.ts';
import { METADATA_RANGE, type OperationResult } from '../result.ts';
import { METADATA_CHARGE } from '../throughput/request-charge.ts';

/** The physical partitions. They never change, so the second read of a client gives 304. */
export function listPartitionKeyRanges(container: Container, preconditions: Preconditions): OperationResult {
  const { etag } = container.resource;
  const result = { etag, charge: METADATA_CHARGE.read, container, range: METADATA_RANGE };
  if (isNotModified(preconditions, etag)) return { status: 304, ...result };
  const ranges = container.ranges.map((_, range) => toRangeJson(container, range));
  const body = toFeedJson(container.rid, 'PartitionKeyRanges', ranges);
  return { status: 200, body, itemCount: ranges.length, ...result };
}

function toRangeJson(container: Container, range: number): string {
  const rid = childRid(container.rid, 'partitionKeyRange', range + 1);
  const { resource, ranges, self } = container;
  return JSON.stringify({
    id: String(range),
    _rid: rid,
    _self: `${self}pkranges/${rid}/`,
    _etag: resource.etag,
    _ts: resource.ts,
    _lsn: 0,
    minInclusive: ranges[range]?.min,
    maxExclusive: ranges[range]?.max,
    ridPrefix: range,
    throughputFraction: 1 / ranges.length,
    status: 'online',
    parents: [],
  });
}
