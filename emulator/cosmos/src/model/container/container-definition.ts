import { isDeepStrictEqual } from 'node:util';
import { CosmosError } from '../errors.ts';
import { type IndexingPolicy, readIndexingPolicy } from '../indexing/indexing-policy.ts';
import {
  assertSpecialIndexesDescribed,
  type FullTextPolicy,
  readFullTextPolicy,
  readVectorEmbeddingPolicy,
  type VectorEmbeddingPolicy,
} from '../indexing/vector-policy.ts';
import { type JsonObject, readInteger, readObject, readOptional, withoutUndefined } from '../json.ts';
import {
  assertSamePartitionKeyDefinition,
  type PartitionKeyDefinition,
  readPartitionKeyDefinition,
} from '../partition-key/partition-key.ts';
import { readResourceId } from '../resource-id.ts';
import { readClientEncryptionPolicy } from './client-encryption-policy.ts';
import {
  type ChangeFeedPolicy,
  type ComputedProperty,
  type ConflictResolutionPolicy,
  type GeospatialConfig,
  readChangeFeedPolicy,
  readComputedProperties,
  readConflictResolutionPolicy,
  readGeospatialConfig,
  readTtl,
  readUniqueKeyPolicy,
  type UniqueKeyPolicy,
} from './container-policies.ts';

/** A container as it is stored and returned, without the system properties (`_rid`, `_etag`, ...). */
export interface ContainerDefinition {
  readonly id: string;
  readonly partitionKey: PartitionKeyDefinition;
  readonly indexingPolicy: IndexingPolicy;
  readonly conflictResolutionPolicy: ConflictResolutionPolicy;
  readonly geospatialConfig: GeospatialConfig;
  readonly uniqueKeyPolicy?: UniqueKeyPolicy;
  /** Seconds; -1 lets only items with their own `ttl` expire; absent: nothing expires. */
  readonly defaultTtl?: number;
  readonly changeFeedPolicy?: ChangeFeedPolicy;
  readonly computedProperties?: readonly ComputedProperty[];
  readonly vectorEmbeddingPolicy?: VectorEmbeddingPolicy;
  readonly fullTextPolicy?: FullTextPolicy;
  /** Seconds in the analytical store, which is not emulated; the value is stored and returned. */
  readonly analyticalStorageTtl?: number;
  /** Stored as given: it is the SDK that encrypts. */
  readonly clientEncryptionPolicy?: JsonObject;
}

/** Properties that a container cannot have here: it would behave differently if they were ignored. */
export const NOT_EMULATED_PROPERTIES = [
  'materializedViewDefinition',
  'materializedViews',
  'createMode',
  'restoreParameters',
];

/**
 * Reads the body of "create container" into the full definition, with the service's defaults filled in.
 *
 * @throws CosmosError BadRequest naming the member that is wrong or not emulated
 */
export function readContainerDefinition(value: unknown): ContainerDefinition {
  const body = readObject(value, 'container');
  assertEmulated(body);
  const id = readResourceId(body.id);
  const indexingPolicy = readIndexingPolicy(body.indexingPolicy);
  const partitionKey = readPartitionKeyDefinition(body.partitionKey);
  const definition = withoutUndefined<ContainerDefinition>({
    id,
    indexingPolicy,
    partitionKey,
    uniqueKeyPolicy: readOptional(body.uniqueKeyPolicy, 'uniqueKeyPolicy', readUniqueKeyPolicy),
    conflictResolutionPolicy: readConflictResolutionPolicy(body.conflictResolutionPolicy),
    geospatialConfig: readGeospatialConfig(body.geospatialConfig),
    defaultTtl: readOptional(body.defaultTtl, 'defaultTtl', readTtl),
    changeFeedPolicy: readOptional(body.changeFeedPolicy, 'changeFeedPolicy', readChangeFeedPolicy),
    computedProperties: readOptional(body.computedProperties, 'computedProperties', readComputedProperties),
    vectorEmbeddingPolicy: readOptional(body.vectorEmbeddingPolicy, 'vectorEmbeddingPolicy', readVectorEmbeddingPolicy),
    fullTextPolicy: readOptional(body.fullTextPolicy, 'fullTextPolicy', readFullTextPolicy),
    analyticalStorageTtl: readOptional(body.analyticalStorageTtl, 'analyticalStorageTtl', readAnalyticalTtl),
    clientEncryptionPolicy: readOptional(body.clientEncryptionPolicy, 'clientEncryptionPolicy', (policy) =>
      readClientEncryptionPolicy(policy, partitionKey),
    ),
  });
  assertSpecialIndexesDescribed(definition.indexingPolicy, definition.vectorEmbeddingPolicy, definition.fullTextPolicy);
  return definition;
}

