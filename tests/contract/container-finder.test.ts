import { startCosmos } from '@lazurite/cosmos';
import { containerFinder } from '../../shared/persistence/container-finder.ts';
import { CONTAINERS } from '../../shared/persistence/containers.ts';
import { createCosmosClient } from '../../shared/persistence/cosmos-client.ts';

test('any number of instances create the database and its containers at the same time', async () => {
  const server = await startCosmos();
  const client = createCosmosClient({ endpoint: server.endpoint, credential: { kind: 'key', key: server.key } });
  const { signal } = new AbortController();
  const finders = Array.from({ length: 8 }, () => Object.values(CONTAINERS))
    .flat()
    .map((definition) => containerFinder(client, definition, { database: 'new', createIfMissing: true }));
  const containers = await Promise.all(finders.map((find) => find(signal)));
  await Promise.all(containers.map((container) => container.read()));
  client.dispose();
  await server.close();
});
