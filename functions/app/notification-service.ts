import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EndpointGates } from '../../shared/domain/notifications/delivery/circuit-breaker.ts';
import { deliver } from '../../shared/domain/notifications/delivery/deliver.ts';
import type { DeliveryPorts } from '../../shared/domain/notifications/delivery/delivery-dependencies.ts';
import type { DeliveryReport } from '../../shared/domain/notifications/delivery/delivery-round.ts';
import type { RedeliveryPorts } from '../../shared/domain/notifications/delivery/redeliver.ts';
import { withSharedReads } from '../../shared/domain/notifications/delivery/shared-reads.ts';
import type { SubscriptionKey } from '../../shared/domain/notifications/subscription.ts';
import type { SubscriptionRepository, WatcherDirectory } from '../../shared/domain/notifications/subscription-repository.ts';
import type { FramePorts } from '../../shared/graph-http/frame.ts';
import { notificationFormat } from '../../shared/graph-http/response/notification-format.ts';
import { createCosmosChangeLog } from '../../shared/persistence/notifications/cosmos-change-log.ts';
import { createCosmosDeliveryStore } from '../../shared/persistence/notifications/cosmos-delivery-store.ts';
import { createCosmosSubscriptionRepository } from '../../shared/persistence/notifications/cosmos-subscription-repository.ts';
import { changesAmong } from '../../shared/persistence/operations/operation-document.ts';
import type { EventGridTopic } from '../../shared/settings/settings.ts';
import { createNodeWebhookClient } from '../../shared/webhooks/node-webhook-client.ts';
import { processParts, startTimer } from './process-parts.ts';

/** Everything that the functions need which deliver notifications. */
export interface NotificationService extends FramePorts, Omit<RedeliveryPorts, 'store'>, DeliveryPorts {
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

let service: NotificationService | null | undefined;

/**
 * Made by the first function that asks, so that the doors to endpoints are the same for all of them. Null where changes
 * are not recorded, and nobody can be notified.
 *
 * @throws SettingsError
 */
export function notificationService(): NotificationService | null {
  service ??= processParts().settings.notifications.recorded ? composeService() : null;
  return service;
}

function composeService(): NotificationService {
  const { settings, client, telemetry } = processParts();
  const { cosmos, server, notifications } = settings;
  const now = () => Date.now();
  const options = { ...cosmos, client, startTimer };
  const store = createCosmosDeliveryStore(options);
  const ports = {
    ...{ store, deadLetters: store.deadLetters, log: withSharedReads(createCosmosChangeLog(options), setImmediate) },
    webhooks: createNodeWebhookClient({
      ...{ now, startTimer, policy: notifications.privateTargets ? 'publicOrPrivate' : 'public' },
    }),
    ...{
      gates: new EndpointGates(now),
      format: notificationFormat,
      meter: { delivered: telemetry.notificationDelivered, sending: telemetry.notification },
    },
    ...{ now, newId: randomUUID, random: () => Math.random(), server, telemetry },
  };
  return {
    ...ports,
    deliver: (key) => deliver(key, ports),
    sleep: (milliseconds) => sleep(milliseconds),
    subscriptions: createCosmosSubscriptionRepository({ ...options, now }),
    ...{ changesAmong, eventGrid: notifications.eventGrid, hook: notifications.hook },
    ...{ database: cosmos.database, createIfMissing: cosmos.createIfMissing },
  };
}
