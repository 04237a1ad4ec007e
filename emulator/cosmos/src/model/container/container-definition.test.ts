import fc from 'fast-check';
import { cosmosErrorOf, expectValueOrClientError } from '../../testing/expect-cosmos-error.ts';
import { readContainerDefinition, readContainerReplacement } from './container-definition.ts';

const minimal = { id: 'orders', partitionKey: { paths: ['/pk'] } };
const created = readContainerDefinition(minimal);

describe('readContainerDefinition()', () => {
  test('fills in what the service fills in', () => {
    expect(created).toEqual({
      id: 'orders',
      partitionKey: { paths: ['/pk'], kind: 'Hash' },
      indexingPolicy: {
        indexingMode: 'consistent',
        automatic: true,
        includedPaths: [{ path: '/*' }],
        excludedPaths: [{ path: '/"_etag"/?' }],
      },
      conflictResolutionPolicy: {
        mode: 'LastWriterWins',
        conflictResolutionPath: '/_ts',
        conflictResolutionProcedure: '',
      },
      geospatialConfig: { type: 'Geography' },
    });
  });

  test('gives a container without a key definition the system key', () => {
    const systemKey = { paths: ['/_partitionKey'], kind: 'Hash', systemKey: true };
    expect(readContainerDefinition({ id: 'c' }).partitionKey).toEqual(systemKey);
    const given = { paths: ['/_partitionKey'], kind: 'Hash' };
    expect(readContainerDefinition({ id: 'c', partitionKey: given }).partitionKey).toEqual(given);
  });

  test('reads the version of a key as a word, as the SDK for Java writes it', () => {
    const partitionKey = { paths: ['/a'], version: 'V2' };
    expect(readContainerDefinition({ id: 'c', partitionKey }).partitionKey.version).toBe(2);
  });

  test('reads a unique key policy without keys, as the SDK for Java sends it', () => {
    expect(readContainerDefinition({ ...minimal, uniqueKeyPolicy: {} }).uniqueKeyPolicy).toEqual({ uniqueKeys: [] });
  });

  test('gives a hierarchical key version 2', () => {
    const partitionKey = { paths: ['/a', '/b', '/c'], kind: 'MultiHash' };
    expect(readContainerDefinition({ id: 'c', partitionKey }).partitionKey).toEqual({ ...partitionKey, version: 2 });
  });

  test('keeps every policy it is given', () => {
    const policies = {
      uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/email', '/name/first'] }] },
      defaultTtl: -1,
      changeFeedPolicy: { retentionDuration: 5 },
      computedProperties: [{ name: 'lower', query: 'SELECT VALUE LOWER(c.name) FROM c' }],
      vectorEmbeddingPolicy: {
        vectorEmbeddings: [{ path: '/v', dataType: 'float32', dimensions: 3, distanceFunction: 'cosine' }],
      },
      fullTextPolicy: { defaultLanguage: '1033', fullTextPaths: [{ path: '/text', language: 'en-US' }] },
      geospatialConfig: { type: 'Geometry' },
      analyticalStorageTtl: 0,
      clientEncryptionPolicy: { includedPaths: [], policyFormatVersion: 1 },
      conflictResolutionPolicy: { mode: 'Custom', conflictResolutionPath: '', conflictResolutionProcedure: 'p' },
    };
    expect(readContainerDefinition({ ...minimal, ...policies })).toMatchObject(policies);
  });

  test.each([
    ['a body that is not an object', []],
    ['a missing id', { partitionKey: minimal.partitionKey }],
    ['an empty id', { ...minimal, id: '' }],
    ['an id with a slash', { ...minimal, id: 'a/b' }],
    ['an id with a question mark', { ...minimal, id: 'a?b' }],
    ['an id that ends with a space', { ...minimal, id: 'a ' }],
    ['an id of 256 characters', { ...minimal, id: 'a'.repeat(256) }],
    ['a key without paths', { id: 'c', partitionKey: {} }],
    ['a key with an empty list of paths', { id: 'c', partitionKey: { paths: [] } }],
    ['a key path without slash', { id: 'c', partitionKey: { paths: ['pk'] } }],
    ['a key path with a wildcard', { id: 'c', partitionKey: { paths: ['/pk/*'] } }],
    ['two paths of kind Hash', { id: 'c', partitionKey: { paths: ['/a', '/b'] } }],
    ['four paths', { id: 'c', partitionKey: { paths: ['/a', '/b', '/c', '/d'], kind: 'MultiHash' } }],
    ['the same path twice', { id: 'c', partitionKey: { paths: ['/a', '/a'], kind: 'MultiHash' } }],
    ['a hierarchical key of version 1', { id: 'c', partitionKey: { paths: ['/a'], kind: 'MultiHash', version: 1 } }],
    ['kind Range', { id: 'c', partitionKey: { paths: ['/a'], kind: 'Range' } }],
    ['version 3', { id: 'c', partitionKey: { paths: ['/a'], version: 3 } }],
    ['a defaultTtl of 0', { ...minimal, defaultTtl: 0 }],
    ['a defaultTtl of -2', { ...minimal, defaultTtl: -2 }],
    ['a defaultTtl with a fraction', { ...minimal, defaultTtl: 1.5 }],
    ['a defaultTtl above 2^31-1', { ...minimal, defaultTtl: 2 ** 31 }],
    ['an empty unique key', { ...minimal, uniqueKeyPolicy: { uniqueKeys: [{ paths: [] }] } }],
    ['eleven unique keys', { ...minimal, uniqueKeyPolicy: { uniqueKeys: Array(11).fill({ paths: ['/a'] }) } }],
    ['a negative retention', { ...minimal, changeFeedPolicy: { retentionDuration: -1 } }],
    ['an unknown conflict mode', { ...minimal, conflictResolutionPolicy: { mode: 'x' } }],
    ['a computed property named id', { ...minimal, computedProperties: [{ name: 'id', query: 'SELECT VALUE 1' }] }],
    ['a computed property that is no query', { ...minimal, computedProperties: [{ name: 'a', query: 'c.a' }] }],
    ['a container kind that is not emulated', { ...minimal, materializedViewDefinition: {} }],
  ])('rejects %s', (_, body) => {
    expect(cosmosErrorOf(() => readContainerDefinition(body)).status).toBe(400);
  });

  test('returns a definition or throws 400 for any JSON', () => {
    const names = fc.constantFrom(
      'id',
      'partitionKey',
      'indexingPolicy',
      'uniqueKeyPolicy',
      'defaultTtl',
      'computedProperties',
      'vectorEmbeddingPolicy',
      'fullTextPolicy',
      'conflictResolutionPolicy',
      'geospatialConfig',
    );
    fc.assert(
      fc.property(fc.dictionary(names, fc.jsonValue()), (members) => {
        expectValueOrClientError(() => readContainerDefinition({ ...minimal, ...members }));
        expectValueOrClientError(() => readContainerDefinition(members));
      }),
    );
  });
});

