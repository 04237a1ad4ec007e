/** Watches notifications on their way, and learns how late they are. */
export interface NotificationMeter {
  /** @param delayMs from the change to the receiver's 2xx */
  delivered(delayMs: number): void;
  /** Sends one message. @param origins `traceparent` of each change in it, null where the change has none */
  sending<T extends { readonly kind: string }>(origins: readonly (string | null)[], send: () => Promise<T>): Promise<T>;
}
