import { type Container, CosmosClient, PartitionKeyDefinitionVersion, PartitionKeyKind } from '@azure/cosmos';
import { UnavailableError } from '../domain/errors.ts';
import type { OperationRepository, StoredOperation } from '../domain/operation-repository.ts';
import type { TeamsAsyncOperation } from '../domain/teams-async-operation.ts';
import { toDomainError } from './cosmos-errors.ts';
import { toDocument } from './operation-document.ts';

export interface CosmosRepositoryOptions {
  readonly endpoint: string;
  readonly key: string;
  readonly database: string;
  /** Create the database and the container before first use where they are missing. */
  readonly createIfMissing: boolean;
  readonly startTimer: StartTimer;
}

/** Calls back once after the given milliseconds, unless the returned function was called before. */
export type StartTimer = (milliseconds: number, callback: () => void) => () => void;

export interface CosmosOperationRepository extends OperationRepository {
  /**
   * Connects, and finds or creates the container, before the first operation needs it. A failure is left to that
   * operation, which tries again.
   */
  prepare(): Promise<void>;
  /** Ends the client's background work. */
  close(): Promise<void>;
}

const CONTAINER_ID = 'operations';
/** After this a call counts as failed, whatever the SDK would still try: its own budget for a dead host is minutes. */
const DEADLINE_MS = 5_000;
/**
 * Throttled writes are tried again at once, and then it is the caller's turn. The interval is fixed because the SDK
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
  return {
    create: (chatId, operation) =>
      withinDeadline(options.startTimer, async (signal) =>
        create(await findContainer(signal), { chatId, operation, signal }),
      ).catch((error: unknown) => {
        throw toDomainError(error, operation.id) ?? error;
      }),
    prepare: () =>
      withinDeadline(options.startTimer, async (abortSignal) => {
        const container = await findContainer(abortSignal);
        await container.read({ abortSignal }); // the SDK keeps the partition key's paths, which every create needs
      }).catch(() => undefined),
    close: async () => client.dispose(),
  };
}

interface Creation {
  readonly chatId: string;
  readonly operation: TeamsAsyncOperation;
  readonly signal: AbortSignal;
}

async function create(container: Container, { chatId, operation, signal }: Creation): Promise<StoredOperation> {
  const { etag } = await container.items.create(toDocument(chatId, operation), {
    abortSignal: signal,
    disableAutomaticIdGeneration: true,
  });
  return { operation, etag: etag.replaceAll('"', '') };
}

/** Looks once; a failed look is not remembered. Without `createIfMissing` nothing is asked at all. */
function containerFinder(
  client: CosmosClient,
  { database, createIfMissing }: CosmosRepositoryOptions,
): (signal: AbortSignal) => Promise<Container> {
  const container = client.database(database).container(CONTAINER_ID);
  let ready = createIfMissing ? undefined : Promise.resolve();
  return async (abortSignal) => {
    ready ??= ensureContainer(client, { database, abortSignal });
    await ready.catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    return container;
  };
}

interface Ensure {
  readonly database: string;
  readonly abortSignal: AbortSignal;
}

async function ensureContainer(client: CosmosClient, { database: id, abortSignal }: Ensure): Promise<void> {
  const { database } = await client.databases.createIfNotExists({ id }, { abortSignal });
  await database.containers.createIfNotExists(
    {
      id: CONTAINER_ID,
      // Version 2 hashes all of a key of up to 2 KB; version 1 only its first 101 bytes.
      partitionKey: {
        paths: ['/chatId'],
        kind: PartitionKeyKind.Hash,
        version: PartitionKeyDefinitionVersion.V2,
      },
    },
    { abortSignal },
  );
}

/**
 * The signal stops what the SDK still does, so that nothing is written after we answered; the race answers in time
 * even while the SDK waits between two attempts, which the signal does not end.
 */
async function withinDeadline<T>(startTimer: StartTimer, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const controller = new AbortController();
  const stopTimer = startTimer(DEADLINE_MS, () => {
    reject(new UnavailableError('The store of operations did not answer in time.'));
    controller.abort();
  });
  try {
    return await Promise.race([call(controller.signal), late]);
  } finally {
    stopTimer();
  }
}
