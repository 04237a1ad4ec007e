import { UnavailableError } from '../../domain/errors.ts';
import type { OperationRepository } from '../../domain/operation-repository.ts';
import type { OperationSource } from '../../domain/teams-async-operation.ts';
import { type ContainerItems, type CosmosAdapterOptions, containerCalls } from '../container-calls.ts';
import { CONTAINERS } from '../containers.ts';
import { hasStatus } from '../cosmos-errors.ts';
import {
  type ChatItems,
  countOperations,
  createOperation,
  deleteOperation,
  getOperation,
  replaceOperation,
} from './chat-items.ts';
import { listOperations } from './list-operations.ts';

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
    list: (chatId, query) => call(chatId, (items) => listOperations(items, query)),
    count: (chatId, where) => call(chatId, (items) => countOperations(items, where)),
    prepare: () =>
      callContainer(async ({ container, signal }) => {
        await container.read({ abortSignal: signal }); // the SDK keeps the partition key's paths, which every create needs
      }).catch(() => undefined),
  };
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
