import { type Container, type ContainerDefinition, CosmosClient } from '@azure/cosmos';
import { type CosmosOptions, type CosmosServer, startCosmos } from '../index.ts';

/** A server in memory with one database, as the real SDK sees it. */
export interface SdkAccount {
  readonly server: CosmosServer;
  readonly client: CosmosClient;
  /** Makes a container with a name of its own, partitioned by `/pk` unless the definition says otherwise. */
  container(definition?: ContainerDefinition & { throughput?: number; maxThroughput?: number }): Promise<Container>;
  close(): Promise<void>;
}

export async function openSdkAccount(options: CosmosOptions = {}): Promise<SdkAccount> {
  const server = await startCosmos(options);
  const client = new CosmosClient(server.connectionString);
  const { database } = await client.databases.createIfNotExists({ id: 'db' });
  let count = 0;
  return {
    server,
    client,
    container: async (definition = {}) => {
      const request = { id: `container-${++count}`, partitionKey: '/pk', ...definition };
      return (await database.containers.create(request as Parameters<typeof database.containers.create>[0])).container;
    },
    close: async () => {
      client.dispose();
      await server.close();
    },
  };
}
