import type { ContainerProperties } from '../account/container.ts';
import { CosmosError } from '../model/errors.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import { type PartitionKeyDefinition, partitionKeyExtractor, SYSTEM_KEY_PATH } from '../model/partition-key.ts';

/** @throws CosmosError BadRequest */
export function toContainerProperties(body: JsonObject): ContainerProperties {
  const partitionKey = toPartitionKey(body);
  partitionKeyExtractor(partitionKey);
  return {
    ...body,
    id: String(body.id),
    partitionKey: { ...partitionKey },
    indexingPolicy: body.indexingPolicy ?? DEFAULT_INDEXING_POLICY,
    conflictResolutionPolicy: body.conflictResolutionPolicy ?? DEFAULT_CONFLICT_RESOLUTION_POLICY,
    geospatialConfig: body.geospatialConfig ?? { type: 'Geography' },
  } as unknown as ContainerProperties;
}

const DEFAULT_INDEXING_POLICY = {
  indexingMode: 'consistent',
  automatic: true,
  includedPaths: [{ path: '/*' }],
  excludedPaths: [{ path: '/"_etag"/?' }],
};
const DEFAULT_CONFLICT_RESOLUTION_POLICY = {
  mode: 'LastWriterWins',
  conflictResolutionPath: '/_ts',
  conflictResolutionProcedure: '',
};

function toPartitionKey({ partitionKey }: JsonObject): PartitionKeyDefinition {
  if (partitionKey === undefined) return { paths: [SYSTEM_KEY_PATH], kind: 'Hash', version: 2, systemKey: true };
  if (!isJsonObject(partitionKey) || !Array.isArray(partitionKey.paths))
    throw new CosmosError('BadRequest', 'The partition key definition is invalid');
  return { kind: 'Hash', ...partitionKey } as unknown as PartitionKeyDefinition;
}
