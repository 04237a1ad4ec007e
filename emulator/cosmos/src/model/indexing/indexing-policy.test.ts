import fc from 'fast-check';
import { cosmosErrorOf, expectValueOrClientError } from '../../testing/expect-cosmos-error.ts';
import { readContainerDefinition } from '../container/container-definition.ts';
import { readIndexingPolicy } from './indexing-policy.ts';

const etag = { path: '/"_etag"/?' };

test('readIndexingPolicy() adds the etag to the excluded paths', () => {
  const policy = readIndexingPolicy({ includedPaths: [{ path: '/*' }], excludedPaths: [{ path: '/big/*' }] });
  expect(policy.excludedPaths).toEqual([{ path: '/big/*' }, etag]);
});

test('readIndexingPolicy() includes everything when only excluded paths are given', () => {
  expect(readIndexingPolicy({ excludedPaths: [{ path: '/"a b"/?' }] }).includedPaths).toEqual([{ path: '/*' }]);
});

test('readIndexingPolicy() keeps a policy that excludes everything', () => {
  const policy = readIndexingPolicy({ includedPaths: [{ path: '/name/?' }], excludedPaths: [{ path: '/*' }] });
  expect(policy.includedPaths).toEqual([{ path: '/name/?' }]);
  expect(policy.excludedPaths).toEqual([{ path: '/*' }, etag]);
});

test('readIndexingPolicy() writes the mode in lower case and the old root path as /*', () => {
  const policy = readIndexingPolicy({ indexingMode: 'Consistent', includedPaths: [{ path: '/' }] });
  expect(policy.indexingMode).toBe('consistent');
  expect(policy.includedPaths).toEqual([{ path: '/*' }]);
});

test('readIndexingPolicy() of mode none lists no path', () => {
  expect(readIndexingPolicy({ indexingMode: 'none' })).toEqual({
    indexingMode: 'none',
    automatic: false,
    includedPaths: [],
    excludedPaths: [],
  });
});

test('readIndexingPolicy() keeps composite and spatial indexes and fills in their defaults', () => {
  const policy = readIndexingPolicy({
    compositeIndexes: [[{ path: '/a' }, { path: '/b', order: 'descending' }]],
    spatialIndexes: [{ path: '/place/*', types: ['Point'] }],
    includedPaths: [{ path: '/*', indexes: [{ kind: 'Range', dataType: 'Number', precision: -1 }] }],
  });
  expect(policy.compositeIndexes).toEqual([
    [
      { path: '/a', order: 'ascending' },
      { path: '/b', order: 'descending' },
    ],
  ]);
  expect(policy.spatialIndexes).toEqual([{ path: '/place/*', types: ['Point'] }]);
  expect(policy.includedPaths[0]?.indexes).toEqual([{ kind: 'Range', dataType: 'Number', precision: -1 }]);
});

test.each([
  ['an unknown mode', { indexingMode: 'eager' }],
  ['automatic that is a text', { automatic: 'yes' }],
  ['mode none with automatic', { indexingMode: 'none', automatic: true }],
  ['mode none with a composite index', { indexingMode: 'none', compositeIndexes: [[{ path: '/a' }, { path: '/b' }]] }],
  ['paths without the root', { includedPaths: [{ path: '/a/?' }] }],
  ['the root in both sets', { includedPaths: [{ path: '/*' }], excludedPaths: [{ path: '/*' }] }],
  ['a path without its end', { includedPaths: [{ path: '/*' }, { path: '/a' }] }],
  ['a path with an open quote', { includedPaths: [{ path: '/*' }, { path: '/"a/?' }] }],
  ['a path that is no text', { includedPaths: [{ path: 1 }] }],
  ['paths that are no list', { includedPaths: {} }],
  ['a composite index of one path', { compositeIndexes: [[{ path: '/a' }]] }],
  ['a composite index with a wildcard', { compositeIndexes: [[{ path: '/a/*' }, { path: '/b' }]] }],
  ['a composite index with an unknown order', { compositeIndexes: [[{ path: '/a', order: 'up' }, { path: '/b' }]] }],
  ['an unknown spatial type', { spatialIndexes: [{ path: '/a/*', types: ['Circle'] }] }],
  ['an unknown vector index type', { vectorIndexes: [{ path: '/v', type: 'hnsw' }] }],
])('readIndexingPolicy() rejects %s', (_, policy) => {
  expect(cosmosErrorOf(() => readIndexingPolicy(policy)).status).toBe(400);
});

test('readIndexingPolicy() names the missing root as the service does', () => {
  expect(cosmosErrorOf(() => readIndexingPolicy({ includedPaths: [{ path: '/a/?' }] })).message).toContain(
    'special mandatory indexing path',
  );
});

describe('vector and full-text indexes', () => {
  const container = (dimensions: number, indexPath = '/v', type = 'flat') => ({
    id: 'c',
    vectorEmbeddingPolicy: {
      vectorEmbeddings: [{ path: '/v', dataType: 'float32', dimensions, distanceFunction: 'dotproduct' }],
    },
    indexingPolicy: { vectorIndexes: [{ path: indexPath, type }] },
  });

  test('are kept when a policy describes their path', () => {
    expect(readContainerDefinition(container(3)).indexingPolicy.vectorIndexes).toEqual([{ path: '/v', type: 'flat' }]);
    expect(() => readContainerDefinition(container(4096, '/v', 'diskANN'))).not.toThrow();
  });

  test.each([
    ['an index on another path', container(3, '/w')],
    ['a flat index that is too wide', container(506)],
    ['too many dimensions', container(4097, '/v', 'diskANN')],
    ['a full-text index without policy', { id: 'c', indexingPolicy: { fullTextIndexes: [{ path: '/text' }] } }],
    ['an unknown language', { id: 'c', fullTextPolicy: { defaultLanguage: 'tlh', fullTextPaths: [] } }],
  ])('are rejected: %s', (_, body) => {
    expect(cosmosErrorOf(() => readContainerDefinition(body)).status).toBe(400);
  });
});

test('readIndexingPolicy() returns the full one or throws 400 for any policy, and accepts its own result unchanged', () => {
  const part = fc.constantFrom('/', 'a', '*', '?', '"', '[]', '/*', '/?');
  const path = fc.record({
    path: fc.oneof(
      fc.constant('/*'),
      fc.array(part).map((parts) => parts.join('')),
    ),
  });
  const paths = fc.array(path, { maxLength: 3 });
  const policy = fc.record(
    {
      indexingMode: fc.constantFrom('consistent', 'none', 'x'),
      includedPaths: paths,
      excludedPaths: paths,
      compositeIndexes: fc.array(paths, { maxLength: 2 }),
      spatialIndexes: paths,
      vectorIndexes: fc.oneof(paths, fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(policy, (given) => {
      expectValueOrClientError(() => {
        const full = readIndexingPolicy(given);
        expect(readIndexingPolicy(full)).toEqual(full);
      });
    }),
    { numRuns: 500 },
  );
});
