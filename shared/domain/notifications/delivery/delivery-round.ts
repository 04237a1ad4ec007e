import type { ChangePage } from '../change-log.ts';
import type { OperationChange } from '../operation-change.ts';
import type { Subscription } from '../subscription.ts';
import { deadLetterExpired, PAGE_SIZE, settle, pendingChanges } from './dead-lettering.ts';
import { type Delivery, failAgain, holdBack, releaseLease, passPage, rest, withEvent } from './delivery.ts';
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
export async function runRound(held: DeliveryLease, ports: DeliveryDependencies): Promise<DeliveryReport> {
  const scope = { held, ports, endsAt: ports.now() + MAX_ROUND_MS };
  await sendLifecycle(held, ports);
  let report = NOTHING_DONE;
  let following: ChangePage | null = null;
  while (held.delivery.lease) {
    // Asked each time: whoever came meanwhile may have changed it, or removed it.
    const { subscription } = held;
    if (!subscription) await finishEnded(held, ports);
    else if (Date.parse(subscription.expirationDateTime) <= ports.now())
      await held.update((it) => rest(it, ports.now()));
    else {
      const page: ChangePage = following ?? (await readPage(subscription, held.delivery.place, ports));
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
  readonly held: DeliveryLease;
  readonly ports: DeliveryDependencies;
  /** When this round leaves the rest to others. */
  readonly endsAt: number;
}

interface Step {
  readonly report: DeliveryReport;
  /** The page at the new place; null: to be read, if the lease is still held. */
  readonly following: ChangePage | null;
}

/** The next page is read while this one is on its way: at the end of the log one write then both moves on and leaves. */
async function sendPage(page: ChangePage, subscription: Subscription, scope: Scope): Promise<Step> {
  const { held, ports, endsAt } = scope;
  const [{ taken, result }, following] = await Promise.all([
    sendAll(pendingChanges(page, subscription, held.delivery), subscription, scope),
    page.hasMore ? readPage(subscription, page.next, ports).catch(() => null) : null,
  ]);
  const report = { ...NOTHING_DONE, sent: taken.length };
  if (result.kind === 'gone') {
    await endSubscription(held, subscription, ports);
    return { report: { ...report, failure: 'the endpoint is gone' }, following: null };
  }
  if (result.kind === 'refused') {
    const deadLettered = await fail(subscription, { taken, result, ...scope });
    return { report: { ...report, deadLettered, failure: result.reason }, following: null };
  }
  const isLast = following ? following.changes.length === 0 && !following.hasMore : !page.hasMore;
  const isLate = ports.now() >= endsAt;
  await held.update((delivery) => moveOn(delivery, { page, isLast, isLate, held, now: ports.now() }));
  const hasMore = isLate && held.delivery.dueAt <= ports.now();
  return { report: { ...report, hasMore }, following: isLast ? null : following };
}

interface Move {
  readonly page: ChangePage;
  readonly isLast: boolean;
  readonly isLate: boolean;
  readonly held: DeliveryLease;
  readonly now: number;
}

/** Behind the page; and at the end of the log away, unless somebody came meanwhile, who may have seen more of it. */
function moveOn(delivery: Delivery, { page, isLast, isLate, held, now }: Move): Delivery {
  const moved = { ...passPage(delivery, page), failure: null, woken: delivery.woken && !isLast };
  if (isLast && !delivery.woken) return rest(moved, now);
  return isLate ? releaseLease(moved, now) : held.renewed(moved);
}

interface Attempt {
  /** What the receiver took before it failed, if it did. */
  readonly taken: readonly OperationChange[];
  readonly result: SendResult;
}

async function sendAll(
  changes: readonly OperationChange[],
  subscription: Subscription,
  { held, ports }: Scope,
): Promise<Attempt> {
  const taken: OperationChange[] = [];
  for (const message of changes.length > 0 ? ports.format.ofChanges(subscription, changes) : []) {
    const origins = message.changes.map(({ traceparent }) => traceparent);
    const result = await ports.meter.sending(origins, () =>
      send(subscription.notificationUrl, message, ports, () => held.renew()),
    );
    if (result.kind !== 'accepted') return { taken, result };
    taken.push(...message.changes);
    for (const change of message.changes) ports.meter.delivered(ports.now() - Date.parse(change.changedDateTime));
  }
  return { taken, result: { kind: 'accepted' } };
}

interface FailedAttempt {
  readonly taken: readonly OperationChange[];
  readonly result: Extract<SendResult, { kind: 'refused' }>;
  readonly held: DeliveryLease;
  readonly ports: DeliveryDependencies;
}

/** Writes down what was taken and when to try again; gives up what is too old by now, and tells the owner. */
async function fail(
  subscription: Subscription,
  { taken, result: { reason, retryAfterMs }, held, ports }: FailedAttempt,
): Promise<number> {
  const now = ports.now();
  const earlier = taken.length > 0 ? null : held.delivery.failure;
  const { failure, nextAt } = failAgain(earlier, { now, retryAfterMs, random: ports.random() });
  const failed = (delivery: Delivery) => ({ ...settle(delivery, taken), failure });
  if (now - failure.since < DEAD_LETTER_AFTER_MS) {
    await held.update((delivery) => holdBack(failed(delivery), nextAt));
    return 0;
  }
  await held.update(failed);
  const deadLettered = await deadLetterExpired(held, subscription, { reason, ports });
  await sendLifecycle(held, ports);
  await held.update((delivery) => holdBack(delivery, nextAt));
  return deadLettered;
}

/** The receiver answered 410: nobody asks for it any more. */
async function endSubscription(held: DeliveryLease, subscription: Subscription, ports: DeliveryDependencies): Promise<void> {
  await held.endSubscription((delivery) => ({
    ...withEvent(delivery, 'subscriptionRemoved', ports.now()),
    ended: subscription,
  }));
  await finishEnded(held, ports);
}

/** Tells the owner what happened to the subscription, as far as that is due. @throws LeaseLostError */
export async function sendLifecycle(held: DeliveryLease, ports: DeliveryDependencies): Promise<void> {
  for (;;) {
    const [event] = held.delivery.lifecycle.pending;
    const subscription = held.subscription ?? held.delivery.ended;
    if (!event || !subscription || ports.now() < held.delivery.lifecycle.dueAt) return;
    const { lifecycleNotificationUrl: url } = subscription;
    const result: SendResult = url
      ? await send(url, ports.format.ofLifecycle(subscription, event), ports, () => held.renew())
      : { kind: 'gone' };
    await held.update((delivery) => afterAttempt(delivery, result, ports));
  }
}

function afterAttempt(delivery: Delivery, result: SendResult, ports: DeliveryDependencies): Delivery {
  const { lifecycle } = delivery;
  const now = ports.now();
  const told = { ...delivery, lifecycle: { pending: lifecycle.pending.slice(1), failure: null, dueAt: now } };
  if (result.kind !== 'refused') return told;
  const { retryAfterMs } = result;
  const { failure, nextAt } = failAgain(lifecycle.failure, { now, retryAfterMs, random: ports.random() });
  if (now - failure.since >= DEAD_LETTER_AFTER_MS) return told;
  return { ...delivery, lifecycle: { ...lifecycle, failure, dueAt: nextAt } };
}

/** Of a subscription that is gone nothing is kept once its owner knows. Gives the lease back. @throws LeaseLostError */
export async function finishEnded(held: DeliveryLease, ports: DeliveryDependencies): Promise<void> {
  await sendLifecycle(held, ports);
  const { pending, dueAt } = held.delivery.lifecycle;
  if (pending.length === 0) return held.remove();
  await held.update((delivery) => holdBack(delivery, dueAt));
}
