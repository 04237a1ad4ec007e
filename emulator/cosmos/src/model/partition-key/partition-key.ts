import { CosmosError } from '../errors.ts';
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parsePropertyPath,
  readArray,
  readObject,
  readOptional,
  readString,
  readWord,
  valueAt,
  withoutUndefined,
} from '../json.ts';

/** Which properties of an item form its partition key, and how they are hashed. */
export interface PartitionKeyDefinition {
  readonly paths: readonly string[];
  readonly kind: 'Hash' | 'MultiHash' | 'Range';
  /** The hash function; 1 when absent, as in the SDK (utils/hashing/hash). */
  readonly version?: 1 | 2;
  /** True for a container made without a key definition: its items have an empty key. */
  readonly systemKey?: boolean;
}

/** One value of a partition key; undefined is the SDK's `PartitionKey.None`, an item without the property. */
export type PartitionKeyComponent = undefined | null | boolean | number | string;

/** The logical partition key: one component per path; fewer in a prefix of a hierarchical key; none for a system key. */
export type PartitionKeyValue = readonly PartitionKeyComponent[];

/** The key path the service gives to containers that were created without one. */
export const SYSTEM_KEY_PATH = '/_partitionKey';

/** A hierarchical key has at most three levels. Source: "Hierarchical partition keys", Azure Cosmos DB documentation. */
export const MAX_PARTITION_KEY_PATHS = 3;

const KINDS = ['Hash', 'MultiHash', 'Range'] as const;
const MAX_PATH_CHARACTERS = 1000;

/** Longest text in a key, in UTF-8 bytes. Source: "Azure Cosmos DB service quotas", logical partition. */
const MAX_PARTITION_KEY_BYTES = 2048;

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
  if (kind === 'MultiHash' && version === 1) throw invalidDefinition('kind MultiHash needs version 2');
  // A container that a client creates with this path has an ordinary key: only the one that the service gives is a system key.
  const systemKey = paths[0] === SYSTEM_KEY_PATH && given.systemKey === true ? true : undefined;
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

/**
 * Decodes the header `x-ms-documentdb-partitionkey`: a JSON array with one scalar per path, `{}` standing for a missing value.
 *
 * @throws CosmosError BadRequest when the text is anything else
 */
export function parsePartitionKeyHeader(text: string): PartitionKeyValue {
  const parsed = parseJson(text);
  if (!Array.isArray(parsed) || parsed.length > MAX_PARTITION_KEY_PATHS) throw invalidKey(text);
  return parsed.map((component: unknown) => {
    if (isJsonObject(component) && Object.keys(component).length === 0) return undefined;
    if (!isComponent(component)) throw invalidKey(text);
    return normalize(component);
  });
}

/**
 * Returns a function that reads the partition key of an item. A missing property, an object and an array all count as undefined.
 *
 * @throws CosmosError BadRequest when a path of the definition cannot be parsed
 */
export function partitionKeyExtractor(definition: PartitionKeyDefinition): (item: JsonObject) => PartitionKeyValue {
  const paths = definition.paths.map(parsePropertyPath);
  if (!definition.systemKey) return (item) => paths.map((path) => componentAt(item, path));
  return (item) => {
    const key = paths.map((path) => componentAt(item, path));
    return key.every((component) => component === undefined || component === null) ? [] : key;
  };
}

/**
 * Converts the key of a request to the form that the container stores, and checks the number of components and their length.
 *
 * @returns the key, with `{}` for a system key turned into the empty key
 * @throws CosmosError BadRequest, substatus 1001, when the key does not name exactly one logical partition; BadRequest when a text is too long
 */
export function fullPartitionKey(key: PartitionKeyValue, definition: PartitionKeyDefinition): PartitionKeyValue {
  if (definition.systemKey && key.every((component) => component === undefined)) return [];
  if (key.length !== definition.paths.length) throw mismatchedPartitionKey();
  if (key.some(isTooLong))
    throw new CosmosError('BadRequest', `A partition key value is longer than ${MAX_PARTITION_KEY_BYTES} bytes`);
  return key;
}

/** True when the key is shorter than the definition's paths, so that it names a set of logical partitions of a hierarchical key. */
export function isPartitionKeyPrefix(key: PartitionKeyValue, definition: PartitionKeyDefinition): boolean {
  return definition.kind === 'MultiHash' && key.length > 0 && key.length < definition.paths.length;
}

/** True when `key` starts with all components of `prefix`; equal keys are prefixes of each other. */
export function startsWithPartitionKey(key: PartitionKeyValue, prefix: PartitionKeyValue): boolean {
  return prefix.length <= key.length && prefix.every((component, index) => component === key[index]);
}

