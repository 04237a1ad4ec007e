import { CosmosError } from '../model/errors.ts';
import type { JsonValue } from '../model/json.ts';
import type { PartitionKeyDefinition } from '../model/partition-key/partition-key.ts';
import { type Frame, type Parameters, type RunWindow, WHOLE } from './compile/compilation.ts';
import { type ComputedPropertyText, parseComputedProperties } from './compile/computed-properties.ts';
import { checkOrder } from './compile/order-rules.ts';
import { compileRows } from './compile/query.ts';
import type { Pause } from './execute/pause.ts';
import type { DocumentCursor, RowPlace } from './execute/row-place.ts';
import { DEFAULT_WORK_LIMITS, WorkBound, type WorkLimits } from './execute/work-limit.ts';
import { filtersOf, type QueryFilters } from './plan/filters.ts';
import { type PlanPolicy, planQuery, queryTarget } from './plan/planner.ts';
import { isPureCount } from './plan/pure-count.ts';
import type { QueryPlan } from './plan/query-plan.ts';
import type { QueryTarget } from './plan/query-ranges.ts';
import type { Query } from './syntax/ast.ts';
import { parseQuery } from './syntax/parser.ts';
import { printQuery } from './syntax/printer.ts';
import type { EvaluationContext } from './values/evaluation-context.ts';

export type { RunWindow } from './compile/compilation.ts';
export { parseComputedProperties } from './compile/computed-properties.ts';
export { isVectorDistance } from './compile/vector-distance.ts';
export { PAUSE, type Pause } from './execute/pause.ts';
export type { DocumentCursor, RowPlace } from './execute/row-place.ts';
export { DEFAULT_WORK_LIMITS } from './execute/work-limit.ts';
export type { Bound, PathCondition, QueryFilters } from './plan/filters.ts';
export type { PlanPolicy } from './plan/planner.ts';
export type { QueryPlan } from './plan/query-plan.ts';
export type { QueryRange, QueryTarget } from './plan/query-ranges.ts';
export { rangesOf } from './plan/query-ranges.ts';
export type { DistanceFunction, EvaluationContext } from './values/evaluation-context.ts';

/** A parameter as a request carries it; `name` with its `@`. Without a value it is undefined in the query. */
export interface QueryParameter {
  readonly name: string;
  readonly value?: JsonValue;
}

export interface RunOptions {
  readonly limits?: WorkLimits;
  /**
   * The documents come in the order of the first path of `filters.orderBy`, those without the property included, so that only those with
   * the same value need be held and sorted by the other paths.
   */
  readonly presorted?: boolean;
}

/** How to run a query step by step: a page at a time, with pauses between. */
export interface StepOptions extends RunOptions {
  /** Tells which document was handed out last. */
  readonly cursor: DocumentCursor;
  readonly window: RunWindow;
  /** Whether to give a `PAUSE` after many rows of one document, too. */
  readonly pauses: boolean;
}

export interface SteppedRows extends Iterable<JsonValue | Pause> {
  /** Where the last row stands; undefined unless `sorts`. */
  readonly place: RowPlace | undefined;
  /** How many rows TOP, OFFSET and LIMIT have counted, `window.before` included; of no meaning in a query without them. */
  readonly seen: number;
}

/** A query, ready to run any number of times. */
export interface CompiledQuery {
  readonly query: Query;
  /** How a store may narrow the documents it hands to {@link run}. */
  readonly filters: QueryFilters;
  /**
   * Whether a row comes out as soon as its document has been read, so that a reader who stops early has read no more than it
   * needed. Sorting and grouping read everything first, unless the documents come presorted.
   */
  readonly streams: boolean;
  /** Whether rows are sorted, each with a {@link RowPlace} of its own, behind which a later run can go on. */
  readonly sorts: boolean;
  /** Whether its one row says nothing but how many documents pass the filter, so that `window.counted` may stand for them. */
  readonly isPureCount: boolean;
  /** Its text without WHERE, spelled as the printer does. */
  unfiltered(): string;
  /** Which partition keys may hold documents that pass the filter. */
  target(partitionKey: PartitionKeyDefinition): QueryTarget;
  /** What the query plan request answers; throws a CosmosError 400 for what the gateway cannot distribute. */
  plan(policy: PlanPolicy): QueryPlan;
  /** The rows, computed as they are taken. Throws a CosmosError 400 when the query does more work than it may. */
  run(documents: Iterable<JsonValue>, context: EvaluationContext, options?: RunOptions): Iterable<JsonValue>;
  /** As {@link run}, passing on every `PAUSE` among the documents. */
  start(documents: Iterable<JsonValue | Pause>, context: EvaluationContext, options: StepOptions): SteppedRows;
}

