import { createHash } from 'node:crypto';
import type { Container, Resource } from '@azure/cosmos';
import type { FeedRange } from './change-feed.ts';
import type { Lease, LeaseChange, LeaseStore } from './lease.ts';

/** As stored, with the property names that the Cosmos DB SDK for .NET gives its leases where it has them. */
interface StoredLease {
  readonly id: string;
  readonly FeedRange: FeedRange;
  readonly ContinuationToken: string | null;
  readonly Owner: string | null;
  readonly timestamp: string;
}

const CONFLICT = 409;
const PRECONDITION_FAILED = 412;

/** Leases in a container with the partition key `/id`; `prefix` tells them from those of other functions. */
export function createLeaseStore(container: Container, prefix: string): LeaseStore {
  /** Of the ranges that were added: point reads are cheaper than a query, and always up to date. */
  const ids = new Set<string>();
  return {
    async list() {
      const responses = await Promise.all([...ids].map((id) => container.item(id, id).read<StoredLease>()));
      return responses.flatMap(({ resource }) => (resource ? toLease(resource) : []));
    },
    async add(range) {
      const id = prefix + rangeId(range);
      const lease: StoredLease = { id, FeedRange: range, ContinuationToken: null, Owner: null, timestamp: toIso(0) };
      await container.items.create(lease).catch((error: unknown) => ignoreStatus(error, CONFLICT));
      ids.add(id);
    },
    async update(lease, change) {
      const stored = toStored({ ...lease, ...change });
      const accessCondition = { type: 'IfMatch', condition: lease.etag };
      const item = container.item(lease.id, lease.id);
      const response = await item
        .replace<StoredLease>(stored, { accessCondition })
        .catch((error: unknown) => ignoreStatus(error, PRECONDITION_FAILED));
      return response ? { ...lease, ...change, etag: response.etag } : undefined;
    },
  };
}

/** Short, and without the characters that an id must not have. */
function rangeId({ minInclusive, maxExclusive }: FeedRange): string {
  return createHash('sha256').update(`${minInclusive}-${maxExclusive}`).digest('hex').slice(0, 16);
}

function toLease(stored: StoredLease & Resource): Lease {
  return {
    id: stored.id,
    range: stored.FeedRange,
    continuation: stored.ContinuationToken ?? undefined,
    owner: stored.Owner ?? undefined,
    renewedAt: Date.parse(stored.timestamp),
    etag: stored._etag,
  };
}

function toStored({ id, range, continuation, owner, renewedAt }: Lease & LeaseChange): StoredLease {
  return {
    id,
    FeedRange: range,
    ContinuationToken: continuation ?? null,
    Owner: owner ?? null,
    timestamp: toIso(renewedAt ?? 0),
  };
}

function toIso(time: number): string {
  return new Date(time).toISOString();
}

/** Rethrows unless the service answered with `status`. */
function ignoreStatus(error: unknown, status: number): undefined {
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === status) return undefined;
  throw error;
}
