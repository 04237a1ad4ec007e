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
