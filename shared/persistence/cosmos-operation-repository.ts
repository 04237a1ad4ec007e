import { CosmosClient } from '@azure/cosmos';
import type { OperationRepository } from '../domain/operation-repository.ts';
import { type ChatItems, countOperations, deleteOperation, getOperation, replaceOperation } from './chat-items.ts';
import { toDomainError } from './cosmos-errors.ts';
import { createOperation } from './create-operation.ts';
import { DEADLINE_MS, type StartTimer, withinDeadline } from './deadline.ts';
import { listOperations } from './list-operations.ts';
import { type ContainerOptions, containerFinder } from './operations-container.ts';

export type { StartTimer } from './deadline.ts';

export interface CosmosRepositoryOptions extends ContainerOptions {
  readonly endpoint: string;
  readonly key: string;
  readonly startTimer: StartTimer;
}

export interface CosmosOperationRepository extends OperationRepository {
  /**
   * Connects, and finds or creates the container, before the first operation needs it. A failure is left to that
   * operation, which tries again.
   */
  prepare(): Promise<void>;
  /** Ends the client's background work. */
  close(): Promise<void>;
}

/**
 * Throttled calls are tried again at once, and then it is the caller's turn. The interval is fixed because the SDK
 * would otherwise sleep for as long as Cosmos DB asks, be it a minute, before it looks at its own time limit.
 */
const THROTTLE_RETRIES = { maxRetryAttemptCount: 3, fixedRetryIntervalInMilliseconds: 200, maxWaitTimeInSeconds: 2 };

/** Operations in Cosmos DB, one item each, partitioned by chat. One client, meant for the life of the process. */
export function createCosmosOperationRepository(options: CosmosRepositoryOptions): CosmosOperationRepository {
  const client = new CosmosClient({
    endpoint: options.endpoint,
    key: options.key,
    connectionPolicy: { requestTimeout: DEADLINE_MS, retryOptions: THROTTLE_RETRIES },
  });
  const findContainer = containerFinder(client, options);
  function call<T>(chatId: string, work: (items: ChatItems) => Promise<T>): Promise<T> {
    return withinDeadline(options.startTimer, async (signal) =>
      work({ container: await findContainer(signal), chatId, signal }),
    ).catch((error: unknown) => {
      throw toDomainError(error) ?? error;
    });
  }
  return {
    create: (chatId, operation, request) => call(chatId, (items) => createOperation(items, operation, request)),
    get: (chatId, id) => call(chatId, (items) => getOperation(items, id)),
    replace: (chatId, operation, etag) => call(chatId, (items) => replaceOperation(items, operation, etag)),
    delete: (chatId, id, etag) => call(chatId, (items) => deleteOperation(items, id, etag)),
    list: (chatId, query) => call(chatId, (items) => listOperations(items, query)),
    count: (chatId, where) => call(chatId, (items) => countOperations(items, where)),
    prepare: () =>
      withinDeadline(options.startTimer, async (abortSignal) => {
        const container = await findContainer(abortSignal);
        await container.read({ abortSignal }); // the SDK keeps the partition key's paths, which every create needs
      }).catch(() => undefined),
    close: async () => client.dispose(),
  };
}
