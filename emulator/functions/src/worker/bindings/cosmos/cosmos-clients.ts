import type { CosmosClient } from '@azure/cosmos';
import type { CosmosAddress } from './cosmos-connection.ts';
import { openCredential } from './identity.ts';

/** The clients of one worker, one for each account and identity: each keeps connections and what it knows of the account. */
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
