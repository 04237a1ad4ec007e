import { setTimeout as sleep } from 'node:timers/promises';
import { CircuitBreakers } from '../../shared/domain/notifications/delivery/circuit-breaker.ts';
import { deliver } from '../../shared/domain/notifications/delivery/deliver.ts';
import type { DeliveryDependencies } from '../../shared/domain/notifications/delivery/delivery-dependencies.ts';
import type { DeliveryReport } from '../../shared/domain/notifications/delivery/delivery-round.ts';
import type { RedeliveryDependencies } from '../../shared/domain/notifications/delivery/redeliver.ts';
import { withSharedReads } from '../../shared/domain/notifications/delivery/shared-reads.ts';
import type { SubscriptionKey } from '../../shared/domain/notifications/subscription.ts';
import type {
  SubscriptionRepository,
  WatcherDirectory,
} from '../../shared/domain/notifications/subscription-repository.ts';
import type { Telemetry } from '../../shared/domain/telemetry.ts';
import type { EnvelopeDependencies } from '../../shared/graph-http/pipeline.ts';
import { notificationFormat } from '../../shared/graph-http/response/notification-format.ts';
import type { CosmosAdapterOptions } from '../../shared/persistence/container-calls.ts';
import { createCosmosChangeLog } from '../../shared/persistence/notifications/cosmos-change-log.ts';
import { createCosmosDeliveryStore } from '../../shared/persistence/notifications/cosmos-delivery-store.ts';
import { createCosmosSubscriptionRepository } from '../../shared/persistence/notifications/cosmos-subscription-repository.ts';
import { changesAmong } from '../../shared/persistence/operations/operation-document.ts';
import type { EventGridTopic, NotificationSettings } from '../../shared/settings/settings.ts';
import { createNodeWebhookClient } from '../../shared/webhooks/node-webhook-client.ts';

/** Everything that the functions need which deliver notifications. */
export interface NotificationService
  extends EnvelopeDependencies,
    Omit<RedeliveryDependencies, 'store'>,
    DeliveryDependencies {
  deliver(key: SubscriptionKey): Promise<DeliveryReport>;
  sleep(milliseconds: number): Promise<void>;
  readonly subscriptions: SubscriptionRepository & WatcherDirectory;
  readonly changesAmong: typeof changesAmong;
  /** Whether each change also goes to the function `OperationHook`. */
  readonly hook: boolean;
  /** Null: changes are published to none. */
  readonly eventGrid: EventGridTopic | null;
  readonly database: string;
  readonly createIfMissing: boolean;
}

export interface NotificationServiceOptions extends EnvelopeDependencies {
  readonly telemetry: Telemetry;
  readonly settings: NotificationSettings;
  readonly store: CosmosAdapterOptions;
}

/** One for the process, so that the circuit breakers of endpoints are the same for all functions. */
export function createNotificationService({
  settings,
  store,
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
    meter: { delivered: telemetry.notificationDelivered, sending: telemetry.notification },
    random: Math.random,
  };
  return {
    ...dependencies,
    deliver: (key) => deliver(key, dependencies),
    sleep: (milliseconds) => sleep(milliseconds),
    subscriptions: createCosmosSubscriptionRepository({ ...store, now }),
    changesAmong,
    eventGrid: settings.eventGrid,
    hook: settings.hook,
    database: store.database,
    createIfMissing: store.createIfMissing,
  };
}
