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

/** What only the holder of a certificate's key can read. All but the names of the certificate are Base64. */
export interface EncryptedContent {
  readonly data: string;
  readonly dataSignature: string;
  readonly dataKey: string;
  readonly encryptionCertificateId: string;
  /** SHA-1, in hexadecimal digits. */
  readonly encryptionCertificateThumbprint: string;
}

/** What notifications carry beside the names of what changed. */
export interface ResourceData {
  /** By the ids of changes. */
  readonly contents: ReadonlyMap<string, EncryptedContent>;
  readonly validationTokens: readonly string[];
}

/** Null: the subscription asks for none. */
export type ReadResourceData = (
  subscription: Subscription,
  changes: readonly OperationChange[],
) => Promise<ResourceData | null>;

/**
 * How notifications look to those who receive them. The same of a change for the same subscription, however often it is
 * sent, apart from what is encrypted.
 */
export interface NotificationFormat {
  /** In the order in which they are to be sent; each change is in one of them. */
  ofChanges(
    subscription: Subscription,
    changes: readonly OperationChange[],
    data?: ResourceData | null,
  ): readonly ChangeMessage[];
  ofLifecycle(subscription: Subscription, event: LifecycleEvent): OutgoingMessage;
}
