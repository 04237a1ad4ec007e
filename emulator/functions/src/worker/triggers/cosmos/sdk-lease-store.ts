import { createHash } from 'node:crypto';
import type { Container, Resource } from '@azure/cosmos';
import type { FeedRange } from './change-feed.ts';
import type { Lease, LeaseChange, LeaseStore } from './lease.ts';

/** The stored form, with the property names of the Cosmos DB SDK for .NET where it has them. */
interface StoredLease {
  readonly id: string;
  readonly FeedRange: FeedRange;
  readonly ContinuationToken: string | null;
  readonly Owner: string | null;
  readonly timestamp: string;
}

const CONFLICT = 409;
const PRECONDITION_FAILED = 412;

/** Leases in a container with the partition key `/id`. `prefix` separates them from those of other functions. */
export function createLeaseStore(container: Container, prefix: string): LeaseStore {
  /** The ids of the added ranges: point reads are cheaper than a query, and always up to date. */
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
      const stored = toStoredLease({ ...lease, ...change });
      const accessCondition = { type: 'IfMatch', condition: lease.etag };
      const item = container.item(lease.id, lease.id);
      const response = await item
        .replace<StoredLease>(stored, { accessCondition })
        .catch((error: unknown) => ignoreStatus(error, PRECONDITION_FAILED));
      return response ? { ...lease, ...change, etag: response.etag } : undefined;
    },
  };
}

/** A hash, because an id must be short and must not have some characters of the bounds. */
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

function toStoredLease({ id, range, continuation, owner, renewedAt }: Lease & LeaseChange): StoredLease {
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

/** Rethrows unless the service responded with `status`. */
function ignoreStatus(error: unknown, status: number): undefined {
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === status) return undefined;
  throw error;
}
