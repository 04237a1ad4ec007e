import type { ChangeLog } from '../change-log.ts';
import type { NotificationFormat } from '../notification-format.ts';
import type { WebhookClient } from '../webhook.ts';
import type { EndpointGates } from './circuit-breaker.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { NotificationMeter } from './notification-meter.ts';

export interface DeliveryPorts {
  readonly store: DeliveryStore;
  readonly log: ChangeLog;
  readonly webhooks: WebhookClient;
  readonly gates: EndpointGates;
  readonly format: NotificationFormat;
  readonly meter: NotificationMeter;
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Unique. */
  newId(): string;
  /** From 0 to below 1. */
  random(): number;
}
