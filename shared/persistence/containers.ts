import { type IndexingPolicy, PartitionKeyDefinitionVersion, PartitionKeyKind } from '@azure/cosmos';
import { SORTABLE_PROPERTIES, type SortableProperty } from '../domain/operation-query.ts';
import type { ContainerDefinition } from './cosmos-client.ts';
import { SORT_PATHS } from './operations/operation-document.ts';

/** Cosmos DB sorts by several properties only along a composite index of them: one for each property, with the id behind it. */
export const OPERATIONS_INDEXING_POLICY: IndexingPolicy = {
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

/** What is looked for is on the items' first level; what is inside is read with it. */
const SUBSCRIPTIONS_INDEXING_POLICY: IndexingPolicy = {
  indexingMode: 'consistent',
  automatic: true,
  includedPaths: [{ path: '/*' }],
  excludedPaths: ['/"_etag"/?', '/subscription/*', '/delivery/*', '/deadLetter/*'].map((path) => ({ path })),
};

/** What a deployment provisions: a container that is not here does not exist in Azure. */
export const CONTAINERS = {
  operations: {
    id: 'operations',
    partitionKey: hashOf('/chatId'),
    defaultTtl: -1,
    indexingPolicy: OPERATIONS_INDEXING_POLICY,
  },
  /** Subscriptions, and what is on its way to them: docs/decisions/change-notifications.md. */
  subscriptions: {
    id: 'subscriptions',
    partitionKey: hashOf('/scope'),
    defaultTtl: -1,
    indexingPolicy: SUBSCRIPTIONS_INDEXING_POLICY,
  },
  /** How far the Cosmos DB trigger has read. */
  leases: { id: 'leases', partitionKey: hashOf('/id') },
} as const satisfies Readonly<Record<string, ContainerDefinition>>;

/** What only local runs have, and create on first use. */
export const LOCAL_CONTAINERS = {
  /** The teams and chats that the simulator creates: docs/decisions/teams.md. Read by their keys alone. */
  workspace: {
    id: 'workspace',
    partitionKey: hashOf('/key'),
    indexingPolicy: { indexingMode: 'consistent', automatic: true, includedPaths: [], excludedPaths: [{ path: '/*' }] },
  },
  /** Plans of the simulator: nobody comes back to an experiment of last week. */
  simulator: { id: 'simulator', partitionKey: hashOf('/chatId'), defaultTtl: 7 * 24 * 60 * 60 },
} as const satisfies Readonly<Record<string, ContainerDefinition>>;

/** Version 2 hashes all of a key of up to 2 KB; version 1 only its first 101 bytes. */
function hashOf(path: `/${string}`) {
  return { paths: [path], kind: PartitionKeyKind.Hash, version: PartitionKeyDefinitionVersion.V2 };
}
