import type { Container, ContainerRequest, Database } from '@azure/cosmos';

/** Creates a container, and its database, where they are missing; others may do the same at the same time. */
export async function ensureContainer(
  database: Database,
  definition: ContainerRequest & { readonly id: string },
): Promise<Container> {
  await orExisting(database.client.databases.createIfNotExists({ id: database.id }));
  await orExisting(database.containers.createIfNotExists(definition));
  return database.container(definition.id);
}

/** The SDK looks, then creates: in between somebody else can have done so, and then it rejects with 409. */
async function orExisting(creation: Promise<unknown>): Promise<void> {
  await creation.catch((error: unknown) => {
    const exists = typeof error === 'object' && error !== null && 'code' in error && error.code === 409;
    if (!exists) throw error;
  });
}
