import { CosmosError } from './errors.ts';
import { readArray, readObject, readOptional, readString, readWord, withoutUndefined } from './json-reader.ts';
import {
  MAX_PARTITION_KEY_PATHS,
  type PartitionKeyDefinition,
  SYSTEM_KEY_PATH,
} from './partition-key/partition-key.ts';
import { parsePropertyPath } from './property-path.ts';

const KINDS = ['Hash', 'MultiHash', 'Range'] as const;
const MAX_PATH_CHARACTERS = 1000;

/**
 * Reads the `partitionKey` of a container definition. Kind defaults to Hash; the version stays absent when it is not given.
 *
 * @param value undefined and null give the system key, `/_partitionKey`
 * @throws CosmosError BadRequest
 */
export function readPartitionKeyDefinition(value: unknown): PartitionKeyDefinition {
  const given = readOptional(value, 'partitionKey', readObject);
  if (!given) return { paths: [SYSTEM_KEY_PATH], kind: 'Hash', systemKey: true };
  const kind = readOptional(given.kind, 'partitionKey.kind', (v, n) => readWord(v, n, KINDS)) ?? 'Hash';
  const paths = readArray(given.paths, 'partitionKey.paths', MAX_PARTITION_KEY_PATHS).map(readKeyPath);
  assertPathsFitKind(paths, kind);
  const version = readOptional(given.version, 'partitionKey.version', readVersion);
  if (kind === 'MultiHash' && version === 1) throw invalid('kind MultiHash needs version 2');
  const systemKey = paths[0] === SYSTEM_KEY_PATH ? true : undefined;
  return withoutUndefined<PartitionKeyDefinition>({
    paths,
    kind,
    version: kind === 'MultiHash' ? 2 : version,
    systemKey,
  });
}

/** @throws CosmosError BadRequest when a replacement names another partition key; a missing version keeps the existing one */
export function assertSamePartitionKeyDefinition(
  current: PartitionKeyDefinition,
  wanted: PartitionKeyDefinition,
): void {
  const samePaths = current.paths.join() === wanted.paths.join();
  const sameVersion = wanted.version === undefined || wanted.version === (current.version ?? 1);
  if (samePaths && current.kind === wanted.kind && sameVersion) return;
  throw new CosmosError('BadRequest', 'Document collection partition key cannot be changed.');
}

function readKeyPath(value: unknown): string {
  const path = readString(value, 'partitionKey.paths');
  if (path.length > MAX_PATH_CHARACTERS) throw invalid(`a path is longer than ${MAX_PATH_CHARACTERS} characters`);
  const wildcard = parsePropertyPath(path).find((segment) => segment === '*' || segment === '?' || segment === '[]');
  if (wildcard !== undefined) throw invalid(`'${path}' holds the wildcard '${wildcard}'`);
  return path;
}

function assertPathsFitKind(paths: readonly string[], kind: PartitionKeyDefinition['kind']): void {
  if (kind === 'Range') throw invalid('kind Range is not emulated, use Hash');
  if (paths.length === 0) throw invalid('at least one path is needed');
  if (kind === 'Hash' && paths.length > 1)
    throw invalid('kind Hash takes one path, use MultiHash for a hierarchical key');
  if (new Set(paths).size < paths.length) throw invalid('a path is given more than once');
}

function readVersion(value: unknown, name: string): 1 | 2 {
  if (value === 1 || value === 2) return value;
  throw invalid(`'${name}' is ${String(JSON.stringify(value)).slice(0, 100)}, expected 1 or 2`);
}

function invalid(reason: string): CosmosError {
  return new CosmosError('BadRequest', `The partition key definition is invalid: ${reason}`);
}
