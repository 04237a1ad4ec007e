import type { CosmosClient } from '@azure/cosmos';
import type { CosmosAddress } from './cosmos-connection.ts';

/** The clients of one worker, one for each account: each keeps connections and what it knows of the account. */
export class CosmosClients {
  readonly #clients = new Map<string, Promise<CosmosClient>>();

  /** Loads the SDK on first use. */
  get({ endpoint, key }: CosmosAddress): Promise<CosmosClient> {
    let client = this.#clients.get(endpoint);
    if (!client) {
      client = import('@azure/cosmos').then((sdk) => new sdk.CosmosClient({ endpoint, key }));
      this.#clients.set(endpoint, client);
    }
    return client;
  }
}
