import type { ChangePage } from '../change-log.ts';
import type { LifecycleEvent, Subscription } from '../subscription.ts';
import { delayAfter } from './retry-schedule.ts';

/** How far a subscription has been served, and who serves it now. All times are milliseconds since the Unix epoch. */
export interface Delivery {
  /** Of the log: everything before it is settled, which is to say sent, of no interest, or given up. */
  readonly place: string;
  /** Ids of changes behind the place that are settled nevertheless. */
  readonly settled: readonly string[];
  /** Null: nobody serves it. */
  readonly lease: Lease | null;
  /** A wake-up came while the subscription was being served: its holder looks again before it releases the lease. */
  readonly wakeRequested: boolean;
  /** When to look without a wake-up: at the next attempt, at the end of the lease, or just to be sure. */
  readonly dueAt: number;
  /** Not before `dueAt`, whoever wakes it. */
  readonly heldBack: boolean;
  /** Null: the last attempt succeeded, or there was none. */
  readonly failure: Failure | null;
  readonly lifecycle: LifecycleDelivery;
  /** The expirationDateTime that its owner was notified of; null: none yet. */
  readonly announcedExpiration: string | null;
  /** The subscription as it was when this service removed it, for as long as its owner is still to be notified; null: it exists. */
  readonly ended: Subscription | null;
}

export interface Lease {
  readonly holder: string;
  readonly until: number;
}

/** Attempts that failed one after another. */
export interface Failure {
  readonly since: number;
  readonly attempts: number;
}

/** The lifecycle notifications that the owner is still to get. */
export interface LifecycleDelivery {
  /** The oldest first. */
  readonly pending: readonly LifecycleEvent[];
  readonly failure: Failure | null;
  /** When it is tried next. */
  readonly dueAt: number;
}

/** Longer than what happens between two looks at it (a read, a POST, a write), each of which has a deadline of seconds. */
export const LEASE_MS = 30_000;
/** Each subscription is looked at this often without a wake-up, so that one that got lost delays a notification by no more. */
export const SAFETY_POLL_MS = 15 * 60_000;

/** Of a new subscription: `place` is the end of the log, found before the subscription could be seen by its owner. */
export function newDelivery(place: string, now: number): Delivery {
  return {
    place,
    settled: [],
    lease: null,
    wakeRequested: false,
    dueAt: now + SAFETY_POLL_MS,
    heldBack: false,
    failure: null,
    lifecycle: { pending: [], failure: null, dueAt: now },
    announcedExpiration: null,
    ended: null,
  };
}

export function isLeased({ lease }: Delivery, now: number): boolean {
  return lease !== null && now < lease.until;
}

export function takeLease(delivery: Delivery, holder: string, now: number): Delivery {
  const until = now + LEASE_MS;
  return { ...delivery, lease: { holder, until }, dueAt: until, heldBack: false, wakeRequested: false };
}

/** Nothing is left to send: the lease is released, and the next look is the safety poll. */
export function markIdle(delivery: Delivery, now: number): Delivery {
  const { pending, dueAt } = delivery.lifecycle;
  const safetyPoll = now + SAFETY_POLL_MS;
  const next = pending.length > 0 ? Math.min(safetyPoll, dueAt) : safetyPoll;
  return { ...delivery, lease: null, wakeRequested: false, heldBack: false, failure: null, dueAt: next };
}

/** Nothing is sent before the given time. */
export function holdBack(delivery: Delivery, until: number): Delivery {
  return { ...delivery, lease: null, wakeRequested: false, heldBack: true, dueAt: until };
}

/** Something is left: the lease is released, and whoever comes next goes on. */
export function releaseLease(delivery: Delivery, now: number): Delivery {
  return { ...delivery, lease: null, wakeRequested: false, heldBack: false, dueAt: now };
}

/** Adds an event for the owner, unless the same event is pending already. */
export function withEvent(delivery: Delivery, event: LifecycleEvent, now: number): Delivery {
  const { pending, failure, dueAt } = delivery.lifecycle;
  if (pending.includes(event)) return delivery;
  return { ...delivery, lifecycle: { pending: [...pending, event], failure, dueAt: failure ? dueAt : now } };
}

/** The same, to be looked at now, by whoever serves it or comes first. */
export function announce(delivery: Delivery, event: LifecycleEvent, now: number): Delivery {
  const notified = withEvent(delivery, event, now);
  return notified.lease ? { ...notified, wakeRequested: true } : { ...notified, heldBack: false, dueAt: now };
}

/** Behind a page of the log, all of which is settled. */
export function passPage(delivery: Delivery, { changes, next }: ChangePage): Delivery {
  const passed = new Set(changes.map(({ id }) => id));
  return { ...delivery, place: next, settled: delivery.settled.filter((id) => !passed.has(id)) };
}

export interface FailedAttempt {
  readonly now: number;
  /** What the receiver asked for; null: nothing. */
  readonly retryAfterMs: number | null;
  /** From 0 to below 1. */
  readonly random: number;
}

/** One failure more, and when to try again. */
export function failAgain(
  failure: Failure | null,
  { now, ...circumstances }: FailedAttempt,
): { readonly failure: Failure; readonly nextAt: number } {
  const next = { since: failure?.since ?? now, attempts: (failure?.attempts ?? 0) + 1 };
  return { failure: next, nextAt: now + delayAfter(next.attempts, circumstances) };
}
