import type { OperationStatus, OperationType } from '../teams-async-operation.ts';

/** What can happen to an operation, as Graph's `changeType` names it. */
export const CHANGE_TYPES = ['created', 'updated', 'deleted'] as const;

export type ChangeType = (typeof CHANGE_TYPES)[number];

/**
 * One change of one operation. It is written together with the operation or not at all, and never changes:
 * docs/decisions/change-notifications.md.
 */
export interface OperationChange {
  /** Unique among all changes, and the same however often the change is read. */
  readonly id: string;
  readonly chatId: string;
  readonly operationId: string;
  readonly changeType: ChangeType;
  /** Counts the changes of one operation from 1, without a gap: of two the greater is the later. */
  readonly revision: number;
  /** DateTimeOffset in UTC. */
  readonly changedDateTime: string;
  /** As the change left them; of one that was deleted, as they were. */
  readonly operationType: OperationType;
  readonly status: OperationStatus;
  /** Before the change; null when it was created. */
  readonly previousStatus: OperationStatus | null;
  /** W3C trace context of the request that made the change; null when it had none. */
  readonly traceparent: string | null;
  readonly clientRequestId: string | null;
}
