import { OperationNotFoundError, PreconditionFailedError } from '../../domain/errors.ts';
import type { Condition, StoredOperation } from '../../domain/operation-query.ts';
import type { WriteOptions } from '../../domain/operation-repository.ts';
import type { TeamsAsyncOperation } from '../../domain/teams-async-operation.ts';
import { bareEtag } from '../etags.ts';
import { isItemId } from '../item-id.ts';
import { toDelete, toReplace, toTransactionError, transact } from '../transaction.ts';
import { type ChatItems, partitionOf, recordOf } from './chat-partition.ts';
import { countSql } from './list-sql.ts';
import { OPERATION_KIND, type StoredDocument, toDocument, toStoredOperation } from './operation-document.ts';

export async function getOperation(items: ChatItems, id: string): Promise<StoredOperation | null> {
  if (!isItemId(id)) return null;
  const { resource } = await items.container.item(id, items.chatId).read<StoredDocument>({ abortSignal: items.signal });
  return resource?.kind === OPERATION_KIND ? toStoredOperation(resource) : null;
}

export async function replaceOperation(
  items: ChatItems,
  operation: TeamsAsyncOperation,
  { current, origin }: WriteOptions & { readonly current: StoredOperation },
): Promise<StoredOperation | null> {
  const revision = current.revision + 1;
  const previousStatus = current.operation.status;
  const outcome = await transact(partitionOf(items), [
    toReplace(toDocument(items.chatId, operation, revision), current.etag),
    ...recordOf(items, { changeType: 'updated', operation, previousStatus, revision, origin }),
  ]);
  if ('results' in outcome) return { operation, etag: etagOf(outcome.results[0]), revision };
  if (isGoneOrChanged(outcome.failed.status)) return null;
  throw toTransactionError(outcome.failed.status);
}

export function etagOf(result: { readonly eTag?: string } | undefined): string {
  return bareEtag(result?.eTag ?? '');
}

function isGoneOrChanged(status: number): boolean {
  return status === 404 || status === 412;
}

/** How often a deletion that names no version is tried while others write in between. */
const MAX_ATTEMPTS = 10;

/** Reads first: what is told of a deletion is what was there, and that very version is deleted. */
export async function deleteOperation(
  items: ChatItems,
  id: string,
  { etag, origin }: WriteOptions & { readonly etag: string | null },
): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const current = await getOperation(items, id);
    if (!current) throw new OperationNotFoundError(id);
    if (etag !== null && etag !== current.etag) throw new PreconditionFailedError();
    if (await deleteVersion(items, current, { origin })) return;
  }
  throw new PreconditionFailedError();
}

/** False: it is no longer this version. */
async function deleteVersion(
  items: ChatItems,
  { operation, etag, revision }: StoredOperation,
  { origin }: WriteOptions,
): Promise<boolean> {
  const write = { operation, previousStatus: operation.status, revision: revision + 1, origin };
  const outcome = await transact(partitionOf(items), [
    toDelete(operation.id, etag),
    ...recordOf(items, { changeType: 'deleted', ...write }),
  ]);
  if ('results' in outcome) return true;
  if (isGoneOrChanged(outcome.failed.status)) return false;
  throw toTransactionError(outcome.failed.status);
}

export async function countOperations(items: ChatItems, where: Condition | null): Promise<number> {
  const query = items.container.items.query<number>(countSql(where), {
    partitionKey: items.chatId,
    abortSignal: items.signal,
  });
  const { resources } = await query.fetchAll();
  return resources.reduce((sum, count) => sum + count, 0);
}
