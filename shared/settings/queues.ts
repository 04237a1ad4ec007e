/** A queue of the storage account that `AzureWebJobsStorage` names; the same goes to the infrastructure (`npm run infra:generate`). */
export interface QueueDefinition {
  readonly name: string;
  /** What its messages are, without a full stop. */
  readonly purpose: string;
}

/** What a deployment provisions. The Functions host makes the poison queue of a trigger itself. */
export const QUEUES = {
  wakeups: { name: 'notification-wakeups', purpose: 'Subscriptions that have something to deliver' },
  changes: { name: 'operation-changes', purpose: 'Changes of operations, one each, for `OperationHook`' },
} as const satisfies Readonly<Record<string, QueueDefinition>>;