describe('readContainerReplacement()', () => {
  const withKeys = readContainerDefinition({
    ...minimal,
    partitionKey: { paths: ['/pk'], version: 2 },
    uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/email'] }] },
    defaultTtl: 10,
  });

  test('accepts the definition that it returned, with system properties, unchanged', () => {
    const readBack = JSON.parse(JSON.stringify({ ...withKeys, _rid: 'x', _etag: 'y' }));
    expect(readContainerReplacement(withKeys, readBack)).toEqual(withKeys);
  });

  test('keeps what cannot change, and drops a defaultTtl that is left out', () => {
    const replaced = readContainerReplacement(withKeys, { ...minimal, indexingPolicy: { indexingMode: 'none' } });
    expect(replaced.uniqueKeyPolicy).toEqual(withKeys.uniqueKeyPolicy);
    expect(replaced.partitionKey).toEqual({ paths: ['/pk'], kind: 'Hash', version: 2 });
    expect(replaced.defaultTtl).toBeUndefined();
    expect(replaced.indexingPolicy.indexingMode).toBe('none');
  });

  test.each([
    ['id', { id: 'other' }],
    ['partition key path', { partitionKey: { paths: ['/other'] } }],
    ['partition key version', { partitionKey: { paths: ['/pk'], version: 1 } }],
    ['unique keys', { uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/other'] }] } }],
    ['conflict resolution', { conflictResolutionPolicy: { mode: 'Custom' } }],
    [
      'vector policy',
      {
        vectorEmbeddingPolicy: {
          vectorEmbeddings: [{ path: '/v', dataType: 'int8', dimensions: 1, distanceFunction: 'cosine' }],
        },
      },
    ],
  ])('rejects another %s', (_, change) => {
    expect(cosmosErrorOf(() => readContainerReplacement(withKeys, { ...minimal, ...change })).status).toBe(400);
  });
});
