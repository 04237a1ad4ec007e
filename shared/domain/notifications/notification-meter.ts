/** Learns how late notifications are. */
export interface NotificationMeter {
  /** @param delayMs from the change to the receiver's 2xx */
  delivered(delayMs: number): void;
}
