import type { CosmosClient } from '@azure/cosmos';
import { CONTAINERS } from '../../shared/persistence/containers.ts';
import { DATABASE, startOnCosmos } from '../support/cosmos-repositories.ts';
import { newOperation } from '../support/operations.ts';
import { describeChangeLog } from './change-log.ts';

describeChangeLog('Cosmos DB', () => startOnCosmos());
describeChangeLog('Cosmos DB, over several physical partitions', () =>
  startOnCosmos({ prepare: createSpreadContainer }),
);

test.each([{ kind: 'all' }, { kind: 'chat', chatId: 'chat' }] as const)(
  'a place in a container that was made anew is the beginning of the new one, for %j',
  async (watched) => {
    const { client, log, repository, close } = await startOnCosmos();
    await repository.create('chat', newOperation({ id: 'old' }));
    const place = await log.end(watched);
    const { id, ...definition } = CONTAINERS.operations;
    await client.database(DATABASE).container(id).delete();
    await client.database(DATABASE).containers.create({ id, ...definition });
    await repository.create('chat', newOperation({ id: 'new' }));
    const page = await log.read(watched, place, 10);
    expect(page.changes.map(({ operationId }) => operationId)).toEqual(['new']);
    expect((await log.read(watched, page.next, 10)).changes).toEqual([]);
    await close();
  },
);

test('end() and read() reject with ServiceUnavailable when nothing listens', async () => {
  const { log, close } = await startOnCosmos();
  const place = await log.end({ kind: 'all' });
  await close();
  await expect(log.end({ kind: 'all' })).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  await expect(log.read({ kind: 'all' }, place, 1)).rejects.toMatchObject({ code: 'ServiceUnavailable' });
});

async function createSpreadContainer(client: CosmosClient): Promise<void> {
  const { database } = await client.databases.createIfNotExists({ id: DATABASE });
  await database.containers.create({
    id: 'operations',
    partitionKey: { paths: ['/chatId'] },
    throughput: 30_000,
    defaultTtl: -1,
  });
}
