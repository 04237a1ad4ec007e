import { type Delivery, failAgain, holdBack } from './delivery.ts';
import type { DeliveryPorts } from './delivery-dependencies.ts';
import type { HeldDelivery } from './delivery-lease.ts';
import { GIVE_UP_MS } from './retry-schedule.ts';
import { type PostResult, post } from './send.ts';

/** Tells the owner what happened to the subscription, as far as that is due. @throws LeaseLostError */
export async function sendLifecycle(held: HeldDelivery, ports: DeliveryPorts): Promise<void> {
  for (;;) {
    const [event] = held.delivery.lifecycle.pending;
    const subscription = held.subscription ?? held.delivery.ended;
    if (!event || !subscription || ports.now() < held.delivery.lifecycle.dueAt) return;
    const { lifecycleNotificationUrl: url } = subscription;
    const result: PostResult = url
      ? await post(url, ports.format.ofLifecycle(subscription, event), ports, () => held.renew())
      : { kind: 'gone' };
    await held.update((delivery) => afterAttempt(delivery, result, ports));
  }
}

function afterAttempt(delivery: Delivery, result: PostResult, ports: DeliveryPorts): Delivery {
  const { lifecycle } = delivery;
  const now = ports.now();
  const told = { ...delivery, lifecycle: { pending: lifecycle.pending.slice(1), failure: null, dueAt: now } };
  if (result.kind !== 'refused') return told;
  const { retryAfterMs } = result;
  const { failure, nextAt } = failAgain(lifecycle.failure, { now, retryAfterMs, random: ports.random() });
  if (now - failure.since >= GIVE_UP_MS) return told;
  return { ...delivery, lifecycle: { ...lifecycle, failure, dueAt: nextAt } };
}

/** Of a subscription that is gone nothing is kept once its owner knows. Gives the lease back. @throws LeaseLostError */
export async function finishEnded(held: HeldDelivery, ports: DeliveryPorts): Promise<void> {
  await sendLifecycle(held, ports);
  const { pending, dueAt } = held.delivery.lifecycle;
  if (pending.length === 0) return held.remove();
  await held.update((delivery) => holdBack(delivery, dueAt));
}
