import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { deliver } from '../domain/notifications/deliver.ts';
import type { DeliveryPorts } from '../domain/notifications/delivery-ports.ts';
import type { DeliveryReport } from '../domain/notifications/delivery-round.ts';
import { EndpointGates } from '../domain/notifications/endpoint-gate.ts';
import type { RedeliveryPorts } from '../domain/notifications/redeliver.ts';
import { withSharedReads } from '../domain/notifications/shared-reads.ts';
import type { SubscriptionKey } from '../domain/notifications/subscription.ts';
import type { SubscriptionRepository, WatcherDirectory } from '../domain/notifications/subscription-repository.ts';
import type { FramePorts } from '../odata/frame.ts';
import { notificationFormat } from '../odata/notification-format.ts';
import { changesAmong } from '../persistence/change-document.ts';
import { createCosmosChangeLog } from '../persistence/cosmos-change-log.ts';
import { createCosmosDeliveryStore } from '../persistence/cosmos-delivery-store.ts';
import { createCosmosSubscriptionRepository } from '../persistence/cosmos-subscription-repository.ts';
import type { EventGridTopic } from '../settings/settings.ts';
import { createNodeWebhookClient } from '../webhooks/node-webhook-client.ts';
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
