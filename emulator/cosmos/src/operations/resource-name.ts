import { CosmosError } from '../model/errors.ts';

/** Longest id, in UTF-8 bytes. Source: "Azure Cosmos DB service quotas". */
const MAX_ID_BYTES = 1023;
/** What would make an id ambiguous in a path. Source: the SDK, common/helper, isResourceValid. */
const FORBIDDEN = /[/\\#]/;

/** @throws CosmosError BadRequest when the value cannot be the id of a resource */
export function assertId(id: unknown): asserts id is string {
  if (typeof id !== 'string' || id === '')
    throw new CosmosError(
      'BadRequest',
      "The input content is invalid because the property 'id' must be a non-empty string.",
    );
  if (FORBIDDEN.test(id))
    throw new CosmosError(
      'BadRequest',
      `The resource name '${id.slice(0, 200)}' contains one of the characters / \\ #`,
    );
  if (id.length > MAX_ID_BYTES / 3 && Buffer.byteLength(id) > MAX_ID_BYTES)
    throw new CosmosError('BadRequest', `The resource name is longer than ${MAX_ID_BYTES} bytes`);
}
