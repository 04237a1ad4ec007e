import { CircuitBreakers } from '../../shared/domain/notifications/delivery/circuit-breaker.ts';
import { deliver } from '../../shared/domain/notifications/delivery/deliver.ts';
import type { DeliveryDependencies } from '../../shared/domain/notifications/delivery/delivery-dependencies.ts';
import type { OperationChange } from '../../shared/domain/notifications/operation-change.ts';
import type { Subscription, SubscriptionKey } from '../../shared/domain/notifications/subscription.ts';
import type { WebhookOutcome, WebhookRequest } from '../../shared/domain/notifications/webhook.ts';
import { notificationFormat } from '../../shared/graph-http/response/notification-format.ts';
import { createMemoryChangeLog, type MemoryChangeLog } from './memory-change-log.ts';
import { createMemoryDeliveryStore, type MemoryDeliveryStore } from './memory-delivery-store.ts';
import { newChange, newSubscription } from './notifications.ts';

export const START = Date.parse('2026-01-01T00:00:00.000Z');

export interface Received {
  readonly at: number;
  readonly url: string;
  readonly contentType: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever was sent
  readonly body: any;
}

/** Subscriptions, a log, receivers and a clock, all of which a test decides. Nothing waits: time is moved on by `passTime`. */
export interface DeliveryWorld {
  now: number;
  readonly store: MemoryDeliveryStore;
  readonly log: MemoryChangeLog;
  readonly dependencies: DeliveryDependencies;
  /** Everything that was sent, taken or not. */
  readonly received: Received[];
  /** How receivers answer from now on; 202 at once. */
  answer: (request: WebhookRequest) => WebhookOutcome | Promise<WebhookOutcome>;
  readonly delays: number[];
  subscribe(changes?: Partial<Subscription>): Promise<SubscriptionKey>;
  change(changes?: Partial<OperationChange>): OperationChange;
  deliver(key: SubscriptionKey): ReturnType<typeof deliver>;
  /** Serves all that is due, as the timer does, each second. */
  passTime(ms: number): Promise<void>;
}

export function answered(status: number, retryAfterMs: number | null = null): WebhookOutcome {
  return { kind: 'answered', status, contentType: null, retryAfterMs, body: '' };
}

export const TIMED_OUT: WebhookOutcome = { kind: 'failed', reason: 'no answer in time' };
/** Due times are looked at so often. */
const TURN_MS = 1_000;

export function newDeliveryWorld(): DeliveryWorld {
  const store = createMemoryDeliveryStore();
  const log = createMemoryChangeLog();
  const counts = { ids: 0, changes: 0, subscriptions: 0 };
  const now = () => world.now;
  const dependencies: DeliveryDependencies = {
    store,
    log,
    now,
    random: () => 0.5,
    format: notificationFormat,
    readResourceData: async () => null,
    breakers: new CircuitBreakers(now),
    newId: () => String(++counts.ids),
    meter: { delivered: (delayMs) => void world.delays.push(delayMs), sending: (_origins, send) => send() },
    webhooks: {
      post: async (request) => {
        const { url, contentType, body } = request;
        world.received.push({ at: world.now - START, url, contentType, body: JSON.parse(body) });
        return world.answer(request);
      },
    },
  };
  const world: DeliveryWorld = {
    now: START,
    store,
    log,
    dependencies,
    received: [],
    delays: [],
    answer: () => answered(202),
    subscribe: async (changes = {}) => {
      const id = `s${++counts.subscriptions}`;
      const subscription = newSubscription({ id, ...changes });
      await store.add(subscription, await log.end(subscription.watched), world.now);
      return { scope: 'chat:19:x@thread.v2', id };
    },
    change: (changes = {}) => {
      const id = `c${++counts.changes}`;
      const change = newChange({ id, changedDateTime: new Date(world.now).toISOString(), ...changes });
      log.append(change);
      return change;
    },
    deliver: (key) => deliver(key, world.dependencies),
    passTime: async (ms) => {
      for (const end = world.now + ms; world.now < end; ) {
        world.now = Math.min(end, world.now + TURN_MS);
        for (const key of await store.findDue(world.now, 1_000)) await deliver(key, world.dependencies);
      }
    },
  };
  return world;
}

/** The operations that a receiver was notified of, in order. */
export function operationsIn(received: readonly Received[]): string[] {
  return received.flatMap(({ body }) => (body.value ?? [body.data]).map((item: ToldItem) => item.resourceData?.id));
}

interface ToldItem {
  readonly resourceData?: { readonly id: string };
}
