import { BulkOperationType, type OperationInput, type OperationResponse } from '@azure/cosmos';
import { StorageFullError, ThrottledError, TooLargeError, UnavailableError } from '../domain/errors.ts';
import { bareEtag, type ContainerItems, quotedEtag } from './cosmos-client.ts';
import { hasStatus } from './cosmos-errors.ts';

/** What a transaction came to: an answer for each of its writes, or the one that stopped all. */
export type TransactionOutcome =
  | { readonly results: readonly OperationResponse[] }
  | { readonly failed: { readonly index: number; readonly status: number } };

/** The items of one partition, and when to stop asking for them. */
export interface Partition extends ContainerItems {
  readonly partitionKey: string;
}

/** Writes all of it or nothing. */
export async function transact(
  { container, partitionKey, signal }: Partition,
  writes: readonly OperationInput[],
): Promise<TransactionOutcome> {
  const options = { abortSignal: signal, contentResponseOnWriteEnabled: false }; // what was sent need not come back
  const answer = container.items.batch([...writes], partitionKey, options);
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

/**
 * Replaces one item, at less cost than a transaction of one.
 *
 * @returns the new ETag; null when it is gone or has another than the one given
 */
export async function replaceVersion(
  { container, partitionKey, signal }: Partition,
  document: object & { readonly id: string },
  etag: string,
): Promise<string | null> {
  const accessCondition = { type: 'IfMatch', condition: quotedEtag(etag) };
  try {
    const item = container.item(document.id, partitionKey);
    return bareEtag((await item.replace(document, { abortSignal: signal, accessCondition })).etag);
  } catch (error) {
    if (hasStatus(error, 404) || hasStatus(error, 412)) return null;
    throw error;
  }
}

export function toCreate(document: object): OperationInput {
  return { operationType: BulkOperationType.Create, resourceBody: toBody(document) };
}

export function toUpsert(document: object): OperationInput {
  return { operationType: BulkOperationType.Upsert, resourceBody: toBody(document) };
}

export function toReplace(document: object & { readonly id: string }, etag: string): OperationInput {
  const { id } = document;
  return { operationType: BulkOperationType.Replace, id, resourceBody: toBody(document), ifMatch: quotedEtag(etag) };
}

/** @param etag null: whatever it has */
export function toDelete(id: string, etag: string | null): OperationInput {
  const condition = etag === null ? {} : { ifMatch: quotedEtag(etag) };
  // The SDK sends the condition, and its type does not know it.
  return { operationType: BulkOperationType.Delete, id, ...condition } as OperationInput;
}

type Body = Extract<OperationInput, { operationType: 'Create' }>['resourceBody'];

/** The SDK's type has no objects with readonly members; it sends the document as JSON. */
function toBody(document: object): Body {
  return document as unknown as Body;
}

/** The status of a single write that nobody here expects, as an error. */
export function toTransactionError(status: number): Error {
  if (status === 413) return new TooLargeError('The operation exceeds the 2 MB that can be stored.');
  // A key that may write at all is denied one only where the partition is full.
  if (status === 403) return new StorageFullError();
  if (status === 429) return new ThrottledError(1);
  return new UnavailableError(`The store of operations answered ${status}.`);
}
