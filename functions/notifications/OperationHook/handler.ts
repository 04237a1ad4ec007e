import type { InvocationContext } from '@azure/functions';
import type { OperationChange } from '../../../shared/domain/notifications/operation-change.ts';

type Logger = Pick<InvocationContext, 'info' | 'warn'>;

/**
 * Your code: called for each change of each operation, while `OPERATION_HOOK` is `on`. A change can come more than once
 * (it has the same `id` then), and later ones before earlier ones (`revision` counts them). What is thrown here is tried
 * again, five times; then the change is kept in the queue `operation-changes-poison`.
 */
export async function operationHook(change: OperationChange, context: Logger): Promise<void> {
  if (change.status === change.previousStatus || change.changeType === 'deleted') return;
  switch (change.status) {
    case 'succeeded':
      return context.info(`${change.operationType} ${change.operationId} of chat ${change.chatId} succeeded`);
    case 'failed':
      return context.warn(`${change.operationType} ${change.operationId} of chat ${change.chatId} failed`);
  }
}
