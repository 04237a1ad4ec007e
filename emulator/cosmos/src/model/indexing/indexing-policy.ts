import { CosmosError } from '../errors.ts';
import {
  type JsonObject,
  readArray,
  readBoolean,
  readInteger,
  readNumber,
  readObject,
  readOptional,
  readString,
  readWord,
  withoutUndefined,
} from '../json.ts';
import { assertPlainPath, type CompositePath, parseIndexingPath, ROOT_INDEXING_PATH } from './index-coverage.ts';

/** Which parts of each item are indexed. Source: "Indexing policies in Azure Cosmos DB". */
export interface IndexingPolicy {
  readonly indexingMode: 'consistent' | 'lazy' | 'none';
  readonly automatic: boolean;
  readonly includedPaths: readonly IndexedPath[];
  readonly excludedPaths: readonly IndexedPath[];
  readonly compositeIndexes?: readonly (readonly CompositePath[])[];
  readonly spatialIndexes?: readonly SpatialIndex[];
  readonly vectorIndexes?: readonly VectorIndex[];
  readonly fullTextIndexes?: readonly { readonly path: string }[];
}

export interface IndexedPath {
  readonly path: string;
  /** Index kinds of the first indexing policy version; stored and without effect, as in the service. */
  readonly indexes?: readonly IndexKind[];
}

export interface IndexKind {
  readonly kind: (typeof INDEX_KINDS)[number];
  readonly dataType?: (typeof INDEX_DATA_TYPES)[number];
  readonly precision?: number;
}

export interface SpatialIndex {
  readonly path: string;
  readonly types: readonly (typeof SPATIAL_TYPES)[number][];
  readonly boundingBox?: Readonly<Record<'xmin' | 'ymin' | 'xmax' | 'ymax', number>>;
}

/** Source: "Vector search in Azure Cosmos DB for NoSQL", vector indexing policies. */
export interface VectorIndex {
  readonly path: string;
  readonly type: (typeof VECTOR_INDEX_TYPES)[number];
  readonly quantizationByteSize?: number;
  readonly indexingSearchListSize?: number;
  readonly vectorIndexShardKey?: readonly string[];
}

const INDEXING_MODES = ['consistent', 'lazy', 'none'] as const;
const ORDERS = ['ascending', 'descending'] as const;
const SPATIAL_TYPES = ['Point', 'LineString', 'Polygon', 'MultiPolygon'] as const;
const INDEX_KINDS = ['Hash', 'Range', 'Spatial'] as const;
const INDEX_DATA_TYPES = ['Number', 'String', 'Point', 'LineString', 'Polygon', 'MultiPolygon'] as const;

const VECTOR_INDEX_TYPES = ['flat', 'quantizedFlat', 'diskANN'] as const;
const QUANTIZATION_BYTES = { min: 1, max: 512 };
const SEARCH_LIST_SIZE = { min: 10, max: 500 };
const MAX_SPECIAL_INDEXES = 100;

/** The path that the service excludes unless a policy includes it. */
const ETAG_PATH: IndexedPath = { path: '/"_etag"/?' };

/** Limits of this server; the limits of composite indexes are the service's ("Azure Cosmos DB service quotas"). */
const MAX_PATHS = 1000;
const MAX_COMPOSITE_INDEXES = 100;
const COMPOSITE_PATHS = { min: 2, max: 8 };

/**
 * Reads an indexing policy and fills in what the service fills in.
 *
 * @param value undefined and null give the default policy: everything indexed but the etag
 * @throws CosmosError BadRequest when the service would reject the policy
 */
