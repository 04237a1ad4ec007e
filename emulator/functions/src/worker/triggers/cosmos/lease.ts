import type { FeedRange } from './change-feed.ts';

/** Who reads a range, and how far it was read. Kept in the lease container. */
export interface Lease {
  readonly id: string;
  readonly range: FeedRange;
  /** Undefined: never read. */
  readonly continuation: string | undefined;
  /** The instance that reads the range; undefined: none. */
  readonly owner: string | undefined;
  /** When the owner last said that it is alive, in ms since the Unix epoch. */
  readonly renewedAt: number;
  /** Of the stored version. */
  readonly etag: string;
}

export type LeaseChange = Partial<Pick<Lease, 'continuation' | 'owner' | 'renewedAt'>>;

export interface LeaseStore {
  /** The leases of the ranges that were added, as they are stored now. */
  list(): Promise<readonly Lease[]>;
  /** Adds a lease that nobody owns; does nothing when the range has one. */
  add(range: FeedRange): Promise<void>;
  /** The stored lease; undefined when another instance has changed it since it was read. */
  update(lease: Lease, change: LeaseChange): Promise<Lease | undefined>;
}

export interface BalanceOptions {
  readonly me: string;
  readonly now: number;
  /** An owner that was silent for so long is taken for dead. */
  readonly expirationMs: number;
  /** Whether an owner is known to be dead. */
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
  // Exactly one more than the share is a remainder that somebody has to have.
  return richest.length > share || (missing > 1 && richest.length === share) ? richest.slice(0, 1) : [];
}
