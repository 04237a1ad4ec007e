import { CosmosError } from '../errors.ts';

/** Source of both: "Azure Cosmos DB service quotas", per-item limits. */
export const MAX_ITEM_BYTES = 2 * 1024 * 1024;
export const MAX_ITEM_NESTING = 128;

/** @throws CosmosError RequestEntityTooLarge when an item is larger than 2 MB */
export function assertItemSize(sizeInBytes: number): void {
  if (sizeInBytes > MAX_ITEM_BYTES) throw new CosmosError('RequestEntityTooLarge', 'Request size is too large');
}

/**
 * Rejects deeply nested values before anything recurses into them.
 *
 * @throws CosmosError BadRequest when objects and arrays lie in each other more than 128 deep
 */
export function assertItemNesting(item: unknown): void {
  if (!isNestedDeeper(item, MAX_ITEM_NESTING)) return;
  throw new CosmosError('BadRequest', `The item is nested more than ${MAX_ITEM_NESTING} levels deep`);
}

function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isNestedDeeper(member, levels - 1));
}
