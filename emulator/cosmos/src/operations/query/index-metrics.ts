import type { Container } from '../../account/account.ts';
import { parsePropertyPath } from '../../model/json.ts';
import { type ConditionKind, type IndexedCondition, type IndexPath, indexUseOf } from '../../query/plan/index-use.ts';
import type { Query } from '../../query/syntax/ast.ts';

/** The forms of the header `x-ms-cosmos-index-utilization`, by the header that asks for it. */
export type IndexMetricsVersion = 1 | 2;

type ImpactScore = 'High' | 'Low';

interface SingleIndex {
  readonly spec: string;
  readonly score: ImpactScore;
  /** The condition that it serves; empty for a sort. */
  readonly condition: string;
}

interface CompositeIndex {
  readonly specs: readonly string[];
}

interface Indexes {
  readonly single: readonly SingleIndex[];
  readonly composite: readonly CompositeIndex[];
}

/**
 * The header `x-ms-cosmos-index-utilization`: which indexes of the policy serve a query, and which ones would if they were there. As in
 * the service, only the form of the query counts. Version 1 is JSON in base64, version 2 percent-encoded JSON. Source: "Indexing
 * metrics in Azure Cosmos DB"; `IndexUtilizationInfo` and `IndexMetricsInfo` of the SDKs.
 */
export function formatIndexMetrics(query: Query, container: Container, version: IndexMetricsVersion): string {
  const [utilized, potential] = indexesOf(query, container);
  if (version === 1) {
    const json = {
      UtilizedSingleIndexes: utilized.single.map(toSingleV1),
      PotentialSingleIndexes: potential.single.map(toSingleV1),
      UtilizedCompositeIndexes: utilized.composite.map(toCompositeV1),
      PotentialCompositeIndexes: potential.composite.map(toCompositeV1),
    };
    return Buffer.from(JSON.stringify(json)).toString('base64');
  }
  const json = {
    UtilizedIndexes: {
      SingleIndexes: utilized.single.map(({ spec }) => ({ IndexSpec: spec })),
      CompositeIndexes: utilized.composite.map(({ specs }) => ({ IndexSpecs: specs })),
    },
    PotentialIndexes: {
      SingleIndexes: potential.single.map(({ spec, score }) => ({ IndexSpec: spec, IndexImpactScore: score })),
      CompositeIndexes: potential.composite.map(({ specs }) => ({ IndexSpecs: specs, IndexImpactScore: 'High' })),
    },
  };
  return encodeURIComponent(JSON.stringify(json));
}

function toSingleV1({ spec, score, condition }: SingleIndex) {
  return {
    FilterExpression: condition,
    IndexSpec: spec,
    FilterPreciseSet: true,
    IndexPreciseSet: true,
    IndexImpactScore: score,
  };
}

function toCompositeV1({ specs }: CompositeIndex) {
  return { IndexSpecs: specs, IndexPreciseSet: true, IndexImpactScore: 'High' };
}

/** Those of the policy that serve the query, and those that would. */
function indexesOf(query: Query, container: Container): readonly [utilized: Indexes, potential: Indexes] {
  const use = indexUseOf(query);
  const compositeIndexes = container.definition.indexingPolicy.compositeIndexes ?? [];
  const available = compositeIndexes.map((index) =>
    index.map(
      ({ path, order }): CompositeStep => ({ path: parsePropertyPath(path), descending: order === 'descending' }),
    ),
  );
  const wanted = wantedComposites(use.required, use.aggregated);
  const sorting = use.order.length > 1 ? available.find((index) => sorts(index, use.order)) : undefined;
  const filtering = available.filter((index) => wanted.some((one) => serves(index, one)));
  const composites = [...new Set([...(sorting ? [sorting] : []), ...filtering])];
  const covered = new Set(composites.flat().map(({ path }) => specOf(path)));
  const single = singleIndexes(use.conditions, use.order.length === 1 ? use.order.map(({ path }) => path) : []);
  const [indexed, others] = partition(single, ({ path }) => container.isIndexed(path));
  return [
    { single: indexed.filter(({ spec }) => !covered.has(spec)), composite: composites.map(toComposite) },
    {
      single: others,
      composite: wanted
        .filter((one) => !filtering.some((index) => index.length === lengthOf(one) && serves(index, one)))
        .map(({ equal, last }) => [...equal, ...(last ? [last] : [])].map((path) => ({ path, descending: false })))
        .map(toComposite),
    },
  ];
}

