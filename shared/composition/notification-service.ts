import { setTimeout as sleep } from 'node:timers/promises';
import { CircuitBreakers } from '../domain/notifications/delivery/circuit-breaker.ts';
import { deliver } from '../domain/notifications/delivery/deliver.ts';
import type { DeliveryDependencies } from '../domain/notifications/delivery/delivery-dependencies.ts';
import type { DeliveryReport } from '../domain/notifications/delivery/delivery-round.ts';
import type { RedeliveryDependencies } from '../domain/notifications/delivery/redeliver.ts';
import { withSharedReads } from '../domain/notifications/delivery/shared-reads.ts';
import { HandshakeLimit } from '../domain/notifications/handshake-limit.ts';
import { raiseLifecycleEvent } from '../domain/notifications/maintain.ts';
import type { LifecycleEvent, SubscriptionKey } from '../domain/notifications/subscription.ts';
import type { SubscriptionRepository, WatcherDirectory } from '../domain/notifications/subscription-repository.ts';
import type { OperationRepository } from '../domain/operation-repository.ts';
import type { Telemetry } from '../domain/telemetry.ts';
import type { EnvelopeDependencies } from '../graph-http/pipeline.ts';
import { notificationFormat } from '../graph-http/response/notification-format.ts';
import { resourceDataReader } from '../graph-http/response/resource-data.ts';
import { validationTokens } from '../identity/validation-tokens.ts';
import type { CosmosAdapterOptions } from '../persistence/cosmos-client.ts';
import { createCosmosChangeLog } from '../persistence/notifications/cosmos-change-log.ts';
import { createCosmosDeliveryStore } from '../persistence/notifications/cosmos-delivery-store.ts';
import { createCosmosSubscriptionRepository } from '../persistence/notifications/cosmos-subscription-repository.ts';
import { changesAmong } from '../persistence/operations/change-document.ts';
import type { EventGridTopic, NotificationSettings } from '../settings/settings.ts';
import { createNodeWebhookClient } from '../webhooks/node-webhook-client.ts';

/** Everything that the functions need which deliver notifications. */
export interface NotificationService
  extends EnvelopeDependencies,
    Omit<RedeliveryDependencies, 'store'>,
    DeliveryDependencies {
  deliver(key: SubscriptionKey): Promise<DeliveryReport>;
  sleep(milliseconds: number): Promise<void>;
  readonly subscriptions: SubscriptionRepository & WatcherDirectory;
  readonly handshakeLimit: HandshakeLimit;
  /** Whether notifications can carry the operations themselves. */
  readonly resourceData: boolean;
  /** Has an owner notified of an event of a subscription that did not happen. False: the subscription is gone. */
  simulateLifecycle(key: SubscriptionKey, event: LifecycleEvent): Promise<boolean>;
  readonly changesAmong: typeof changesAmong;
  /** Whether each change also goes to the function `OperationHook`. */
  readonly hook: boolean;
  /** Null: changes are published to none. */
  readonly eventGrid: EventGridTopic | null;
  readonly database: string;
  readonly createIfMissing: boolean;
}

export interface NotificationServiceOptions extends EnvelopeDependencies {
  /** Null: nothing is recorded. */
  readonly telemetry: Telemetry | null;
  readonly settings: NotificationSettings;
  readonly store: CosmosAdapterOptions;
  readonly operations: Pick<OperationRepository, 'get'>;
  /** Whose tokens prove that notifications are ours. */
  readonly issuer: string;
}

/** One for the process, so that the circuit breakers of endpoints are the same for all functions. */
export function createNotificationService({
  settings,
  store,
  operations,
  issuer,
  ...common
}: NotificationServiceOptions): NotificationService {
  const { now, telemetry } = common;
  const deliveries = createCosmosDeliveryStore(store);
  const dependencies = {
    ...common,
    store: deliveries,
    deadLetters: deliveries.deadLetters,
    log: withSharedReads(createCosmosChangeLog(store), setImmediate),
    webhooks: createNodeWebhookClient({
      now,
      startTimer: store.startTimer,
      policy: settings.privateTargets ? 'publicOrPrivate' : 'public',
    }),
    breakers: new CircuitBreakers(now),
    format: notificationFormat,
    readResourceData: resourceDataReader({ operations, validationToken: validationTokens(issuer, { now }) }),
    meter: telemetry && { delivered: telemetry.notificationDelivered, sending: telemetry.notification },
    random: Math.random,
  };
  return {
    ...dependencies,
    deliver: (key) => deliver(key, dependencies),
    sleep: (milliseconds) => sleep(milliseconds),
    subscriptions: createCosmosSubscriptionRepository({ ...store, now }),
    handshakeLimit: new HandshakeLimit(now),
    resourceData: settings.resourceData,
    simulateLifecycle: async (key, event) => {
      const isThere = await raiseLifecycleEvent(key, event, { store: deliveries, now });
      if (isThere) await deliver(key, dependencies);
      return isThere;
    },
    changesAmong,
    eventGrid: settings.eventGrid,
    hook: settings.hook,
    database: store.database,
    createIfMissing: store.createIfMissing,
  };
}
