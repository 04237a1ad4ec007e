import { CosmosError } from './errors.ts';

/** Longest id of a database, container or script. Source: "Azure Cosmos DB service quotas". */
const MAX_RESOURCE_ID_CHARACTERS = 255;
/** Longest id of an item, in UTF-8 bytes. Source: "Azure Cosmos DB service quotas". */
const MAX_ITEM_ID_BYTES = 1023;

/** Source: the SDK, common/helper, illegalResourceIdCharacters and illegalItemResourceIdCharacters. */
const ILLEGAL_IN_RESOURCE_ID = /[/\\?#]/;
const ILLEGAL_IN_ITEM_ID = /[/\\#]/;

/**
 * The id of a database, container, user or script.
 *
 * @throws CosmosError BadRequest when it is missing, empty, too long, ends with a space or holds one of / \ ? #
 */
export function readResourceId(value: unknown): string {
  if (value === undefined || value === null) throw missingId();
  if (typeof value !== 'string' || value === '' || value.length > MAX_RESOURCE_ID_CHARACTERS) throw invalidId(value);
  if (ILLEGAL_IN_RESOURCE_ID.test(value) || value.endsWith(' ')) throw invalidId(value);
  return value;
}

/**
 * The id of an item.
 *
 * @throws CosmosError BadRequest when it is missing, empty, too long or holds one of / \ #
 */
export function readItemId(value: unknown): string {
  if (value === undefined || value === null) throw missingId();
  if (typeof value !== 'string' || value === '' || ILLEGAL_IN_ITEM_ID.test(value)) throw invalidId(value);
  if (Buffer.byteLength(value) > MAX_ITEM_ID_BYTES) throw invalidId(value);
  return value;
}

function missingId(): CosmosError {
  return new CosmosError(
    'BadRequest',
    "The input content is invalid because the required properties - 'id; ' - are missing",
  );
}

function invalidId(value: unknown): CosmosError {
  const shown = String(JSON.stringify(value)).slice(0, 300);
  return new CosmosError(
    'BadRequest',
    `The input name ${shown} is invalid. Ensure to provide a unique non-empty string less than '255' characters.`,
  );
}
