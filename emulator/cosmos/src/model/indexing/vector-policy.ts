import { CosmosError } from '../errors.ts';
import { readArray, readInteger, readObject, readOptional, readString, readWord, withoutUndefined } from '../json.ts';
import { assertPlainPath } from './index-coverage.ts';
import type { IndexingPolicy } from './indexing-policy.ts';

/** Which properties hold vectors. Source: "Vector search in Azure Cosmos DB for NoSQL", container vector policies. */
export interface VectorEmbeddingPolicy {
  readonly vectorEmbeddings: readonly VectorEmbedding[];
}

export interface VectorEmbedding {
  readonly path: string;
  readonly dataType: (typeof VECTOR_DATA_TYPES)[number];
  readonly dimensions: number;
  readonly distanceFunction: (typeof DISTANCE_FUNCTIONS)[number];
}

/** Which properties hold text for full-text search. Source: "Full-text search in Azure Cosmos DB for NoSQL". */
export interface FullTextPolicy {
  readonly defaultLanguage?: string;
  readonly fullTextPaths: readonly { readonly path: string; readonly language?: string }[];
}

const VECTOR_DATA_TYPES = ['float32', 'float16', 'uint8', 'int8'] as const;
const DISTANCE_FUNCTIONS = ['cosine', 'euclidean', 'dotproduct'] as const;
/** 1033 is the code of en-US in Windows, which clients of the preview still send. */
const LANGUAGES = ['en-US', 'de-DE', 'es-ES', 'fr-FR', 'it-IT', 'pt-BR', 'pt-PT', '1033'] as const;
const MAX_DIMENSIONS = 4096;
/** A flat index keeps whole vectors, of at most this many dimensions. */
const MAX_FLAT_DIMENSIONS = 505;
const MAX_POLICY_PATHS = 100;

/** @throws CosmosError BadRequest when the policy is malformed or names a path twice */
export function readVectorEmbeddingPolicy(value: unknown, name: string): VectorEmbeddingPolicy {
  const { vectorEmbeddings } = readObject(value, name);
  const embeddings = readArray(vectorEmbeddings, `${name}.vectorEmbeddings`, MAX_POLICY_PATHS).map(readVectorEmbedding);
  assertDistinctPaths(embeddings, name);
  return { vectorEmbeddings: embeddings };
}

/** @throws CosmosError BadRequest when the policy is malformed or names a path twice */
export function readFullTextPolicy(value: unknown, name: string): FullTextPolicy {
  const { defaultLanguage, fullTextPaths } = readObject(value, name);
  const paths = readOptional(fullTextPaths, `${name}.fullTextPaths`, (v, n) => readArray(v, n, MAX_POLICY_PATHS)) ?? [];
  const policy = withoutUndefined<FullTextPolicy>({
    defaultLanguage: readOptional(defaultLanguage, `${name}.defaultLanguage`, readLanguage),
    fullTextPaths: paths.map(readFullTextPath),
  });
  assertDistinctPaths(policy.fullTextPaths, name);
  return policy;
}

/** @throws CosmosError BadRequest when a vector or full-text index is on a path that no policy describes, or is too wide for it */
export function assertSpecialIndexesDescribed(
  indexing: IndexingPolicy,
  vectors: VectorEmbeddingPolicy | undefined,
  fullText: FullTextPolicy | undefined,
): void {
  for (const { path, type } of indexing.vectorIndexes ?? []) {
    const embedding = vectors?.vectorEmbeddings.find((each) => each.path === path);
    if (!embedding) throw undescribed(`The Vector Indexing Policy's path::${path} not matching in Embedding's path.`);
    if (type === 'flat' && embedding.dimensions > MAX_FLAT_DIMENSIONS) throw tooWideForFlat(embedding);
  }
  for (const { path } of indexing.fullTextIndexes ?? []) {
    if (fullText?.fullTextPaths.some((each) => each.path === path)) continue;
    throw undescribed(
      `The path of the Full Text Index ${path} does not match the path specified in the Full Text Policy`,
    );
  }
}

function readVectorEmbedding(entry: unknown): VectorEmbedding {
  const embedding = readObject(entry, 'vectorEmbeddings entry');
  const path = readString(embedding.path, 'vectorEmbeddings.path');
  assertPlainPath(path);
  return {
    path,
    dataType: readWord(embedding.dataType, 'vectorEmbeddings.dataType', VECTOR_DATA_TYPES),
    dimensions: readInteger(embedding.dimensions, 'vectorEmbeddings.dimensions', { min: 1, max: MAX_DIMENSIONS }),
    distanceFunction: readWord(embedding.distanceFunction, 'vectorEmbeddings.distanceFunction', DISTANCE_FUNCTIONS),
  };
}

function readFullTextPath(entry: unknown): FullTextPolicy['fullTextPaths'][number] {
  const { path: given, language } = readObject(entry, 'fullTextPaths entry');
  const path = readString(given, 'fullTextPaths.path');
  assertPlainPath(path);
  return withoutUndefined<{ path: string; language?: string }>({
    path,
    language: readOptional(language, 'fullTextPaths.language', readLanguage),
  });
}

function readLanguage(value: unknown, name: string): string {
  return readWord(value, name, LANGUAGES);
}

function assertDistinctPaths(entries: readonly { readonly path: string }[], name: string): void {
  if (new Set(entries.map(({ path }) => path)).size === entries.length) return;
  throw new CosmosError('BadRequest', `'${name}' names a path more than once`);
}

/** @param message the service's words */
function undescribed(message: string): CosmosError {
  return new CosmosError('BadRequest', message);
}

function tooWideForFlat({ path, dimensions }: VectorEmbedding): CosmosError {
  return new CosmosError(
    'BadRequest',
    `The flat index on '${path}' allows ${MAX_FLAT_DIMENSIONS} dimensions, not ${dimensions}`,
  );
}
