import { BulkOperationType, type OperationInput, type OperationResponse } from '@azure/cosmos';
import { ThrottledError, TooLargeError, UnavailableError } from '../domain/errors.ts';
import { type OperationWrite, toChange } from '../domain/notifications/operation-change.ts';
import { toChangeDocument } from './change-document.ts';
import type { ChatItems } from './chat-partition.ts';

/** What a transaction came to: an answer for each of its writes, or the one that stopped all. */
export type TransactionOutcome =
  | { readonly results: readonly OperationResponse[] }
  | { readonly failed: { readonly index: number; readonly status: number } };

/** Writes all of it or nothing. */
export async function transact(items: ChatItems, writes: readonly OperationInput[]): Promise<TransactionOutcome> {
  const options = { abortSignal: items.signal, contentResponseOnWriteEnabled: false }; // what was sent need not come back
  const answer = items.container.items.batch([...writes], items.chatId, options);
  const { result: results = [] } = await answer.catch(throwCause);
  // 424 is the status of what failed only because another one did.
  const index = results.findIndex(({ statusCode }) => statusCode >= 400 && statusCode !== FAILED_DEPENDENCY);
  const failed = results[index];
  return failed ? { failed: { index, status: failed.statusCode } } : { results };
}

const FAILED_DEPENDENCY = 424;

/** Of a batch that failed as a whole the SDK tells no status, only in words: `Items.batch()` wraps what it caught. */
function throwCause(error: unknown): never {
  throw error instanceof Error && error.cause instanceof Error ? error.cause : error;
}

/** The record of a write; none where changes are not recorded. */
export function recordOf(items: ChatItems, write: Omit<OperationWrite, 'chatId'>): OperationInput[] {
  const { chatId, changes } = items;
  return changes ? [toCreate(toChangeDocument(toChange({ chatId, ...write }, changes)))] : [];
}

export function toCreate(document: object): OperationInput {
  return { operationType: BulkOperationType.Create, resourceBody: toBody(document) };
}

export function toUpsert(document: object): OperationInput {
  return { operationType: BulkOperationType.Upsert, resourceBody: toBody(document) };
}

export function toReplace(document: object & { readonly id: string }, etag: string): OperationInput {
  const { id } = document;
  return { operationType: BulkOperationType.Replace, id, resourceBody: toBody(document), ifMatch: `"${etag}"` };
}

export function toDelete(id: string, etag: string): OperationInput {
  // The SDK sends the condition, and its type does not know it.
  return { operationType: BulkOperationType.Delete, id, ifMatch: `"${etag}"` } as OperationInput;
}

type Body = Extract<OperationInput, { operationType: 'Create' }>['resourceBody'];

/** The SDK's type has no objects with readonly members; it sends the document as JSON. */
function toBody(document: object): Body {
  return document as unknown as Body;
}

/** The status of a single write that nobody here expects, as an error. */
export function toTransactionError(status: number): Error {
  if (status === 413) return new TooLargeError('The operation exceeds the 2 MB that can be stored.');
  if (status === 429) return new ThrottledError(1);
  return new UnavailableError(`The store of operations answered ${status}.`);
}
