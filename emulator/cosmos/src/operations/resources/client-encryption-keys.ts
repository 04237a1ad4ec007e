import { CosmosError, missingProperties } from '../../model/errors.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import { clientEncryptionKeyRid, readResourceId } from '../../model/resource-id.ts';
import type { NamedProperties, ResourceKind } from './named-resource.ts';

/** Keys with which clients encrypt: wrapped, so that this server cannot read them, and stored as they are given. */
export const CLIENT_ENCRYPTION_KEYS: ResourceKind = {
  kind: 'clientencryptionkeys',
  feedName: 'ClientEncryptionKeys',
  ridOf: clientEncryptionKeyRid,
  readProperties,
};

function readProperties(body: JsonObject): NamedProperties {
  const id = readResourceId(body.id);
  const { encryptionAlgorithm, wrappedDataEncryptionKey, keyWrapMetadata } = body;
  const given = { encryptionAlgorithm, wrappedDataEncryptionKey, keyWrapMetadata };
  const missing = Object.entries(given).flatMap(([name, value]) =>
    value === undefined || value === null ? [name] : [],
  );
  if (missing.length > 0) throw missingProperties(missing);
  if (typeof encryptionAlgorithm !== 'string' || typeof wrappedDataEncryptionKey !== 'string')
    throw new CosmosError('BadRequest', 'encryptionAlgorithm and wrappedDataEncryptionKey are strings');
  if (!isJsonObject(keyWrapMetadata)) throw new CosmosError('BadRequest', 'keyWrapMetadata is an object');
  return { id, encryptionAlgorithm, wrappedDataEncryptionKey, keyWrapMetadata };
}
