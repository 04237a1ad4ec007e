import { startTimer } from '../../shared/persistence/cosmos-client.ts';
import { createCosmosSubscriptionRepository } from '../../shared/persistence/notifications/cosmos-subscription-repository.ts';
import { createCosmosOperationRepository } from '../../shared/persistence/operations/cosmos-operation-repository.ts';
import { DATABASE, startOnCosmos } from '../support/cosmos-repositories.ts';
import { newOperation } from '../support/operations.ts';
import { OWNER } from '../support/subscriptions.ts';
import { describeOperationRepository } from './operation-repository.ts';

describeOperationRepository('Cosmos DB', () => startOnCosmos());
describeOperationRepository('Cosmos DB, without records of changes', () => startOnCosmos({ recordsChanges: false }));

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

test('any number of repositories create the database and their containers at once', async () => {
  const { client, close } = await startOnCosmos();
  const options = { client, database: 'shared', createIfMissing: true, startTimer };
  const operations = Array.from({ length: 5 }, (_, index) =>
    createCosmosOperationRepository({ ...options, changes: null }).create('chat', newOperation({ id: String(index) })),
  );
  const subscriptions = Array.from({ length: 5 }, () =>
    createCosmosSubscriptionRepository({ ...options, now: Date.now }).count(OWNER),
  );
  const results = await Promise.allSettled([...operations, ...subscriptions]);
  expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
  await close();
});
