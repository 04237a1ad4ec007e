import type { OperationInput } from '@azure/cosmos';
import { type OperationWrite, toChange } from '../../domain/notifications/operation-change.ts';
import type { OperationSource } from '../../domain/teams-async-operation.ts';
import type { ContainerItems } from '../container-calls.ts';
import { type Partition, toCreate } from '../transaction.ts';
import { toChangeDocument } from './change-document.ts';

/** The items of one chat: nothing here reaches another. */
export interface ChatItems extends ContainerItems {
  readonly chatId: string;
  /** Where the ids and times of changes come from. Null: changes are not recorded. */
  readonly changes: OperationSource | null;
}

/** The record of a write; none where changes are not recorded. */
export function recordOf(items: ChatItems, write: Omit<OperationWrite, 'chatId'>): OperationInput[] {
  const { chatId, changes } = items;
  return changes ? [toCreate(toChangeDocument(toChange({ chatId, ...write }, changes)))] : [];
}

export function partitionOf({ container, chatId, signal }: ChatItems): Partition {
  return { container, partitionKey: chatId, signal };
}
