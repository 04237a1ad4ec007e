import type { OperationChange } from './operation-change.ts';
import type { LifecycleEvent, Subscription } from './subscription.ts';

/** One POST. */
export interface OutgoingMessage {
  readonly contentType: string;
  readonly body: string;
}

export interface ChangeMessage extends OutgoingMessage {
  /** Those it tells of. */
  readonly changes: readonly OperationChange[];
}

/** How notifications look to those who receive them. The same of a change for the same subscription, however often it is sent. */
export interface NotificationFormat {
  /** In the order in which they are to be sent; each change is in one of them. */
  ofChanges(subscription: Subscription, changes: readonly OperationChange[]): readonly ChangeMessage[];
  ofLifecycle(subscription: Subscription, event: LifecycleEvent): OutgoingMessage;
}
