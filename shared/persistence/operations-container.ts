import {
  type Container,
  type ContainerRequest,
  type CosmosClient,
  type IndexingPolicy,
  PartitionKeyDefinitionVersion,
  PartitionKeyKind,
} from '@azure/cosmos';
import { SORTABLE_PROPERTIES, type SortableProperty } from '../domain/operation-query.ts';
import { SORT_PATHS } from './operation-document.ts';

const CONTAINER_ID = 'operations';

/** Cosmos DB sorts by several properties only along a composite index of them: one for each property, with the id behind it. */
const INDEXING_POLICY: IndexingPolicy = {
  indexingMode: 'consistent',
  automatic: true,
  includedPaths: [{ path: '/*' }],
  excludedPaths: [{ path: '/"_etag"/?' }, { path: '/created/*' }, { path: '/change/*' }],
  compositeIndexes: [
    ...SORTABLE_PROPERTIES.filter((property) => property !== 'id').map((property) => composite([property, 'id'])),
    // The newest first, and those of one moment by id, as clients ask for them.
    ...(['createdDateTime', 'lastActionDateTime'] as const).map((property) =>
      composite([property, 'id'], ['descending', 'ascending']),
    ),
    ...(['operationType', 'status'] as const).flatMap((first) =>
      (['createdDateTime', 'lastActionDateTime'] as const).flatMap((second) => [
        composite([first, second, 'id']),
        composite([first, second, 'id'], ['descending', 'ascending', 'ascending']),
      ]),
    ),
  ],
};

/** An index serves the reverse of its order too. */
function composite(
  properties: readonly SortableProperty[],
  orders: readonly ('ascending' | 'descending')[] = [],
): { path: string; order: 'ascending' | 'descending' }[] {
  return properties.map((property, index) => ({
    path: `/${SORT_PATHS[property].join('/')}`,
    order: orders[index] ?? 'ascending',
  }));
}

const CONTAINER: ContainerRequest = {
  id: CONTAINER_ID,
  // Version 2 hashes all of a key of up to 2 KB; version 1 only its first 101 bytes.
  partitionKey: { paths: ['/chatId'], kind: PartitionKeyKind.Hash, version: PartitionKeyDefinitionVersion.V2 },
  // Nothing expires unless it says so itself.
  defaultTtl: -1,
  indexingPolicy: INDEXING_POLICY,
};

export interface ContainerOptions {
  readonly database: string;
  /** Create the database and the container before first use where they are missing. */
  readonly createIfMissing: boolean;
}

/** Looks once; a failed look is not remembered. Without `createIfMissing` nothing is asked at all. */
export function containerFinder(
  client: CosmosClient,
  { database, createIfMissing }: ContainerOptions,
): (signal: AbortSignal) => Promise<Container> {
  const container = client.database(database).container(CONTAINER_ID);
  let ready = createIfMissing ? undefined : Promise.resolve();
  return async (abortSignal) => {
    ready ??= ensureContainer(client, { database, abortSignal });
    await ready.catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    return container;
  };
}

interface Ensure {
  readonly database: string;
  readonly abortSignal: AbortSignal;
}

async function ensureContainer(client: CosmosClient, { database: id, abortSignal }: Ensure): Promise<void> {
  const { database } = await client.databases.createIfNotExists({ id }, { abortSignal });
  await database.containers.createIfNotExists(CONTAINER, { abortSignal });
}
