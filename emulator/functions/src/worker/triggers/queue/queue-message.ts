import type { DequeuedMessageItem } from '@azure/storage-queue';
import { toMetadata } from '../../bindings/trigger-metadata.ts';
import type { TriggeredInvocation } from '../trigger.ts';

/** What the host hands to a function for a queue message. */
export function toInvocation(message: DequeuedMessageItem, queueName: string, text: string): TriggeredInvocation {
  return {
    input: { string: text },
    metadata: toMetadata(
      {
        QueueTrigger: text,
        DequeueCount: message.dequeueCount,
        ExpirationTime: message.expiresOn,
        Id: message.messageId,
        InsertionTime: message.insertedOn,
        NextVisibleTime: message.nextVisibleOn,
        PopReceipt: message.popReceipt,
      },
      text,
    ),
    reason: `New queue message detected on '${queueName}'.`,
    details: `MessageId: ${message.messageId}, DequeueCount: ${message.dequeueCount}, InsertionTime: ${message.insertedOn.toISOString()}`,
  };
}
