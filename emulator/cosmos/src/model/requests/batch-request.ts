import { CosmosError } from '../errors.ts';
import {
  isJsonObject,
  type JsonObject,
  readArray,
  readObject,
  readOptional,
  readString,
  readWord,
  withoutUndefined,
} from '../json.ts';
import { type PartitionKeyValue, parsePartitionKeyHeader } from '../partition-key/partition-key.ts';

/** One operation of a transactional batch or of a bulk request. */
export type BatchOperation = BatchConditions &
  (
    | { readonly operationType: 'Create' | 'Upsert'; readonly resourceBody: JsonObject }
    | { readonly operationType: 'Replace'; readonly id: string; readonly resourceBody: JsonObject }
    | { readonly operationType: 'Read' | 'Delete'; readonly id: string }
    /** The body is a patch, still to be read by `readPatchRequest`. */
    | { readonly operationType: 'Patch'; readonly id: string; readonly resourceBody: unknown }
  );

export interface BatchConditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  /** Of this operation alone, in bulk requests; a batch has its key in the request's header. */
  readonly partitionKey?: PartitionKeyValue;
}

/** Source of both: "Azure Cosmos DB service quotas", transactional batch. */
export const MAX_BATCH_OPERATIONS = 100;
export const MAX_BATCH_BYTES = 2 * 1024 * 1024;

const OPERATION_TYPES = ['Create', 'Upsert', 'Read', 'Replace', 'Delete', 'Patch'] as const;

/**
 * Reads the body of a batch or bulk request. Ids and items are checked only for their JSON type, since a wrong one fails its own
 * operation and not the request.
 *
 * @param sizeInBytes of the body as it came
 * @throws CosmosError BadRequest, or RequestEntityTooLarge above 2 MB
 */
export function readBatchRequest(body: unknown, sizeInBytes: number): readonly BatchOperation[] {
  if (sizeInBytes > MAX_BATCH_BYTES) throw new CosmosError('RequestEntityTooLarge', 'Request size is too large');
  const operations = readArray(body, 'batch', Number.POSITIVE_INFINITY);
  if (operations.length === 0 || operations.length > MAX_BATCH_OPERATIONS) {
    throw new CosmosError(
      'BadRequest',
      `Batch request has ${operations.length} operations, expected 1 to ${MAX_BATCH_OPERATIONS}`,
    );
  }
  return operations.map(readOperation);
}

function readOperation(value: unknown, index: number): BatchOperation {
  const name = `batch[${index}]`;
  const given = readObject(value, name);
  const operationType = readWord(given.operationType, `${name}.operationType`, OPERATION_TYPES);
  const conditions = readConditions(given, name);
  switch (operationType) {
    case 'Create':
    case 'Upsert':
      return { ...conditions, operationType, resourceBody: readItem(given, name) };
    case 'Replace':
      return { ...conditions, operationType, id: readId(given, name), resourceBody: readItem(given, name) };
    case 'Patch':
      return { ...conditions, operationType, id: readId(given, name), resourceBody: given.resourceBody };
    default:
      return { ...conditions, operationType, id: readId(given, name) };
  }
}

function readConditions(given: JsonObject, name: string): BatchConditions {
  return withoutUndefined<BatchConditions>({
    ifMatch: readOptional(given.ifMatch, `${name}.ifMatch`, readString),
    ifNoneMatch: readOptional(given.ifNoneMatch, `${name}.ifNoneMatch`, readString),
    partitionKey: readOptional(given.partitionKey, `${name}.partitionKey`, (value, member) =>
      parsePartitionKeyHeader(readString(value, member)),
    ),
  });
}

function readId(given: JsonObject, name: string): string {
  return readString(given.id, `${name}.id`);
}

function readItem({ resourceBody }: JsonObject, name: string): JsonObject {
  if (isJsonObject(resourceBody)) return resourceBody;
  throw new CosmosError('BadRequest', `'${name}.resourceBody' is missing or no object`);
}
