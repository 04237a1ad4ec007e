import { CosmosError } from '../errors.ts';
import { assertPlainPath } from '../indexing/index-coverage.ts';
import { readArray, readInteger, readObject, readOptional, readString, readWord } from '../json.ts';

/** Sets of properties whose values no two items of a logical partition may share. Source: "Unique key constraints in Azure Cosmos DB". */
export interface UniqueKeyPolicy {
  readonly uniqueKeys: readonly { readonly paths: readonly string[] }[];
}

/** Stored without effect: there is one write region, so no conflict can arise. */
export interface ConflictResolutionPolicy {
  readonly mode: (typeof CONFLICT_MODES)[number];
  readonly conflictResolutionPath: string;
  readonly conflictResolutionProcedure: string;
}

/** Makes the all-versions-and-deletes change feed available. */
export interface ChangeFeedPolicy {
  /** How long changes are kept, in minutes; 0 keeps none. */
  readonly retentionDuration: number;
}

/** A property that queries may use as if it were stored. Source: "Computed properties in Azure Cosmos DB for NoSQL". */
export interface ComputedProperty {
  readonly name: string;
  /** `SELECT VALUE <expression> FROM c`. */
  readonly query: string;
}

export interface GeospatialConfig {
  readonly type: (typeof GEOSPATIAL_TYPES)[number];
}

const CONFLICT_MODES = ['LastWriterWins', 'Custom'] as const;
const GEOSPATIAL_TYPES = ['Geography', 'Geometry'] as const;

/** Source of both: "Azure Cosmos DB service quotas". */
const MAX_UNIQUE_KEYS = 10;
const MAX_UNIQUE_KEY_PATHS = 16;
/** Source: "Computed properties in Azure Cosmos DB for NoSQL", constraints. */
const MAX_COMPUTED_PROPERTIES = 20;
/** Continuous backup, which the all-versions feed reads from, goes back 30 days at most. */
const MAX_RETENTION_MINUTES = 30 * 24 * 60;
const MAX_TTL_SECONDS = 2 ** 31 - 1;
const SYSTEM_PROPERTIES = ['id', '_rid', '_ts', '_self', '_etag', '_attachments'];

/** The SDK for Java sends an empty policy for a container without unique keys. @throws CosmosError BadRequest */
export function readUniqueKeyPolicy(value: unknown, name: string): UniqueKeyPolicy {
  const { uniqueKeys } = readObject(value, name);
  const keys = readOptional(uniqueKeys, `${name}.uniqueKeys`, (v, n) => readArray(v, n, MAX_UNIQUE_KEYS)) ?? [];
  return { uniqueKeys: keys.map(readUniqueKey) };
}

/** @throws CosmosError BadRequest; without a value the service's default */
export function readConflictResolutionPolicy(value: unknown): ConflictResolutionPolicy {
  const name = 'conflictResolutionPolicy';
  const given = readOptional(value, name, readObject) ?? {};
  const mode = readOptional(given.mode, `${name}.mode`, (v, n) => readWord(v, n, CONFLICT_MODES)) ?? 'LastWriterWins';
  const path = readOptional(given.conflictResolutionPath, `${name}.conflictResolutionPath`, readString);
  const procedure = readOptional(given.conflictResolutionProcedure, `${name}.conflictResolutionProcedure`, readString);
  if (path) assertPlainPath(path);
  return {
    mode,
    conflictResolutionPath: path ?? (mode === 'LastWriterWins' ? '/_ts' : ''),
    conflictResolutionProcedure: procedure ?? '',
  };
}

/** @throws CosmosError BadRequest */
export function readChangeFeedPolicy(value: unknown, name: string): ChangeFeedPolicy {
  const { retentionDuration } = readObject(value, name);
  const limits = { min: 0, max: MAX_RETENTION_MINUTES };
  return { retentionDuration: readInteger(retentionDuration, `${name}.retentionDuration`, limits) };
}

/** @throws CosmosError BadRequest; the expression itself is left to the query engine */
export function readComputedProperties(value: unknown, name: string): readonly ComputedProperty[] {
  const properties = readArray(value, name, MAX_COMPUTED_PROPERTIES).map((entry) => readComputedProperty(entry, name));
  if (new Set(properties.map((property) => property.name)).size === properties.length) return properties;
  throw new CosmosError('BadRequest', `'${name}' names a property more than once`);
}

export function readGeospatialConfig(value: unknown): GeospatialConfig {
  const given = readOptional(value, 'geospatialConfig', readObject) ?? {};
  const type = readOptional(given.type, 'geospatialConfig.type', (v, n) => readWord(v, n, GEOSPATIAL_TYPES));
  return { type: type ?? 'Geography' };
}

/**
 * The seconds an item lives: of a container (`defaultTtl`) or of one item (`ttl`).
 *
 * @returns -1 for ever, else at least 1
 * @throws CosmosError BadRequest for anything else, 0 included
 */
export function readTtl(value: unknown): number {
  const isTtl = typeof value === 'number' && Number.isInteger(value) && value !== 0;
  if (isTtl && value >= -1 && value <= MAX_TTL_SECONDS) return value;
  throw new CosmosError(
    'BadRequest',
    `The input ttl '${String(JSON.stringify(value)).slice(0, 100)}' is invalid. Ensure to provide a nonzero positive integer less than or equal to '${MAX_TTL_SECONDS}', or -1.`,
  );
}

function readUniqueKey(entry: unknown): UniqueKeyPolicy['uniqueKeys'][number] {
  const name = 'uniqueKeys.paths';
  const paths = readArray(readObject(entry, 'uniqueKeys entry').paths, name, MAX_UNIQUE_KEY_PATHS);
  if (paths.length === 0) throw new CosmosError('BadRequest', 'A unique key has no path, expected at least one');
  return {
    paths: paths.map((path) => {
      const text = readString(path, name);
      assertPlainPath(text);
      return text;
    }),
  };
}

function readComputedProperty(entry: unknown, listName: string): ComputedProperty {
  const given = readObject(entry, `${listName} entry`);
  const name = readString(given.name, `${listName}.name`);
  const query = readString(given.query, `${listName}.query`);
  if (name === '' || SYSTEM_PROPERTIES.includes(name)) {
    throw new CosmosError('BadRequest', `A computed property cannot be named '${name}'`);
  }
  if (!/^\s*SELECT\s+VALUE\b/i.test(query)) {
    throw new CosmosError(
      'BadRequest',
      `The query of the computed property '${name.slice(0, 100)}' must start with SELECT VALUE`,
    );
  }
  return { name, query };
}
