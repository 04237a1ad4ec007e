import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonValue } from '../../model/json.ts';
import type { PartitionKeyDefinition } from '../../model/partition-key/partition-key.ts';
import { compileQuery } from '../compile-query.ts';
import type { QueryTarget } from './query-target.ts';

/** A plan that the service's own query engine gave. */
interface Vector {
  readonly query: string;
  readonly description: string;
  readonly partitionKeys: readonly string[];
  readonly pkType: PartitionKeyDefinition['kind'];
  readonly parameters?: readonly { name: string; value: JsonValue }[];
  readonly expected?: Readonly<Record<string, unknown>>;
  readonly ranges?: readonly string[];
  readonly rewrittenQuery?: string;
  readonly error?: { readonly code: string | null; readonly message: string };
}

const vectorsFile = path.resolve(__dirname, '../../../../../../shared/data/query-plans.json');

function vectors(): readonly Vector[] {
  return existsSync(vectorsFile) ? JSON.parse(readFileSync(vectorsFile, 'utf8')) : [];
}

const withVectors = existsSync(vectorsFile) ? test : test.skip;

withVectors('at least 98 % of the plans of the service are given field by field', () => {
  const planned = vectors().filter((vector) => vector.expected !== undefined && vector.pkType !== 'Range');
  const misses = planned.flatMap((vector) => {
    const difference = differenceOf(vector);
    return difference === undefined ? [] : [`${vector.query.replaceAll(/\s+/g, ' ')}\n  ${difference}`];
  });
  const share = 1 - misses.length / planned.length;
  console.log(`${(100 * share).toFixed(1)} % of ${planned.length} plans are equal; the others:\n${misses.join('\n')}`);
  expect(share).toBeGreaterThanOrEqual(0.98);
});

function differenceOf({
  query,
  description,
  parameters,
  partitionKeys,
  pkType,
  ...vector
}: Vector): string | undefined {
  const paths = partitionKeys.length > 0 ? partitionKeys : ['/_partitionKey'];
  const partitionKey: PartitionKeyDefinition = { paths, kind: pkType, version: 2 };
  const compiled = compileQuery(query, parameters);
  const distanceFunction = description.startsWith('Euclidean') ? 'euclidean' : 'cosine';
  const geospatialType = description.endsWith('Geometry') ? 'Geometry' : 'Geography';
  const { queryInfo } = compiled.plan({ partitionKey, geospatialType, distanceOf: () => distanceFunction });
  const wanted = {
    ...vector.expected,
    rewrittenQuery: vector.rewrittenQuery,
    ranges: [...(vector.ranges ?? [])].sort(),
  };
  const given = { ...queryInfo, ranges: printRanges(compiled.target({ partitionKey, geospatialType })).sort() };
  const differing = Object.entries(wanted).filter(([name, value]) => !equal(value, given[name as keyof typeof given]));
  return differing.length === 0
    ? undefined
    : differing.map(([name]) => `${name}: ${JSON.stringify(given[name as keyof typeof given])}`).join('; ');
}

/** Equal but for the order of properties; the vectors write null as text in one place. */
function equal(wanted: unknown, given: unknown): boolean {
  const canonical = (value: unknown): string =>
    JSON.stringify(value, (_, member) =>
      member !== null && typeof member === 'object' && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
        : member,
    ).replaceAll('"null"', 'null');
  return canonical(wanted) === canonical(given);
}

/** Ranges before hashing, as the vectors write them. */
function printRanges(target: QueryTarget): string[] {
  if (target.kind === 'all') return ['[[],"Infinity")'];
  if (target.kind === 'none') return ['[[],[]]'];
  return target.keys.map((key) => {
    const printed = `[${key.map(printComponent).join(',')}]`;
    return `[${printed},${printed}]`;
  });
}

function printComponent(component: unknown): string {
  if (component === undefined) return '{}';
  return Number.isInteger(component) ? `${component}.0` : JSON.stringify(component);
}

withVectors('what the service rejects with a code is rejected with the same code and message', () => {
  for (const { query, error } of vectors()) {
    if (error?.code == null) continue;
    expect(() => compileQuery(query)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(error.message) }),
    );
    expect(() => compileQuery(query)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(`"${error.code}"`) }),
    );
  }
});

withVectors('every rewritten query is read back once its placeholder is filled', () => {
  const partitionKey: PartitionKeyDefinition = { paths: ['/key'], kind: 'Hash', version: 2 };
  const rewritten = vectors()
    .filter((vector) => vector.expected !== undefined)
    .map(
      ({ query, parameters }) => compileQuery(query, parameters).plan({ partitionKey }).queryInfo?.rewrittenQuery ?? '',
    )
    .filter((text) => text !== '');
  expect(rewritten.length).toBeGreaterThan(50);
  for (const text of rewritten) {
    compileQuery(text.replace('{documentdb-formattableorderbyquery-filter}', 'true'));
  }
});