export function readIndexingPolicy(value: unknown): IndexingPolicy {
  const policy = readOptional(value, 'indexingPolicy', readObject) ?? {};
  const indexingMode = readOptional(policy.indexingMode, 'indexingMode', readIndexingMode) ?? 'consistent';
  const automatic = readOptional(policy.automatic, 'automatic', readBoolean) ?? indexingMode !== 'none';
  if (indexingMode === 'none') return policyWithoutIndex(policy, automatic);
  return withoutUndefined<IndexingPolicy>({
    indexingMode,
    automatic,
    ...readPathSets(policy),
    compositeIndexes: readOptional(policy.compositeIndexes, 'compositeIndexes', readCompositeIndexes),
    spatialIndexes: readOptional(policy.spatialIndexes, 'spatialIndexes', readSpatialIndexes),
    vectorIndexes: readOptional(policy.vectorIndexes, 'vectorIndexes', readVectorIndexes),
    fullTextIndexes: readOptional(policy.fullTextIndexes, 'fullTextIndexes', readFullTextIndexes),
  });
}

function readIndexingMode(value: unknown, name: string): IndexingPolicy['indexingMode'] {
  return readWord(value, name, INDEXING_MODES);
}

/** Drops the paths, so that a policy read from the service can be sent back with another mode. */
function policyWithoutIndex(policy: JsonObject, automatic: boolean): IndexingPolicy {
  const listed = ['compositeIndexes', 'spatialIndexes', 'vectorIndexes', 'fullTextIndexes'].find(
    (name) => Array.isArray(policy[name]) && policy[name].length > 0,
  );
  if (listed !== undefined || automatic) {
    throw new CosmosError('BadRequest', `indexingMode 'none' allows no ${listed ?? 'automatic indexing'}`);
  }
  return { indexingMode: 'none', automatic: false, includedPaths: [], excludedPaths: [] };
}

function readPathSets(policy: JsonObject): Pick<IndexingPolicy, 'includedPaths' | 'excludedPaths'> {
  const included = readOptional(policy.includedPaths, 'includedPaths', readIndexedPaths);
  const excluded = readOptional(policy.excludedPaths, 'excludedPaths', readIndexedPaths) ?? [];
  const includedPaths = included ?? (hasPath(excluded, ROOT_INDEXING_PATH) ? [] : [{ path: ROOT_INDEXING_PATH }]);
  const all = [...includedPaths, ...excluded];
  if (all.length === 0) return { includedPaths: [{ path: ROOT_INDEXING_PATH }], excludedPaths: [ETAG_PATH] };
  assertRootOnce(includedPaths, excluded);
  const excludedPaths = hasPath(all, ETAG_PATH.path) ? excluded : [...excluded, ETAG_PATH];
  return { includedPaths, excludedPaths };
}

function readIndexedPaths(value: unknown, name: string): readonly IndexedPath[] {
  return readArray(value, name, MAX_PATHS).map((entry) => readIndexedPath(entry, name));
}

function readIndexedPath(entry: unknown, name: string): IndexedPath {
  const { path: given, indexes } = readObject(entry, `${name} entry`);
  const text = readString(given, `${name}.path`);
  const path = text === '/' ? ROOT_INDEXING_PATH : text;
  parseIndexingPath(path);
  return withoutUndefined<IndexedPath>({ path, indexes: readOptional(indexes, `${name}.indexes`, readIndexKinds) });
}

function readIndexKinds(value: unknown, name: string): readonly IndexKind[] {
  return readArray(value, name, MAX_PATHS).map((entry) => {
    const index = readObject(entry, name);
    return withoutUndefined<IndexKind>({
      kind: readWord(index.kind, `${name}.kind`, INDEX_KINDS),
      dataType: readOptional(index.dataType, `${name}.dataType`, (v, n) => readWord(v, n, INDEX_DATA_TYPES)),
      precision: readOptional(index.precision, `${name}.precision`, (v, n) => readInteger(v, n, { min: -1, max: 100 })),
    });
  });
}

function assertRootOnce(included: readonly IndexedPath[], excluded: readonly IndexedPath[]): void {
  const count = [...included, ...excluded].filter(({ path }) => path === ROOT_INDEXING_PATH).length;
  if (count === 1) return;
  const message =
    count === 0
      ? 'The special mandatory indexing path "\\/" is not provided in any of the path type sets. Please provide this path in one of the sets.'
      : `The indexing path '${ROOT_INDEXING_PATH}' is given more than once`;
  throw new CosmosError('BadRequest', message);
}

