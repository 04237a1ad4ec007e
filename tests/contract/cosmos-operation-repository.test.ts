import { startCosmos } from '@lazurite/cosmos';
import { createCosmosClient } from '../../shared/persistence/cosmos-client.ts';
import { createCosmosOperationRepository } from '../../shared/persistence/cosmos-operation-repository.ts';
import { DATABASE, startOnCosmos, startTimer } from '../support/cosmos-repositories.ts';
import { newOperation } from '../support/operations.ts';
import { describeOperationRepository } from './operation-repository.ts';

describeOperationRepository('Cosmos DB', () => startOnCosmos());
describeOperationRepository('Cosmos DB, without records of changes', () => startOnCosmos({ recordsChanges: false }));

test('instances that start at once create the container together', async () => {
  const server = await startCosmos();
  const clients = Array.from({ length: 4 }, () =>
    createCosmosClient({ endpoint: server.endpoint, credential: { kind: 'key', key: server.key } }),
  );
  const options = { database: DATABASE, createIfMissing: true, startTimer, changes: null };
  const created = clients.map((client, index) =>
    createCosmosOperationRepository({ ...options, client }).create('chat', newOperation({ id: `op-${index}` })),
  );
  expect(await Promise.all(created)).toHaveLength(4);
  for (const client of clients) client.dispose();
  await server.close();
});

test('create() rejects with RequestEntityTooLarge above 2 MB', async () => {
  const { repository, close } = await startOnCosmos();
  const huge = newOperation({ dynamicProperties: { values: 'x'.repeat(2 * 1024 * 1024) } });
  await expect(repository.create('chat', huge)).rejects.toMatchObject({ code: 'RequestEntityTooLarge' });
  await close();
});

test('an operation that was written before there were revisions has the first', async () => {
  const { repository, client, close } = await startOnCosmos();
  await repository.create('chat', newOperation({ id: 'old' }));
  const item = client.database(DATABASE).container('operations').item('old', 'chat');
  const { resource: { revision: _, ...old } = {} } = await item.read();
  await item.replace(old);
  const current = await repository.get('chat', 'old');
  expect(current?.revision).toBe(1);
  if (current) expect(await repository.replace('chat', current.operation, { current })).toMatchObject({ revision: 2 });
  await close();
});