/**
 * Parses and compiles a query. Throws a CosmosError 400 with the service's code and position for a mistake in it.
 *
 * @example
 * const query = compileQuery('SELECT VALUE c.name FROM c WHERE c.age > @age', [{ name: '@age', value: 17 }]);
 * [...query.run([{ name: 'Ann', age: 18 }], { now: 0, random: () => 0 })]; // ['Ann']
 */
export function compileQuery(
  text: string,
  parameters: readonly QueryParameter[] = [],
  computedProperties: readonly ComputedPropertyText[] = [],
): CompiledQuery {
  const query = parseQuery(text);
  const values: Parameters = new Map(parameters.map(({ name, value }) => [name, value]));
  const computed = parseComputedProperties(computedProperties);
  const compiled = compileRows(query, values, computed);
  checkOrder(query);
  const start: CompiledQuery['start'] = (documents, context, options) => {
    if (query.orderBy?.rank) throw onlyByPlan();
    const { limits = DEFAULT_WORK_LIMITS, presorted = false, cursor, window, pauses } = options;
    const work = new WorkBound(limits);
    const progress = { seen: window.before };
    const frame: Frame = {
      pauses,
      slots: [],
      aggregates: [],
      documents,
      context,
      work,
      presorted,
      cursor,
      window,
      progress,
    };
    return {
      // Safe: a query leaves out rows that are undefined.
      [Symbol.iterator]: () => (compiled.rows(frame) as Iterable<JsonValue | Pause>)[Symbol.iterator](),
      get seen() {
        return progress.seen;
      },
      get place() {
        return frame.place;
      },
    };
  };
  let unfiltered: string | undefined;
  return {
    query,
    filters: filtersOf(query, values, (name) => computed.has(name)),
    streams: compiled.streams,
    sorts: compiled.sorts,
    isPureCount: isPureCount(query),
    unfiltered: () => (unfiltered ??= printUnfiltered(query)),
    target: (partitionKey) => queryTarget(query, values, partitionKey),
    plan: (policy) => planQuery(query, values, policy),
    start,
    run(documents, context, options = {}) {
      const counted = new CountedDocuments(documents, isDescending(query));
      // Safe: nothing pauses where no document does.
      return start(counted, context, {
        ...options,
        cursor: counted,
        window: WHOLE,
        pauses: false,
      }) as Iterable<JsonValue>;
    },
  };
}

function printUnfiltered({ where: _, ...rest }: Query): string {
  return printQuery(rest);
}

function isDescending({ orderBy }: Query): boolean {
  return orderBy?.items.some(({ direction }) => direction === 'DESC') ?? false;
}

/** Documents numbered so that those that rank the same stay in the order in which they are read. */
class CountedDocuments implements Iterable<JsonValue>, DocumentCursor {
  readonly #documents: Iterable<JsonValue>;
  readonly #step: 1 | -1;
  document = 0;

  constructor(documents: Iterable<JsonValue>, descending: boolean) {
    this.#documents = documents;
    this.#step = descending ? -1 : 1;
  }

  *[Symbol.iterator](): Generator<JsonValue> {
    for (const document of this.#documents) {
      this.document += this.#step;
      yield document;
    }
  }
}

function onlyByPlan(): CosmosError {
  const message =
    'Cross partition query only supports ORDER BY RANK through its query plan: scores need statistics first.';
  return new CosmosError('BadRequest', message);
}

export interface QueryCompiler {
  /** @param computed the properties that the container computes */
  compile(
    text: string,
    parameters?: readonly QueryParameter[],
    computed?: readonly ComputedPropertyText[],
  ): CompiledQuery;
}

/** Longer texts, parameters included, are not worth their place: a vector of 4,096 numbers is not sent twice. */
const MAX_CACHED_KEY = 16_384;

/** A compiler that keeps the queries it compiled last, `capacity` at most. */
export function createQueryCompiler(capacity = 256): QueryCompiler {
  const cache = new Map<string, CompiledQuery>();
  return {
    compile(text, parameters = [], computed = []) {
      const isPlain = parameters.length === 0 && computed.length === 0;
      const key = isPlain ? text : JSON.stringify([text, parameters, computed]);
      const known = cache.get(key);
      const compiled = known ?? compileQuery(text, parameters, computed);
      cache.delete(key);
      if (key.length <= MAX_CACHED_KEY) cache.set(key, compiled);
      const [oldest] = cache.keys();
      if (cache.size > capacity && oldest !== undefined) cache.delete(oldest);
      return compiled;
    },
  };
}