export function equalPartitionKeys(left: PartitionKeyValue, right: PartitionKeyValue): boolean {
  return left.length === right.length && startsWithPartitionKey(left, right);
}

/** @throws CosmosError BadRequest, substatus 1001, when the item's key is not the one the request named */
export function assertSamePartitionKey(ofItem: PartitionKeyValue, ofRequest: PartitionKeyValue): void {
  if (equalPartitionKeys(ofItem, ofRequest)) return;
  throw new CosmosError(
    'BadRequest',
    "PartitionKey extracted from document doesn't match the one specified in the header",
    { substatus: 1001 },
  );
}

/** The canonical text of a key, for storing and comparing: the header's form, `["a",{},null,1]`. */
export function formatPartitionKey(key: PartitionKeyValue): string {
  return JSON.stringify(key.map((component) => (component === undefined ? {} : component)));
}

function componentAt(item: JsonObject, path: readonly string[]): PartitionKeyComponent {
  const value = valueAt(item, path);
  return isComponent(value) ? normalize(value) : undefined;
}

function isComponent(value: unknown): value is PartitionKeyComponent {
  if (typeof value === 'number') return Number.isFinite(value);
  return value === null || typeof value === 'boolean' || typeof value === 'string';
}

function isTooLong(component: PartitionKeyComponent): boolean {
  return typeof component === 'string' && Buffer.byteLength(component) > MAX_PARTITION_KEY_BYTES;
}

/** JSON writes -0 as 0, so the two are one key. */
function normalize(component: PartitionKeyComponent): PartitionKeyComponent {
  return component === 0 ? 0 : component;
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue; // what JSON.parse gives, by definition
  } catch {
    throw invalidKey(text);
  }
}

function invalidKey(text: string): CosmosError {
  return new CosmosError('BadRequest', `Partition key ${text.slice(0, 200)} is invalid.`);
}

function mismatchedPartitionKey(): CosmosError {
  return new CosmosError(
    'BadRequest',
    "Partition key provided either doesn't correspond to definition in the collection or doesn't match partition key field values specified in the document.",
    { substatus: 1001 },
  );
}

function readKeyPath(value: unknown): string {
  const path = readString(value, 'partitionKey.paths');
  if (path.length > MAX_PATH_CHARACTERS)
    throw invalidDefinition(`a path is longer than ${MAX_PATH_CHARACTERS} characters`);
  const unfit = unfitPositionIn(path);
  if (unfit === -1) return path;
  throw new CosmosError(
    'BadRequest',
    `The partition key component definition path '${path}' could not be accepted, failed near position '${unfit}'. Partition key paths must contain only valid characters and not contain a trailing slash or wildcard character.`,
  );
}

/** Names without quotes have neither white space nor wildcards. */
const UNFIT_IN_NAME = /[\s*?[\]]/;

/** Where a path stops being one of names; -1 for one that is. */
function unfitPositionIn(path: string): number {
  if (!path.startsWith('/')) return 0;
  if (path.endsWith('/')) return path.length - 1;
  const names = /\/(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^/"'][^/]*)/y;
  let end = 0;
  for (let match = names.exec(path); match; match = names.exec(path)) {
    const [text] = match;
    const isQuoted = text[1] === '"' || text[1] === "'";
    if (!isQuoted && UNFIT_IN_NAME.test(text)) return match.index + text.search(UNFIT_IN_NAME);
    end = names.lastIndex;
  }
  return end === path.length ? -1 : end;
}

function assertPathsFitKind(paths: readonly string[], kind: PartitionKeyDefinition['kind']): void {
  if (kind === 'Range') throw invalidDefinition('kind Range is not emulated, use Hash');
  if (paths.length === 0) throw invalidDefinition('at least one path is needed');
  if (kind === 'Hash' && paths.length > 1)
    throw invalidDefinition('kind Hash takes one path, use MultiHash for a hierarchical key');
  if (new Set(paths).size < paths.length) throw invalidDefinition('a path is given more than once');
}

/** The SDK for Java writes `V1` and `V2`. */
function readVersion(value: unknown, name: string): 1 | 2 {
  if (value === 1 || value === 'V1') return 1;
  if (value === 2 || value === 'V2') return 2;
  throw invalidDefinition(`'${name}' is ${String(JSON.stringify(value)).slice(0, 100)}, expected 1 or 2`);
}

function invalidDefinition(reason: string): CosmosError {
  return new CosmosError('BadRequest', `The partition key definition is invalid: ${reason}`);
}
