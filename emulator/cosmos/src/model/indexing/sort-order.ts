import { CosmosError } from '../errors.ts';
import { parsePropertyPath } from '../property-path.ts';
import type { CompositePath, IndexingPolicy } from './indexing-policy.ts';

/** An expression of ORDER BY that is a property path. */
export interface SortKey {
  readonly path: readonly string[];
  readonly descending: boolean;
}

/** Indexed whatever the policy says. Source: "Indexing policies in Azure Cosmos DB". */
const ALWAYS_INDEXED: readonly string[] = ['id', '_ts'];

/**
 * The service sorts only from an index: by one path when the policy indexes it, by several when one composite index has
 * them in this sequence, with these directions or all of them reversed. Source: "Indexing policies", ORDER BY queries on
 * multiple properties.
 *
 * @throws CosmosError BadRequest when there is no such index
 */
export function assertSortable(
  policy: IndexingPolicy,
  isIndexed: (path: readonly string[]) => boolean,
  keys: readonly SortKey[],
): void {
  const [only] = keys;
  if (keys.length === 1 && only && !isIndexed(only.path) && !ALWAYS_INDEXED.includes(only.path.join('/')))
    throw new CosmosError('BadRequest', 'The index path corresponding to the specified order-by item is excluded.');
  if (keys.length > 1 && !policy.compositeIndexes?.some((index) => serves(index, keys)))
    throw new CosmosError(
      'BadRequest',
      'The order by query does not have a corresponding composite index that it can be served from.',
    );
}

function serves(index: readonly CompositePath[], keys: readonly SortKey[]): boolean {
  if (index.length !== keys.length) return false;
  const directions = keys.map(({ path, descending }, position) => {
    const entry = index[position];
    if (!entry || !isSamePath(entry.path, path)) return undefined;
    return (entry.order === 'descending') === descending;
  });
  return directions.every((same) => same === true) || directions.every((same) => same === false);
}

function isSamePath(plainPath: string, path: readonly string[]): boolean {
  const segments = parsePropertyPath(plainPath);
  return segments.length === path.length && segments.every((segment, position) => segment === path[position]);
}
