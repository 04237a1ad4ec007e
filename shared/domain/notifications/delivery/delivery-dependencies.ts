import type { ChangeLog } from '../change-log.ts';
import type { NotificationFormat, ReadResourceData } from '../notification-format.ts';
import type { WebhookClient } from '../webhook.ts';
import type { CircuitBreakers } from './circuit-breaker.ts';
import type { DeliveryStore } from './delivery-store.ts';

export interface DeliveryDependencies {
  readonly store: DeliveryStore;
  readonly log: ChangeLog;
  readonly webhooks: WebhookClient;
  readonly breakers: CircuitBreakers;
  readonly format: NotificationFormat;
  readonly readResourceData: ReadResourceData;
  /** Null: nothing is measured. */
  readonly meter: NotificationMeter | null;
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Unique. */
  newId(): string;
  /** From 0 to below 1. */
  random(): number;
}

/** Watches notifications on their way, and learns how late they are. */
export interface NotificationMeter {
  /** @param delayMs from the change to the receiver's 2xx */
  delivered(delayMs: number): void;
  /** Sends one message. @param origins `traceparent` of each change in it, null where the change has none */
  sending<T extends { readonly kind: string }>(origins: readonly (string | null)[], send: () => Promise<T>): Promise<T>;
}