/**
 * Reads the body of "replace container". A property that cannot change after creation keeps its value when it is left out, and is
 * rejected when it differs; the partition key and a vector policy must be named; all others are as the body says, with the defaults of a new container.
 *
 * @throws CosmosError BadRequest
 */
export function readContainerReplacement(current: ContainerDefinition, value: unknown): ContainerDefinition {
  const body = readObject(value, 'container');
  assertNamed(current, body);
  const kept = keptWhenMissing(current, body);
  const wanted = readContainerDefinition({ ...body, ...kept });
  if (wanted.id !== current.id) throw immutable('id');
  assertSamePartitionKeyDefinition(current.partitionKey, wanted.partitionKey);
  if (!sameUniqueKeys(current, wanted)) {
    throw new CosmosError(
      'BadRequest',
      'The unique index cannot be modified. To change the unique index, remove the collection and re-create a new one.',
    );
  }
  for (const name of ['conflictResolutionPolicy', 'vectorEmbeddingPolicy', 'clientEncryptionPolicy'] as const) {
    if (!isDeepStrictEqual(current[name], wanted[name])) throw immutable(name);
  }
  return { ...wanted, partitionKey: current.partitionKey };
}

/** A container with one of these does not become one without it: the replacement names it. */
function assertNamed(current: ContainerDefinition, body: JsonObject): void {
  const isMissing = (name: keyof ContainerDefinition) => body[name] === undefined || body[name] === null;
  if (isMissing('partitionKey') && !current.partitionKey.systemKey)
    throw new CosmosError('BadRequest', 'Document collection partition key cannot be changed.');
  if (isMissing('vectorEmbeddingPolicy') && current.vectorEmbeddingPolicy) throw immutable('vectorEmbeddingPolicy');
}

const KEPT = ['partitionKey', 'uniqueKeyPolicy', 'conflictResolutionPolicy', 'clientEncryptionPolicy'] as const;

function keptWhenMissing(current: ContainerDefinition, body: JsonObject): Partial<ContainerDefinition> {
  const missing = KEPT.filter((name) => body[name] === undefined || body[name] === null);
  return Object.fromEntries(missing.map((name) => [name, current[name]]));
}

/** A policy without keys equals no policy. */
function sameUniqueKeys(current: ContainerDefinition, wanted: ContainerDefinition): boolean {
  return isDeepStrictEqual(current.uniqueKeyPolicy?.uniqueKeys ?? [], wanted.uniqueKeyPolicy?.uniqueKeys ?? []);
}

function readAnalyticalTtl(value: unknown, name: string): number {
  return readInteger(value, name, { min: -1, max: 2 ** 31 - 1 });
}

function assertEmulated(body: JsonObject): void {
  const unsupported = NOT_EMULATED_PROPERTIES.find((name) => body[name] !== undefined);
  if (unsupported === undefined) return;
  throw new CosmosError('BadRequest', `The container property '${unsupported}' is not emulated`);
}

function immutable(name: string): CosmosError {
  return new CosmosError('BadRequest', `The container's ${name} cannot be changed after creation`);
}