function hasPath(paths: readonly IndexedPath[], wanted: string): boolean {
  return paths.some(({ path }) => path === wanted);
}

function readCompositeIndexes(value: unknown, name: string): readonly (readonly CompositePath[])[] {
  return readArray(value, name, MAX_COMPOSITE_INDEXES).map((entry) => {
    const paths = readArray(entry, name, COMPOSITE_PATHS.max).map((path) => readCompositePath(path, name));
    if (paths.length >= COMPOSITE_PATHS.min) return paths;
    throw new CosmosError('BadRequest', `A composite index has ${paths.length} paths, expected at least 2`);
  });
}

function readCompositePath(entry: unknown, name: string): CompositePath {
  const { path: given, order } = readObject(entry, `${name} path`);
  const path = readString(given, `${name}.path`);
  assertPlainPath(path);
  return { path, order: readOptional(order, `${name}.order`, (v, n) => readWord(v, n, ORDERS)) ?? 'ascending' };
}

function readSpatialIndexes(value: unknown, name: string): readonly SpatialIndex[] {
  return readArray(value, name, MAX_PATHS).map((entry) => {
    const { path: given, types, boundingBox } = readObject(entry, `${name} entry`);
    const path = readString(given, `${name}.path`);
    parseIndexingPath(path);
    const wanted =
      readOptional(types, `${name}.types`, (v, n) => readArray(v, n, SPATIAL_TYPES.length)) ?? SPATIAL_TYPES;
    return withoutUndefined<SpatialIndex>({
      path,
      types: wanted.map((type) => readWord(type, `${name}.types`, SPATIAL_TYPES)),
      boundingBox: readOptional(boundingBox, `${name}.boundingBox`, readBoundingBox),
    });
  });
}

function readBoundingBox(value: unknown, name: string): NonNullable<SpatialIndex['boundingBox']> {
  const box = readObject(value, name);
  return {
    xmin: readNumber(box.xmin, `${name}.xmin`),
    ymin: readNumber(box.ymin, `${name}.ymin`),
    xmax: readNumber(box.xmax, `${name}.xmax`),
    ymax: readNumber(box.ymax, `${name}.ymax`),
  };
}

/** @throws CosmosError BadRequest when an entry is not a vector index */
function readVectorIndexes(value: unknown, name: string): readonly VectorIndex[] {
  return readArray(value, name, MAX_SPECIAL_INDEXES).map((entry) => {
    const index = readObject(entry, `${name} entry`);
    return withoutUndefined<VectorIndex>({
      path: readPlainPath(index.path, `${name}.path`),
      type: readWord(index.type, `${name}.type`, VECTOR_INDEX_TYPES),
      quantizationByteSize: readOptional(index.quantizationByteSize, `${name}.quantizationByteSize`, (v, n) =>
        readInteger(v, n, QUANTIZATION_BYTES),
      ),
      indexingSearchListSize: readOptional(index.indexingSearchListSize, `${name}.indexingSearchListSize`, (v, n) =>
        readInteger(v, n, SEARCH_LIST_SIZE),
      ),
      vectorIndexShardKey: readOptional(index.vectorIndexShardKey, `${name}.vectorIndexShardKey`, (v, n) =>
        readArray(v, n, MAX_SPECIAL_INDEXES).map((path) => readPlainPath(path, n)),
      ),
    });
  });
}

/** @throws CosmosError BadRequest when an entry is not a full-text index */
function readFullTextIndexes(value: unknown, name: string): readonly { readonly path: string }[] {
  return readArray(value, name, MAX_SPECIAL_INDEXES).map((entry) => ({
    path: readPlainPath(readObject(entry, `${name} entry`).path, `${name}.path`),
  }));
}

function readPlainPath(value: unknown, name: string): string {
  const path = readString(value, name);
  assertPlainPath(path);
  return path;
}
