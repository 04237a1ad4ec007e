import { assertPlainPath } from './indexing-path.ts';
import {
  readArray,
  readInteger,
  readObject,
  readOptional,
  readString,
  readWord,
  withoutUndefined,
} from './json-reader.ts';

/** Source: "Vector search in Azure Cosmos DB for NoSQL", vector indexing policies. */
export interface VectorIndex {
  readonly path: string;
  readonly type: (typeof VECTOR_INDEX_TYPES)[number];
  readonly quantizationByteSize?: number;
  readonly indexingSearchListSize?: number;
  readonly vectorIndexShardKey?: readonly string[];
}

const VECTOR_INDEX_TYPES = ['flat', 'quantizedFlat', 'diskANN'] as const;
const QUANTIZATION_BYTES = { min: 1, max: 512 };
const SEARCH_LIST_SIZE = { min: 10, max: 500 };
const MAX_SPECIAL_INDEXES = 100;

/** @throws CosmosError BadRequest when an entry is not a vector index */
export function readVectorIndexes(value: unknown, name: string): readonly VectorIndex[] {
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
export function readFullTextIndexes(value: unknown, name: string): readonly { readonly path: string }[] {
  return readArray(value, name, MAX_SPECIAL_INDEXES).map((entry) => ({
    path: readPlainPath(readObject(entry, `${name} entry`).path, `${name}.path`),
  }));
}

function readPlainPath(value: unknown, name: string): string {
  const path = readString(value, name);
  assertPlainPath(path);
  return path;
}
