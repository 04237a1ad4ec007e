import type { Container, ItemDefinition } from '@azure/cosmos';
import type { ContainerPath, ContainerState, DataBrowser, ItemPage } from '@lazurite/dashboard';
import { type CosmosAccount, listContainers, useClient } from '../data/accounts.ts';
import { countItems, partitionKeyOf, pathsOf } from '../data/items.ts';

/** Enough for a screen, and few enough to be sent at once. */
const PAGE_ITEMS = 100;

type Item = Readonly<Record<string, unknown>>;

/** What Cosmos DB has stored, by the SDK that the app uses. */
export function browseCosmos(account: CosmosAccount): DataBrowser {
  const inContainer = <T>({ database, container }: ContainerPath, use: (container: Container) => Promise<T>) =>
    useClient(account, (client) => use(client.database(database).container(container)));
  return {
    containers: () =>
      useClient(account, async (client) => {
        const listed = await listContainers(client);
        return Promise.all(
          listed.map(async ({ database, id, partitionKey }): Promise<ContainerState> => {
            const items = await countItems(client.database(database).container(id));
            return { database, container: id, partitionKey, items };
          }),
        );
      }),
    query: (path, sql, continuation) => inContainer(path, (container) => queryPage(container, sql, continuation)),
    put: (path, item, etag) =>
      inContainer(path, async ({ items }) => {
        const condition = etag === null ? {} : { accessCondition: { type: 'IfMatch', condition: etag } };
        const { requestCharge } = await items.upsert(item as ItemDefinition, condition); // the server validates it
        return { charge: requestCharge };
      }),
    remove: (path, item) =>
      inContainer(path, async (container) => {
        const partitionKey = partitionKeyOf(item as ItemDefinition, await pathsOf(container));
        const { requestCharge } = await container.item(String(item.id), partitionKey).delete();
        return { charge: requestCharge };
      }),
  };
}

async function queryPage({ items }: Container, sql: string, continuation: string | null): Promise<ItemPage> {
  const options = {
    maxItemCount: PAGE_ITEMS,
    populateIndexMetrics: true,
    ...(continuation !== null && { continuationToken: continuation }),
  };
  const page = await items.query<Item>(sql, options).fetchNext();
  return {
    items: page.resources,
    charge: page.requestCharge,
    continuation: page.continuationToken ?? null,
    indexUse: page.indexMetrics || null,
  };
}
