import type { Container } from '@azure/cosmos';
import { OperationNotFoundError, PreconditionFailedError } from '../domain/errors.ts';
import type { Condition, StoredOperation } from '../domain/operation-query.ts';
import type { TeamsAsyncOperation } from '../domain/teams-async-operation.ts';
import { hasStatus } from './cosmos-errors.ts';
import { isItemId } from './item-id.ts';
import { OPERATION_KIND, type StoredDocument, toDocument, toStoredOperation } from './operation-document.ts';
import { countSql } from './sql/list-sql.ts';

/** The items of one chat, and when to stop asking for them. */
export interface ChatItems {
  readonly container: Container;
  /** The partition: nothing here reaches another. */
  readonly chatId: string;
  readonly signal: AbortSignal;
}

export async function getOperation(items: ChatItems, id: string): Promise<StoredOperation | null> {
  if (!isItemId(id)) return null;
  const { resource } = await items.container.item(id, items.chatId).read<StoredDocument>({ abortSignal: items.signal });
  return resource?.kind === OPERATION_KIND ? toStoredOperation(resource) : null;
}

export async function replaceOperation(
  items: ChatItems,
  operation: TeamsAsyncOperation,
  etag: string,
): Promise<StoredOperation | null> {
  const item = items.container.item(operation.id, items.chatId);
  try {
    const replaced = await item.replace(toDocument(items.chatId, operation), ifMatch(items, etag));
    return { operation, etag: replaced.etag.replaceAll('"', '') };
  } catch (error) {
    if (hasStatus(error, 404) || hasStatus(error, 412)) return null;
    throw error;
  }
}

export async function deleteOperation(items: ChatItems, id: string, etag: string | null): Promise<void> {
  if (!isItemId(id)) throw new OperationNotFoundError(id);
  const options = etag === null ? { abortSignal: items.signal } : ifMatch(items, etag);
  try {
    await items.container.item(id, items.chatId).delete(options);
  } catch (error) {
    if (hasStatus(error, 404)) throw new OperationNotFoundError(id);
    if (hasStatus(error, 412)) throw new PreconditionFailedError();
    throw error;
  }
}

function ifMatch(items: ChatItems, etag: string) {
  return { abortSignal: items.signal, accessCondition: { type: 'IfMatch', condition: `"${etag}"` } };
}

export async function countOperations(items: ChatItems, where: Condition | null): Promise<number> {
  const query = items.container.items.query<number>(countSql(where), {
    partitionKey: items.chatId,
    abortSignal: items.signal,
  });
  const { resources } = await query.fetchAll();
  return resources.reduce((sum, count) => sum + count, 0);
}
