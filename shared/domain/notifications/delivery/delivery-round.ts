import type { ChangePage } from '../change-log.ts';
import type { OperationChange } from '../operation-change.ts';
import type { Subscription } from '../subscription.ts';
import { deadLetterExpired, PAGE_SIZE, pendingChanges, settle } from './dead-lettering.ts';
import { type Delivery, failAgain, holdBack, markIdle, passPage, releaseLease, withEvent } from './delivery.ts';
import type { DeliveryDependencies } from './delivery-dependencies.ts';
import type { DeliveryLease } from './delivery-lease.ts';
import { DEAD_LETTER_AFTER_MS } from './retry-schedule.ts';
import { type SendResult, send } from './send.ts';

/** What one look at a subscription did. */
export interface DeliveryReport {
  /** Notifications that the receiver took. */
  readonly sent: number;
  /** Why the last attempt failed; null: it did not. */
  readonly failure: string | null;
  /** Changes that became dead letters. */
  readonly deadLettered: number;
  /** Something is left, and can be sent at once. */
  readonly hasMore: boolean;
}

export const NOTHING_DONE: DeliveryReport = { sent: 0, failure: null, deadLettered: 0, hasMore: false };

/** After this others get their turn. */
const MAX_ROUND_MS = 20_000;

/** Sends what follows the subscription's place in the log, up to its end, and gives the lease back. @throws LeaseLostError */
export async function runRound(lease: DeliveryLease, dependencies: DeliveryDependencies): Promise<DeliveryReport> {
  const scope = { lease, dependencies, endsAt: dependencies.now() + MAX_ROUND_MS };
  await sendLifecycle(lease, dependencies);
  let report = NOTHING_DONE;
  let following: ChangePage | null = null;
  while (lease.delivery.lease) {
    // Asked each time: whoever came meanwhile may have changed it, or removed it.
    const { subscription } = lease;
    if (!subscription) await finishEnded(lease, dependencies);
    else if (Date.parse(subscription.expirationDateTime) <= dependencies.now())
      await lease.update((it) => markIdle(it, dependencies.now()));
    else {
      const page: ChangePage = following ?? (await readPage(subscription, lease.delivery.place, dependencies));
      const step = await sendPage(page, subscription, scope);
      report = add(report, step.report);
      following = step.following;
    }
  }
  return report;
}

function readPage({ watched }: Subscription, place: string, { log }: DeliveryDependencies): Promise<ChangePage> {
  return log.read(watched, place, PAGE_SIZE);
}

function add(earlier: DeliveryReport, { sent, deadLettered, ...last }: DeliveryReport): DeliveryReport {
  return { sent: earlier.sent + sent, deadLettered: earlier.deadLettered + deadLettered, ...last };
}

interface Scope {
  readonly lease: DeliveryLease;
  readonly dependencies: DeliveryDependencies;
  /** When this round leaves the rest to others. */
  readonly endsAt: number;
}

interface Step {
  readonly report: DeliveryReport;
  /** The page at the new place; null: to be read, if the lease is still lease. */
  readonly following: ChangePage | null;
}

/** The next page is read while this one is on its way: at the end of the log one write then both moves on and leaves. */
async function sendPage(page: ChangePage, subscription: Subscription, scope: Scope): Promise<Step> {
  const { lease, dependencies, endsAt } = scope;
  const [{ taken, result }, following] = await Promise.all([
    sendAll(pendingChanges(page, subscription, lease.delivery), subscription, scope),
    page.hasMore ? readPage(subscription, page.next, dependencies).catch(() => null) : null,
  ]);
  const report = { ...NOTHING_DONE, sent: taken.length };
  if (result.kind === 'gone') {
    await endSubscription(lease, subscription, dependencies);
    return { report: { ...report, failure: 'the endpoint is gone' }, following: null };
  }
  if (result.kind === 'rejected') {
    const deadLettered = await fail(subscription, { taken, result, ...scope });
    return { report: { ...report, deadLettered, failure: result.reason }, following: null };
  }
  const isLast = following ? following.changes.length === 0 && !following.hasMore : !page.hasMore;
  const isLate = dependencies.now() >= endsAt;
  await lease.update((delivery) => moveOn(delivery, { page, isLast, isLate, lease, now: dependencies.now() }));
  const hasMore = isLate && lease.delivery.dueAt <= dependencies.now();
  return { report: { ...report, hasMore }, following: isLast ? null : following };
}

interface Move {
  readonly page: ChangePage;
  readonly isLast: boolean;
  readonly isLate: boolean;
  readonly lease: DeliveryLease;
  readonly now: number;
}

/** Behind the page; and at the end of the log away, unless somebody came meanwhile, who may have seen more of it. */
function moveOn(delivery: Delivery, { page, isLast, isLate, lease, now }: Move): Delivery {
  const moved = { ...passPage(delivery, page), failure: null, wakeRequested: delivery.wakeRequested && !isLast };
  if (isLast && !delivery.wakeRequested) return markIdle(moved, now);
  return isLate ? releaseLease(moved, now) : lease.renewed(moved);
}

