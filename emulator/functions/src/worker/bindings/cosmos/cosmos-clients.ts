import type { Container, ContainerRequest, CosmosClient, Database } from '@azure/cosmos';
import type { CosmosAddress } from './cosmos-connection.ts';
import { openCredential } from './identity.ts';

/** The clients of one worker, one for each account and identity: a client caches connections and account data. */
export class CosmosClients {
  readonly #clients = new Map<string, Promise<CosmosClient>>();

  /** Loads the SDK on first use. */
  get(address: CosmosAddress): Promise<CosmosClient> {
    const name = JSON.stringify([address.endpoint, 'identity' in address ? address.identity : null]);
    let client = this.#clients.get(name);
    if (!client) {
      client = openClient(address);
      this.#clients.set(name, client);
    }
    return client;
  }
}

async function openClient(address: CosmosAddress): Promise<CosmosClient> {
  const { CosmosClient } = await import('@azure/cosmos');
  const { endpoint } = address;
  if ('key' in address) return new CosmosClient({ endpoint, key: address.key });
  return new CosmosClient({ endpoint, aadCredentials: await openCredential(address.identity) });
}

/** Creates a container and its database where they are missing, also while others do the same. */
export async function ensureContainer(
  database: Database,
  definition: ContainerRequest & { readonly id: string },
): Promise<Container> {
  await ignoreConflict(database.client.databases.createIfNotExists({ id: database.id }));
  await ignoreConflict(database.containers.createIfNotExists(definition));
  return database.container(definition.id);
}

/** The SDK reads, then creates: it rejects with 409 when another client creates in between. */
async function ignoreConflict(creation: Promise<unknown>): Promise<void> {
  await creation.catch((error: unknown) => {
    const exists = typeof error === 'object' && error !== null && 'code' in error && error.code === 409;
    if (!exists) throw error;
  });
}
