import type { Container, CosmosClient } from '@azure/cosmos';
import type { ContainerDefinition } from './containers.ts';
import { hasStatus } from './cosmos-errors.ts';

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

async function ensureContainer(client: CosmosClient, { definition, database, abortSignal }: Ensure): Promise<void> {
  await orExisting(client.databases.createIfNotExists({ id: database }, { abortSignal }));
  await orExisting(client.database(database).containers.createIfNotExists(definition, { abortSignal }));
}

/** The SDK looks, then creates: in between somebody else can have done so, and then it rejects. */
async function orExisting(creation: Promise<unknown>): Promise<void> {
  await creation.catch((error: unknown) => {
    if (!hasStatus(error, 409)) throw error;
  });
}
