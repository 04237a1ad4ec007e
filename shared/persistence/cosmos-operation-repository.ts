import type { CosmosClient } from '@azure/cosmos';
import type { OperationRepository } from '../domain/operation-repository.ts';
import type { OperationSource } from '../domain/teams-async-operation.ts';
import { countOperations, deleteOperation, getOperation, replaceOperation } from './chat-items.ts';
import type { ChatItems } from './chat-partition.ts';
import { checkContainer } from './check-container.ts';
import { type ContainerOptions, containerFinder } from './container-finder.ts';
import { CONTAINERS } from './containers.ts';
import { toDomainError } from './cosmos-errors.ts';
import { createOperation } from './create-operation.ts';
import { type StartTimer, withinDeadline } from './deadline.ts';
import { listOperations } from './list-operations.ts';

export type { StartTimer } from './deadline.ts';

export interface CosmosRepositoryOptions extends ContainerOptions {
  readonly client: CosmosClient;
  readonly startTimer: StartTimer;
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

const NO_CHAT = '';

/** Operations in Cosmos DB, one item each, partitioned by chat. */
export function createCosmosOperationRepository(options: CosmosRepositoryOptions): CosmosOperationRepository {
  const findContainer = containerFinder(options.client, CONTAINERS.operations, options);
  function call<T>(chatId: string, work: (items: ChatItems) => Promise<T>): Promise<T> {
    return withinDeadline(options.startTimer, async (signal) =>
      work({ container: await findContainer(signal), chatId, signal, changes: options.changes }),
    ).catch((error: unknown) => {
      throw toDomainError(error) ?? error;
    });
  }
  return {
    check: () => call(NO_CHAT, checkContainer),
    create: (chatId, operation, given) => call(chatId, (items) => createOperation(items, operation, given)),
    get: (chatId, id) => call(chatId, (items) => getOperation(items, id)),
    replace: (chatId, operation, given) => call(chatId, (items) => replaceOperation(items, operation, given)),
    delete: (chatId, id, given) => call(chatId, (items) => deleteOperation(items, id, given)),
    list: (chatId, query) => call(chatId, (items) => listOperations(items, query)),
    count: (chatId, where) => call(chatId, (items) => countOperations(items, where)),
    prepare: () =>
      withinDeadline(options.startTimer, async (abortSignal) => {
        const container = await findContainer(abortSignal);
        await container.read({ abortSignal }); // the SDK keeps the partition key's paths, which every create needs
      }).catch(() => undefined),
  };
}