interface CompositeStep {
  readonly path: IndexPath;
  readonly descending: boolean;
}

/** The paths that a composite index should have: those compared for equality in any sequence, then one of another kind. */
interface WantedComposite {
  readonly equal: readonly IndexPath[];
  readonly last?: IndexPath;
}

/** Source: "Indexing policies", queries with filters on multiple properties: a composite index serves one range, its last path. */
function wantedComposites(
  required: readonly IndexedCondition[],
  aggregated: IndexPath | undefined,
): readonly WantedComposite[] {
  const equal = distinctPaths(required, 'equality');
  const ranges = distinctPaths(required, 'range').filter((path) => !equal.some((other) => isSamePath(other, path)));
  const isPlain = required.every(({ kind }) => kind !== 'scan');
  const last = aggregated && ranges.length === 0 && isPlain ? [aggregated] : ranges;
  if (equal.length === 0) return [];
  if (last.length > 0) return last.map((path) => ({ equal, last: path }));
  return equal.length > 1 ? [{ equal }] : [];
}

function distinctPaths(conditions: readonly IndexedCondition[], wanted: ConditionKind): readonly IndexPath[] {
  const paths = conditions.filter(({ kind, path }) => kind === wanted && !path.includes('[]')).map(({ path }) => path);
  return paths.filter((path, index) => paths.findIndex((other) => isSamePath(other, path)) === index);
}

/** Whether the index has no other paths than the wanted ones, the range last. */
function serves(index: readonly CompositeStep[], { equal, last }: WantedComposite): boolean {
  return index.every(({ path }, position) => {
    if (equal.some((other) => isSamePath(other, path))) return true;
    return position === index.length - 1 && last !== undefined && isSamePath(last, path);
  });
}

function lengthOf({ equal, last }: WantedComposite): number {
  return equal.length + (last ? 1 : 0);
}

/** In the sequence of ORDER BY, with its directions or all of them reversed. */
function sorts(index: readonly CompositeStep[], order: readonly CompositeStep[]): boolean {
  if (index.length !== order.length) return false;
  const isReversed = index[0]?.descending !== order[0]?.descending;
  return order.every(({ path, descending }, position) => {
    const step = index[position];
    return step !== undefined && isSamePath(step.path, path) && (step.descending !== descending) === isReversed;
  });
}

function singleIndexes(conditions: readonly IndexedCondition[], sorted: readonly IndexPath[]) {
  const all = [
    ...conditions.map(({ path, kind, text }) => ({ path, kind, condition: text })),
    ...sorted.map((path) => ({ path, kind: 'range', condition: '' })),
  ];
  const bySpec = Map.groupBy(all, ({ path }) => specOf(path));
  return [...bySpec].map(([spec, same]) => ({
    spec,
    path: same[0]?.path ?? [],
    condition: same[0]?.condition ?? '',
    score: same.some(({ kind }) => kind !== 'scan') ? ('High' as const) : ('Low' as const),
  }));
}

function partition<T>(values: readonly T[], fits: (value: T) => boolean): readonly [fitting: T[], others: T[]] {
  return [values.filter(fits), values.filter((value) => !fits(value))];
}

function toComposite(steps: readonly CompositeStep[]): CompositeIndex {
  return { specs: steps.map(({ path, descending }) => `${printPath(path)} ${descending ? 'DESC' : 'ASC'}`) };
}

/** As an indexing policy writes the path. */
function specOf(path: IndexPath): string {
  return `${printPath(path)}/?`;
}

function printPath(path: IndexPath): string {
  return path.map((name) => (name === '[]' || /^\w+$/.test(name) ? `/${name}` : `/${JSON.stringify(name)}`)).join('');
}

function isSamePath(left: IndexPath, right: IndexPath): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}
