import { CosmosError } from '../errors.ts';
import { type JsonObject, type JsonValue, parsePropertyPath, readObject } from '../json.ts';
import type { PartitionKeyDefinition } from '../partition-key/partition-key.ts';

const TYPES: readonly JsonValue[] = ['Deterministic', 'Randomized'];
const ALGORITHM = 'AEAD_AES_256_CBC_HMAC_SHA256';
const ID_PATH = '/id';

/**
 * Validates the policy by which clients encrypt the properties of items; it is stored as it is given. The messages are those of
 * the service (azure-cosmos-dotnet-v3, ClientEncryptionPolicy).
 *
 * @throws CosmosError BadRequest
 */
export function readClientEncryptionPolicy(value: unknown, partitionKey: PartitionKeyDefinition): JsonObject {
  const policy = readObject(value, 'clientEncryptionPolicy');
  const { includedPaths, policyFormatVersion: version = 1 } = policy;
  if (version !== 1 && version !== 2) throw rejected('Supported versions of client encryption policy are 1 and 2.');
  if (!Array.isArray(includedPaths)) throw rejected('The includedPaths of the client encryption policy are an array.');
  const keyPaths = partitionKey.paths.map((path) => `/${parsePropertyPath(path)[0]}`);
  const seen = new Set<string>();
  for (const entry of includedPaths) {
    const { path, encryptionType } = readIncludedPath(entry);
    if (seen.has(path)) throw rejected(`Duplicate Path found: ${path}.`);
    seen.add(path);
    const isKey = keyPaths.includes(path);
    if (isKey || path === ID_PATH) assertKeyEncryption({ path, encryptionType, isKey, version });
  }
  return policy;
}

interface IncludedPath {
  readonly path: string;
  readonly encryptionType: JsonValue | undefined;
}

function readIncludedPath(value: unknown): IncludedPath {
  const { path, clientEncryptionKeyId, encryptionType, encryptionAlgorithm } = readObject(value, 'includedPaths entry');
  if (typeof path !== 'string' || path === '')
    throw rejected('Path needs to be defined in ClientEncryptionIncludedPath');
  if (!path.startsWith('/')) throw rejected("Path in ClientEncryptionIncludedPath needs to start with '/'");
  if (path.lastIndexOf('/') > 0) throw rejected('Only top-level paths are currently supported for encryption');
  if (typeof clientEncryptionKeyId !== 'string' || clientEncryptionKeyId === '')
    throw rejected('ClientEncryptionKeyId needs to be defined as string type in ClientEncryptionIncludedPath');
  if (!TYPES.includes(encryptionType ?? null))
    throw rejected("EncryptionType should be either 'Deterministic' or 'Randomized'.");
  if (encryptionAlgorithm !== ALGORITHM) throw rejected(`EncryptionAlgorithm should be '${ALGORITHM}'.`);
  return { path, encryptionType };
}

function assertKeyEncryption({
  path,
  encryptionType,
  isKey,
  version,
}: IncludedPath & { readonly isKey: boolean; readonly version: number }): void {
  if (version < 2)
    throw rejected(
      `Path: ${path} cannot be encrypted. Encryption of partition key or id is only supported with policy format version 2`,
    );
  if (encryptionType === 'Deterministic') return;
  throw rejected(
    isKey
      ? `Path: ${path} which is part of the partition key has to be encrypted with Deterministic type Encryption.`
      : "The '/id' property must be encrypted using Deterministic encryption.",
  );
}

function rejected(message: string): CosmosError {
  return new CosmosError('BadRequest', message);
}