interface Attempt {
  /** What the receiver took before it failed, if it did. */
  readonly taken: readonly OperationChange[];
  readonly result: SendResult;
}

async function sendAll(
  changes: readonly OperationChange[],
  subscription: Subscription,
  { lease, dependencies }: Scope,
): Promise<Attempt> {
  const taken: OperationChange[] = [];
  const data = changes.length > 0 ? await dependencies.readResourceData(subscription, changes) : null;
  for (const message of changes.length > 0 ? dependencies.format.ofChanges(subscription, changes, data) : []) {
    const origins = message.changes.map(({ traceparent }) => traceparent);
    const sending = () => send(subscription.notificationUrl, message, dependencies, () => lease.renew());
    const result = await (dependencies.meter?.sending(origins, sending) ?? sending());
    if (result.kind !== 'accepted') return { taken, result };
    taken.push(...message.changes);
    for (const change of message.changes)
      dependencies.meter?.delivered(dependencies.now() - Date.parse(change.changedDateTime));
  }
  return { taken, result: { kind: 'accepted' } };
}

interface FailedAttempt {
  readonly taken: readonly OperationChange[];
  readonly result: Extract<SendResult, { kind: 'rejected' }>;
  readonly lease: DeliveryLease;
  readonly dependencies: DeliveryDependencies;
}

/** Writes down what was taken and when to try again; gives up what is too old by now, and tells the owner. */
async function fail(
  subscription: Subscription,
  { taken, result: { reason, retryAfterMs }, lease, dependencies }: FailedAttempt,
): Promise<number> {
  const now = dependencies.now();
  const earlier = taken.length > 0 ? null : lease.delivery.failure;
  const { failure, nextAt } = failAgain(earlier, { now, retryAfterMs, random: dependencies.random() });
  const failed = (delivery: Delivery) => ({ ...settle(delivery, taken), failure });
  if (now - failure.since < DEAD_LETTER_AFTER_MS) {
    await lease.update((delivery) => holdBack(failed(delivery), nextAt));
    return 0;
  }
  await lease.update(failed);
  const deadLettered = await deadLetterExpired(lease, subscription, { reason, dependencies });
  await sendLifecycle(lease, dependencies);
  await lease.update((delivery) => holdBack(delivery, nextAt));
  return deadLettered;
}

/** The receiver answered 410: nobody asks for it any more. */
async function endSubscription(
  lease: DeliveryLease,
  subscription: Subscription,
  dependencies: DeliveryDependencies,
): Promise<void> {
  await lease.endSubscription((delivery) => ({
    ...withEvent(delivery, 'subscriptionRemoved', dependencies.now()),
    ended: subscription,
  }));
  await finishEnded(lease, dependencies);
}

/** Tells the owner what happened to the subscription, as far as that is due. @throws LeaseLostError */
export async function sendLifecycle(lease: DeliveryLease, dependencies: DeliveryDependencies): Promise<void> {
  for (;;) {
    const [event] = lease.delivery.lifecycle.pending;
    const subscription = lease.subscription ?? lease.delivery.ended;
    if (!event || !subscription || dependencies.now() < lease.delivery.lifecycle.dueAt) return;
    const { lifecycleNotificationUrl: url } = subscription;
    const result: SendResult = url
      ? await send(url, dependencies.format.ofLifecycle(subscription, event), dependencies, () => lease.renew())
      : { kind: 'gone' };
    await lease.update((delivery) => afterAttempt(delivery, result, dependencies));
  }
}

function afterAttempt(delivery: Delivery, result: SendResult, dependencies: DeliveryDependencies): Delivery {
  const { lifecycle } = delivery;
  const now = dependencies.now();
  const announced = { ...delivery, lifecycle: { pending: lifecycle.pending.slice(1), failure: null, dueAt: now } };
  if (result.kind !== 'rejected') return announced;
  const { retryAfterMs } = result;
  const { failure, nextAt } = failAgain(lifecycle.failure, { now, retryAfterMs, random: dependencies.random() });
  if (now - failure.since >= DEAD_LETTER_AFTER_MS) return announced;
  return { ...delivery, lifecycle: { ...lifecycle, failure, dueAt: nextAt } };
}

/** Of a subscription that is gone nothing is kept once its owner knows. Gives the lease back. @throws LeaseLostError */
export async function finishEnded(lease: DeliveryLease, dependencies: DeliveryDependencies): Promise<void> {
  await sendLifecycle(lease, dependencies);
  const { pending, dueAt } = lease.delivery.lifecycle;
  if (pending.length === 0) return lease.remove();
  await lease.update((delivery) => holdBack(delivery, dueAt));
}
