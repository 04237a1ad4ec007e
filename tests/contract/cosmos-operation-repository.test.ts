import { startCosmos } from '@lazurite/cosmos';
import { createCosmosClient } from '../../shared/persistence/cosmos-client.ts';
import { createCosmosOperationRepository } from '../../shared/persistence/cosmos-operation-repository.ts';
import { newOperation } from '../support/operations.ts';
import { describeOperationRepository, type RunningRepository } from './operation-repository.ts';

describeOperationRepository('Cosmos DB', startOnCosmos);

test('create() rejects with RequestEntityTooLarge above 2 MB', async () => {
  const { repository, close } = await startOnCosmos();
  const huge = newOperation({ dynamicProperties: { values: 'x'.repeat(2 * 1024 * 1024) } });
  await expect(repository.create('chat', huge)).rejects.toMatchObject({ code: 'RequestEntityTooLarge' });
  await close();
});

async function startOnCosmos(): Promise<RunningRepository> {
  const server = await startCosmos();
  const client = createCosmosClient({ endpoint: server.endpoint, credential: { kind: 'key', key: server.key } });
  const repository = createCosmosOperationRepository({
    ...{ client, database: 'teams', createIfMissing: true },
    startTimer: (milliseconds, callback) => {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
  });
  return {
    repository,
    close: async () => {
      client.dispose();
      await server.close();
    },
  };
}
