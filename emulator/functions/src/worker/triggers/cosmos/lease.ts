import { hostname } from 'node:os';
import type { Randomness } from '@lazurite/runtime';
import { errnoOf } from '../../../errors.ts';
import type { FeedRange } from './change-feed.ts';

/** The owner of a range and its checkpoint. Stored in the lease container. */
export interface Lease {
  readonly id: string;
  readonly range: FeedRange;
  /** The checkpoint; undefined when the range was never read. */
  readonly continuation: string | undefined;
  /** The instance that reads the range; undefined when there is none. */
  readonly owner: string | undefined;
  /** When the owner last renewed the lease, in ms since the Unix epoch. */
  readonly renewedAt: number;
  /** Of the stored version. */
  readonly etag: string;
}

export type LeaseChange = Partial<Pick<Lease, 'continuation' | 'owner' | 'renewedAt'>>;

export interface LeaseStore {
  /** The stored leases of the ranges that were added. */
  list(): Promise<readonly Lease[]>;
  /** Adds a lease without an owner; does nothing when the range has a lease. */
  add(range: FeedRange): Promise<void>;
  /** The stored lease; undefined when another instance has changed it since it was read. */
  update(lease: Lease, change: LeaseChange): Promise<Lease | undefined>;
}

export interface BalanceOptions {
  readonly me: string;
  readonly now: number;
  /** A lease that was not renewed for this long has no living owner. */
  readonly expirationMs: number;
  /** Whether an instance is known to have ended. */
  readonly isGone: (owner: string) => boolean;
}

/**
 * The leases that instance `me` should take now so that every instance ends with an equal share: those without a living
 * owner, else one of the instance that has most (EqualPartitionsBalancingStrategy of the Cosmos DB SDK for .NET).
 */
export function leasesToTake(leases: readonly Lease[], options: BalanceOptions): readonly Lease[] {
  const { me, now, expirationMs, isGone } = options;
  const isFree = ({ owner, renewedAt }: Lease) =>
    owner === undefined || now - renewedAt > expirationMs || isGone(owner);
  const byOwner = new Map<string, Lease[]>([[me, []]]);
  for (const lease of leases) {
    if (lease.owner === undefined || isFree(lease)) continue;
    byOwner.set(lease.owner, [...(byOwner.get(lease.owner) ?? []), lease]);
  }
  const share = Math.ceil(leases.length / byOwner.size);
  const missing = share - (byOwner.get(me)?.length ?? 0);
  if (missing <= 0) return [];
  const free = leases.filter(isFree);
  if (free.length > 0) return free.slice(0, missing);
  const richest = [...byOwner.values()].reduce((most, owned) => (owned.length > most.length ? owned : most), []);
  // An instance may keep exactly one lease more than the share: the remainder of the division.
  return richest.length > share || (missing > 1 && richest.length === share) ? richest.slice(0, 1) : [];
}

/** The id of one change feed reader: `machine/process/uuid`. Others can tell from it whether the reader still runs. */
export function createInstanceId(random: Randomness): string {
  return `${hostname()}/${process.pid}/${random.uuid()}`;
}

/** Whether the process of an instance is known to have ended, so that its leases are free before they expire. */
export function isGone(instanceId: string): boolean {
  const [machine, pid] = instanceId.split('/');
  if (machine !== hostname() || !/^[1-9]\d*$/.test(pid ?? '')) return false;
  try {
    process.kill(Number(pid), 0); // signal 0 only tests for existence, on Windows too
    return false;
  } catch (error) {
    return errnoOf(error) === 'ESRCH';
  }
}
