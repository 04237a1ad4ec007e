import type { Container, CosmosClient, SqlQuerySpec } from '@azure/cosmos';
import { UnavailableError } from '../domain/errors.ts';
import type { ContainerDefinition } from './containers.ts';
import { hasStatus, toDomainError } from './cosmos-errors.ts';

/** What every adapter of Cosmos DB needs. */
export interface CosmosAdapterOptions extends ContainerOptions {
  readonly client: CosmosClient;
  readonly startTimer: StartTimer;
}

/** The items of a container, and when to stop asking for them. */
export interface ContainerItems {
  readonly container: Container;
  readonly signal: AbortSignal;
}

export type CallContainer = <T>(work: (items: ContainerItems) => Promise<T>) => Promise<T>;

/** The one way to a container's items: finds the container, keeps the deadline, and says in the domain's errors what went wrong. */
export function containerCalls(options: CosmosAdapterOptions, definition: ContainerDefinition): CallContainer {
  const findContainer = containerFinder(options.client, definition, options);
  return (work) =>
    withinDeadline(options.startTimer, async (signal) =>
      work({ container: await findContainer(signal), signal }),
    ).catch((error: unknown) => {
      throw toDomainError(error) ?? error;
    });
}

/** Each page has a deadline of its own: the signal of one would stop those that follow. */
export async function* queryPages<T>(
  call: CallContainer,
  spec: SqlQuerySpec,
  maxItemCount: number,
): AsyncGenerator<readonly T[]> {
  const query = await call(async ({ container }) => container.items.query<T>(spec, { maxItemCount }));
  while (query.hasMoreResults()) {
    const { resources } = await call(() => query.fetchNext());
    yield resources ?? []; // a page that has nothing can come without an array
  }
}

export interface ContainerOptions {
  readonly database: string;
  /** Create the database and the container before first use where they are missing. */
  readonly createIfMissing: boolean;
}

/** Looks once; a failed look is not remembered. Without `createIfMissing` nothing is asked at all. */
export function containerFinder(
  client: CosmosClient,
  definition: ContainerDefinition,
  { database, createIfMissing }: ContainerOptions,
): (signal: AbortSignal) => Promise<Container> {
  const container = client.database(database).container(definition.id);
  let ready = createIfMissing ? undefined : Promise.resolve();
  return async (abortSignal) => {
    ready ??= ensureContainer(client, { definition, database, abortSignal });
    await ready.catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    return container;
  };
}

interface Ensure {
  readonly definition: ContainerDefinition;
  readonly database: string;
  readonly abortSignal: AbortSignal;
}

async function ensureContainer(client: CosmosClient, { definition, database: id, abortSignal }: Ensure): Promise<void> {
  await unlessCreatedMeanwhile(client.databases.createIfNotExists({ id }, { abortSignal }));
  await unlessCreatedMeanwhile(client.database(id).containers.createIfNotExists(definition, { abortSignal }));
}

/** The SDK looks, and creates what it does not see. Who comes second, be it in another process, is answered 409. */
async function unlessCreatedMeanwhile(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!hasStatus(error, 409)) throw error;
  }
}

/** Calls back once after the given milliseconds, unless the returned function was called before. */
export type StartTimer = (milliseconds: number, callback: () => void) => () => void;

/** After this a call counts as failed, whatever the SDK would still try: its own budget for a dead host is minutes. */
export const DEADLINE_MS = 5_000;

/**
 * The signal stops what the SDK still does, so that nothing is written after we answered; the race answers in time
 * even while the SDK waits between two attempts, which the signal does not end.
 */
export async function withinDeadline<T>(startTimer: StartTimer, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
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
