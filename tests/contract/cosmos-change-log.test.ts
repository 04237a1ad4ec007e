import type { CosmosClient } from '@azure/cosmos';
import { DATABASE, startOnCosmos } from '../support/cosmos-repositories.ts';
import { describeChangeLog } from './change-log.ts';

describeChangeLog('Cosmos DB', () => startOnCosmos());
describeChangeLog('Cosmos DB, over several physical partitions', () =>
  startOnCosmos({ prepare: createSpreadContainer }),
);

async function createSpreadContainer(client: CosmosClient): Promise<void> {
  const { database } = await client.databases.createIfNotExists({ id: DATABASE });
  await database.containers.create({
    id: 'operations',
    partitionKey: { paths: ['/chatId'] },
    throughput: 30_000,
    defaultTtl: -1,
  });
}
