import type { OperationSource, OperationStatus, OperationType, TeamsAsyncOperation } from '../teams-async-operation.ts';

/** What can happen to an operation, as Graph's `changeType` names it. */
export const CHANGE_TYPES = ['created', 'updated', 'deleted'] as const;

export type ChangeType = (typeof CHANGE_TYPES)[number];

/** The request that made a change, as far as those who learn of the change want to know it. */
export interface ChangeOrigin {
  /** W3C trace context; null when the request had none. */
  readonly traceparent: string | null;
  readonly clientRequestId: string | null;
}

/**
 * One change of one operation. It is written together with the operation or not at all, and never changes:
 * docs/decisions/change-notifications.md.
 */
export interface OperationChange extends ChangeOrigin {
  /** Unique among all changes, and the same however often the change is read. */
  readonly id: string;
  readonly chatId: string;
  readonly operationId: string;
  readonly changeType: ChangeType;
  /** Counts the changes of one operation from its creation, which is 1, without a gap: of two the greater is the later. */
  readonly revision: number;
  /** DateTimeOffset in UTC. */
  readonly changedDateTime: string;
  /** As the change left them; of one that was deleted, as they were. */
  readonly operationType: OperationType;
  readonly status: OperationStatus;
  /** Before the change; null when it was created. */
  readonly previousStatus: OperationStatus | null;
}

/** A write of an operation, before it is known as a change. */
export interface OperationWrite {
  readonly chatId: string;
  readonly changeType: ChangeType;
  /** As the write leaves it; of a deletion, as it was. */
  readonly operation: TeamsAsyncOperation;
  /** Null when it is created. */
  readonly previousStatus: OperationStatus | null;
  readonly revision: number;
  /** Absent: the service itself. */
  readonly origin?: ChangeOrigin | undefined;
}

const NO_ORIGIN: ChangeOrigin = { traceparent: null, clientRequestId: null };

export function toChange(write: OperationWrite, { now, newId }: OperationSource): OperationChange {
  const { chatId, changeType, operation, previousStatus, revision, origin = NO_ORIGIN } = write;
  return {
    id: newId(),
    chatId,
    operationId: operation.id,
    changeType,
    revision,
    changedDateTime: new Date(now()).toISOString(),
    operationType: operation.operationType,
    status: operation.status,
    previousStatus,
    traceparent: origin.traceparent,
    clientRequestId: origin.clientRequestId,
  };
}
