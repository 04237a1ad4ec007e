import type { Container, CosmosClient, SqlQuerySpec } from '@azure/cosmos';
import { type ContainerOptions, containerFinder } from './container-finder.ts';
import type { ContainerDefinition } from './containers.ts';
import { toDomainError } from './cosmos-errors.ts';
import { type StartTimer, withinDeadline } from './deadline.ts';

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

/** The door to a container: finds it, keeps the deadline, and says in the domain's errors what went wrong. */
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
