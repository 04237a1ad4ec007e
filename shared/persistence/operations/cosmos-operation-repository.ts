import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { OperationInput } from '@azure/cosmos';
import {
  ConcurrentUpdateError,
  OperationExistsError,
  OperationNotFoundError,
  PreconditionFailedError,
  RepeatedDifferentlyError,
  UnavailableError,
} from '../../domain/errors.ts';
import { type OperationWrite, toChange } from '../../domain/notifications/operation-change.ts';
import type { StoredOperation } from '../../domain/operation-query.ts';
import type {
  CreateOptions,
  Creation,
  OperationRepository,
  RepeatableRequest,
  WriteOptions,
} from '../../domain/operation-repository.ts';
import type { OperationSource, TeamsAsyncOperation } from '../../domain/teams-async-operation.ts';
import { CONTAINERS } from '../containers.ts';
import {
  bareEtag,
  type ContainerItems,
  type CosmosAdapterOptions,
  containerCalls,
  isItemId,
} from '../cosmos-client.ts';
import { hasStatus } from '../cosmos-errors.ts';
import { type Partition, toCreate, toDelete, toReplace, toTransactionError, transact } from '../transaction.ts';
import { toChangeDocument } from './change-document.ts';
import { countOperations, listOperations } from './list-operations.ts';
import { OPERATION_KIND, type StoredDocument, toDocument, toStoredOperation } from './operation-document.ts';

export interface CosmosRepositoryOptions extends CosmosAdapterOptions {
  /** Where the ids and times of changes come from. Null: changes are not recorded. */
  readonly changes: OperationSource | null;
}

export interface CosmosOperationRepository extends OperationRepository {
  /**
   * Connects, and finds or creates the container, before the first operation needs it. A failure is left to that
   * operation, which tries again.
   */
  prepare(): Promise<void>;
  /** Rejects where operations cannot be stored now. */
  check(): Promise<void>;
}

/** Operations in Cosmos DB, one item each, partitioned by chat. */
export function createCosmosOperationRepository(options: CosmosRepositoryOptions): CosmosOperationRepository {
  const { changes } = options;
  const callContainer = containerCalls(options, CONTAINERS.operations);
  function call<T>(chatId: string, work: (items: ChatItems) => Promise<T>): Promise<T> {
    return callContainer((items) => work({ ...items, chatId, changes }));
  }
  return {
    check: () => callContainer(checkContainer),
    create: (chatId, operation, given) => call(chatId, (items) => createOperation(items, operation, given)),
    get: (chatId, id) => call(chatId, (items) => getOperation(items, id)),
    replace: (chatId, operation, given) => call(chatId, (items) => replaceOperation(items, operation, given)),
    delete: (chatId, id, given) => call(chatId, (items) => deleteOperation(items, id, given)),
    list: (chatId, query) => call(chatId, (items) => listOperations(partitionOf(items), query)),
    count: (chatId, where) => call(chatId, (items) => countOperations(partitionOf(items), where)),
    prepare: () =>
      callContainer(async ({ container, signal }) => {
        await container.read({ abortSignal: signal }); // the SDK keeps the partition key's paths, which every create needs
      }).catch(() => undefined),
  };
}

/** The items of one chat: nothing here reaches another. */
interface ChatItems extends ContainerItems {
  readonly chatId: string;
  /** Where the ids and times of changes come from. Null: changes are not recorded. */
  readonly changes: OperationSource | null;
}

const FIRST_REVISION = 1;

/**
 * The operation, the record of its creation and that of the request are written together or not at all; of concurrent
 * requests that are the same only one can write its record.
 */
async function createOperation(
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

async function getOperation(items: ChatItems, id: string): Promise<StoredOperation | null> {
  if (!isItemId(id)) return null;
  const { resource } = await items.container.item(id, items.chatId).read<StoredDocument>({ abortSignal: items.signal });
  return resource?.kind === OPERATION_KIND ? toStoredOperation(resource) : null;
}

async function replaceOperation(
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

function etagOf(result: { readonly eTag?: string } | undefined): string {
  return bareEtag(result?.eTag ?? '');
}

function isGoneOrChanged(status: number): boolean {
  return status === 404 || status === 412;
}

/** How often a deletion that names no version is tried while others write in between. */
const MAX_ATTEMPTS = 50;

/** Reads first: the record of a deletion holds what was there, and that very version is deleted. */
async function deleteOperation(
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
  throw new ConcurrentUpdateError('operation');
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

/** The record of a write; none where changes are not recorded. */
function recordOf(items: ChatItems, write: Omit<OperationWrite, 'chatId'>): OperationInput[] {
  const { chatId, changes } = items;
  return changes ? [toCreate(toChangeDocument(toChange({ chatId, ...write }, changes)))] : [];
}

function partitionOf({ container, chatId, signal }: ChatItems): Partition {
  return { container, partitionKey: chatId, signal };
}

/** No operation and no record of a request has this id. */
const NO_ITEM = '$health';
/** Of a 404: not the item is missing but what it would be in. */
const OWNER_MISSING = 1003;

/**
 * Reads an item that is not there: the way that operations go, with its credentials, for one request unit. (To read the
 * container costs none, and is throttled apart from items.) A container that is busy is reached.
 */
export async function checkContainer({ container, signal }: ContainerItems): Promise<void> {
  try {
    const { substatus } = await container.item(NO_ITEM, NO_ITEM).read({ abortSignal: signal });
    if (substatus === OWNER_MISSING) throw new UnavailableError('The container of operations is not there.');
  } catch (error) {
    if (!hasStatus(error, 429)) throw error;
  }
}
