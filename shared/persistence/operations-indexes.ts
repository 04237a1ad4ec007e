import type { IndexingPolicy } from '@azure/cosmos';
import { SORTABLE_PROPERTIES, type SortableProperty } from '../domain/operation-query.ts';
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
