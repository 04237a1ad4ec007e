import type { Container } from '@azure/cosmos';
import type { OperationSource } from '../domain/teams-async-operation.ts';

/** The items of one chat, and when to stop asking for them. */
export interface ChatItems {
  readonly container: Container;
  /** The partition: nothing here reaches another. */
  readonly chatId: string;
  readonly signal: AbortSignal;
  /** Where the ids and times of changes come from. Null: changes are not recorded. */
  readonly changes: OperationSource | null;
}
