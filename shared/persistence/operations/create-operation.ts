import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { OperationExistsError, RepeatedDifferentlyError, UnavailableError } from '../../domain/errors.ts';
import type { CreateOptions, Creation, RepeatableRequest } from '../../domain/operation-repository.ts';
import type { TeamsAsyncOperation } from '../../domain/teams-async-operation.ts';
import { hasStatus } from '../cosmos-errors.ts';
import { bareEtag } from '../etags.ts';
import { toCreate, toTransactionError, transact } from '../transaction.ts';
import { etagOf, getOperation } from './chat-items.ts';
import { type ChatItems, partitionOf, recordOf } from './chat-partition.ts';
import { toDocument } from './operation-document.ts';

const FIRST_REVISION = 1;

/**
 * The operation, the record of its creation and that of the request are written together or not at all; of concurrent
 * requests that are the same only one can write its record.
 */
export async function createOperation(
  items: ChatItems,
  operation: TeamsAsyncOperation,
  { repeatable, origin }: CreateOptions = {},
): Promise<Creation> {
  const change = { operation, previousStatus: null, revision: FIRST_REVISION, origin };
  const recorded = recordOf(items, { changeType: 'created', ...change });
  if (!repeatable && recorded.length === 0) return createAlone(items, operation);
  const request = repeatable ? [toRecord(items.chatId, operation, repeatable)] : [];
  const created = toCreate(toDocument(items.chatId, operation, FIRST_REVISION));
  const outcome = await transact(partitionOf(items), [...request.map(toCreate), created, ...recorded]);
  if ('results' in outcome) return { operation, etag: etagOf(outcome.results[request.length]) };
  const { index, status } = outcome.failed;
  if (status !== 409) throw toTransactionError(status);
  const [repeated] = request;
  if (repeated && index === 0) return repeat(items, repeated);
  throw new OperationExistsError(operation.id);
}

/** A single write costs the store less than a transaction of one. */
async function createAlone(items: ChatItems, operation: TeamsAsyncOperation): Promise<Creation> {
  try {
    const { etag } = await items.container.items.create(toDocument(items.chatId, operation, FIRST_REVISION), {
      abortSignal: items.signal,
      disableAutomaticIdGeneration: true,
    });
    return { operation, etag: bareEtag(etag) };
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
