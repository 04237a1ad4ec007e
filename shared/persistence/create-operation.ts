import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { BulkOperationType, type OperationInput } from '@azure/cosmos';
import { OperationExistsError, RepeatedDifferentlyError, TooLargeError, UnavailableError } from '../domain/errors.ts';
import type { Creation, RepeatableRequest } from '../domain/operation-repository.ts';
import type { TeamsAsyncOperation } from '../domain/teams-async-operation.ts';
import { type ChatItems, getOperation } from './chat-items.ts';
import { hasStatus } from './cosmos-errors.ts';
import { toDocument } from './operation-document.ts';

export async function createOperation(
  items: ChatItems,
  operation: TeamsAsyncOperation,
  request?: RepeatableRequest,
): Promise<Creation> {
  if (request) return createOnce(items, operation, request);
  try {
    const { etag } = await items.container.items.create(toDocument(items.chatId, operation), {
      abortSignal: items.signal,
      disableAutomaticIdGeneration: true,
    });
    return { operation, etag: etag.replaceAll('"', '') };
  } catch (error) {
    if (hasStatus(error, 409)) throw new OperationExistsError(operation.id);
    throw error;
  }
}

/** What a repeatable request did, beside the operation it created and gone before that. */
interface RequestRecord {
  readonly id: string;
  readonly chatId: string;
  readonly kind: 'repeatableRequest';
  readonly fingerprint: string;
  /** The operation as it was created. Excluded from the index. */
  readonly created: TeamsAsyncOperation;
  /** In seconds. */
  readonly ttl: number;
}

/** The guidelines ask for five minutes at least. */
const KEPT_SECONDS = 10 * 60;

/** Operation and record are written together or not at all; of concurrent requests only one can write the record. */
async function createOnce(
  items: ChatItems,
  operation: TeamsAsyncOperation,
  request: RepeatableRequest,
): Promise<Creation> {
  const record = toRecord(items.chatId, operation, request);
  const batch = [record, toDocument(items.chatId, operation)].map((document) => ({
    operationType: BulkOperationType.Create,
    // The SDK's type has no objects with readonly members; it sends the document as JSON.
    resourceBody: document as unknown as Extract<OperationInput, { operationType: 'Create' }>['resourceBody'],
  }));
  const { result = [] } = await items.container.items.batch(batch, items.chatId, { abortSignal: items.signal });
  const [first, second] = result;
  if (first?.statusCode === 409) return repeat(items, record);
  if (second?.statusCode === 409) throw new OperationExistsError(operation.id);
  const failed = result.find(({ statusCode }) => statusCode >= 400 && statusCode !== 424);
  if (failed) throw toError(failed.statusCode);
  return { operation, etag: second?.eTag?.replaceAll('"', '') ?? null };
}

function toRecord(chatId: string, operation: TeamsAsyncOperation, request: RepeatableRequest): RequestRecord {
  return {
    id: `$request-${createHash('sha256').update(request.key).digest('base64url')}`,
    chatId,
    kind: 'repeatableRequest',
    fingerprint: request.fingerprint,
    created: operation,
    ttl: KEPT_SECONDS,
  };
}

async function repeat(items: ChatItems, { id, fingerprint }: RequestRecord): Promise<Creation> {
  const { resource } = await items.container.item(id, items.chatId).read<RequestRecord>({ abortSignal: items.signal });
  if (!resource) throw new UnavailableError('The request expired while it was repeated.');
  if (resource.fingerprint !== fingerprint) throw new RepeatedDifferentlyError();
  const { created } = resource;
  const current = await getOperation(items, created.id);
  return { operation: created, etag: isDeepStrictEqual(current?.operation, created) ? (current?.etag ?? null) : null };
}

/** In a batch the failures of single operations are part of the answer. */
function toError(statusCode: number): Error {
  if (statusCode === 413) return new TooLargeError('The operation exceeds the 2 MB that can be stored.');
  return new UnavailableError(`The store of operations answered ${statusCode}.`);
}
