import { CosmosError } from '../model/errors.ts';
import type { JsonValue } from '../model/json.ts';
import { checkOrder, checkSubqueries } from './compile/clause-rules.ts';
import type { Compilation, ComputedProperties, QueryEnvironment } from './compile/compilation.ts';
import { type ComputedPropertyText, computedPropertyOf } from './compile/computed-properties.ts';
import type { Constant } from './compile/constants.ts';
import { compileExpression } from './compile/expression.ts';
import { compileRows } from './compile/query.ts';
import { checkSearches } from './compile/search-rules.ts';
import {
  ALL_ROWS,
  type CurrentDocument,
  type EvaluationFrame,
  type PageRequest,
  type RowKey,
  YIELD,
  type Yield,
} from './execute/evaluation-frame.ts';
import { DEFAULT_WORK_LIMITS, WorkLimit, type WorkLimits } from './execute/work-limit.ts';
import { scalarFunctions } from './functions/catalogue.ts';
import { filtersOf, isPureCount, type QueryFilters } from './plan/filters.ts';
import { type PlanPolicy, plannedItems, planQuery } from './plan/planner.ts';
import type { QueryPlan } from './plan/query-plan.ts';
import { type QueryConstants, type QueryTarget, queryTarget, type TargetPolicy } from './plan/query-target.ts';
import type { Expression, Query } from './syntax/ast.ts';
import { parseQuery } from './syntax/parser.ts';
import { printQuery } from './syntax/printer.ts';
import { anyExpression } from './syntax/walk.ts';
import type { EvaluationContext, GeospatialType } from './values/evaluation-context.ts';

/** A parameter as a request carries it, its name with the `@`. Without a value it is undefined in the query. */
export interface QueryParameter {
  readonly name: string;
  readonly value?: JsonValue;
}

export interface RunOptions {
  readonly limits?: WorkLimits;
  /**
   * Whether the documents come in the order of the first path of `filters.orderBy`, those without the property included. Then only
   * documents with the same value of that path are held in memory, to be sorted by the other paths.
   */
  readonly sortedInput?: boolean;
}

/** How to run a query in steps, a page at a time, yielding to the event loop in between. */
export interface StepOptions extends RunOptions {
  readonly current: CurrentDocument;
  readonly page: PageRequest;
}

export interface SteppedRows extends Iterable<JsonValue | Yield> {
  /** The key of the last row; undefined unless the query sorts. */
  readonly lastRow: RowKey | undefined;
  /** How many rows TOP, OFFSET and LIMIT have counted, `page.rowsBefore` included; only meaningful in a query that has them. */
  readonly rowsSeen: number;
}

/** A query that can run any number of times. */
export interface CompiledQuery {
  readonly query: Query;
  /** How a store may narrow the documents that it passes to {@link run}. */
  readonly filters: QueryFilters;
  /**
   * Whether a row is returned as soon as its document has been read, so that a caller who stops early has read no more than it needed.
   * Sorting and grouping read everything first, unless the input is sorted.
   */
  readonly streams: boolean;
  /** Whether rows are sorted, each with a {@link RowKey} after which a later run can continue. */
  readonly sorts: boolean;
  /** The names of the user-defined functions that it calls. */
  readonly userFunctions: ReadonlySet<string>;
  /** Whether its only row says how many documents pass the filter and nothing else, so that `page.knownCount` can replace them. */
  readonly isPureCount: boolean;
  /** Its text without WHERE, spelled as the printer does. */
  unfiltered(): string;
  /** Which partition keys may hold documents that pass the filter. */
  target(policy: TargetPolicy): QueryTarget;
  /** Throws a CosmosError 400 for what {@link plan} rejects whatever the container. */
  assertPlannable(): void;
  /** The response of the query plan request. Throws a CosmosError 400 for what the gateway cannot distribute. */
  plan(policy: PlanPolicy): QueryPlan;
  /** The rows, computed as they are read. Throws a CosmosError 400 when the query exceeds its limits. */
  run(documents: Iterable<JsonValue>, context: EvaluationContext, options?: RunOptions): Iterable<JsonValue>;
  /** As {@link run}, with a `YIELD` now and then. */
  steps(documents: Iterable<JsonValue>, context: EvaluationContext, options?: RunOptions): Iterable<JsonValue | Yield>;
  /** As {@link steps} over documents that may include a `YIELD`, a page at a time. */
  start(documents: Iterable<JsonValue | Yield>, context: EvaluationContext, options: StepOptions): SteppedRows;
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
  checkSubqueries(query);
  const environment: QueryEnvironment = {
    parameters: new Map(parameters.map(({ name, value }) => [name, value])),
    computed: parseComputedProperties(computedProperties),
    functions: scalarFunctions,
    userFunctions: new Set(),
  };
  checkSearches(query, environment.parameters);
  const constants: QueryConstants = {
    parameters: environment.parameters,
    fold: (node, geospatialType) => foldConstant(node, environment, geospatialType),
  };
  const compiled = compileRows(query, environment);
  checkOrder(query);
  const start: CompiledQuery['start'] = (documents, context, options) => {
    if (query.orderBy?.rank) throw rankNeedsPlan();
    const { limits = DEFAULT_WORK_LIMITS, sortedInput = false, current, page } = options;
    const work = new WorkLimit(limits);
    const frame: EvaluationFrame = {
      slots: [],
      aggregates: [],
      prefetched: [],
      documents,
      context: { ...context, charge: (steps) => work.charge(steps) },
      work,
      sortedInput,
      current,
      page,
      counter: { rowsSeen: page.rowsBefore },
    };
    return {
      // Safe: a query leaves out rows that are undefined.
      [Symbol.iterator]: () => (compiled.rows(frame, true) as Iterable<JsonValue | Yield>)[Symbol.iterator](),
      get rowsSeen() {
        return frame.counter.rowsSeen;
      },
      get lastRow() {
        return frame.lastRow;
      },
    };
  };
  const steps: CompiledQuery['steps'] = (documents, context, options = {}) => {
    const numbered = new NumberedDocuments(documents, isDescending(query));
    return start(numbered, context, { ...options, current: numbered, page: ALL_ROWS });
  };
  let unfiltered: string | undefined;
  let isPlannable = false;
  return {
    query,
    filters: filtersOf(query, environment.parameters, (name) => environment.computed.has(name)),
    streams: compiled.streams,
    sorts: compiled.sorts,
    userFunctions: environment.userFunctions,
    isPureCount: isPureCount(query),
    unfiltered: () => (unfiltered ??= printUnfiltered(query)),
    target: (policy) => queryTarget(query, constants, policy),
    assertPlannable() {
      if (!isPlannable) plannedItems(query);
      isPlannable = true;
    },
    plan: (policy) => planQuery(query, constants, policy),
    start,
    steps,
    run: (documents, context, options) => withoutYields(steps(documents, context, options)),
  };
}

/**
 * Reads the properties that a container computes.
 *
 * @throws CosmosError BadRequest for a query that computes more than a value of the item
 */
export function parseComputedProperties(given: readonly ComputedPropertyText[]): ComputedProperties {
  const names = new Set(given.map(({ name }) => name));
  return new Map(given.map(({ name, query }) => [name, computedPropertyOf(name, parseQuery(query), names)]));
}

function printUnfiltered({ where: _, ...rest }: Query): string {
  return printQuery(rest);
}

function isDescending({ orderBy }: Query): boolean {
  return orderBy?.items.some(({ direction }) => direction === 'DESC') ?? false;
}

/** Numbers the documents so that rows with equal sort keys stay in the order in which the documents are read. */
class NumberedDocuments implements Iterable<JsonValue>, CurrentDocument {
  readonly #documents: Iterable<JsonValue>;
  readonly #step: 1 | -1;
  document = 0;
  readonly documentBytes = 0;

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

function* withoutYields(rows: Iterable<JsonValue | Yield>): Iterable<JsonValue> {
  for (const row of rows) if (row !== YIELD) yield row;
}

function rankNeedsPlan(): CosmosError {
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

/** Queries with a longer text, parameters included, are not cached: a vector of 4,096 numbers is rarely sent twice. */
const MAX_KEY_CHARACTERS = 16_384;

/** A compiler that caches the `capacity` queries used last. */
export function createQueryCompiler(compile: typeof compileQuery, capacity = 256): QueryCompiler {
  const cache = new Map<string, CompiledQuery>();
  return {
    compile(text, parameters = [], computed = []) {
      const isPlain = parameters.length === 0 && computed.length === 0;
      const key = isPlain ? text : JSON.stringify([text, parameters, computed]);
      const compiled = cache.get(key) ?? compile(text, parameters, computed);
      cache.delete(key);
      if (key.length <= MAX_KEY_CHARACTERS) cache.set(key, compiled);
      const [oldest] = cache.keys();
      if (cache.size > capacity && oldest !== undefined) cache.delete(oldest);
      return compiled;
    },
  };
}

/** Functions whose value depends on more than their arguments: on the time, on chance, or on the item. */
const CHANGING = /^(?:AGO|NOW|GETCURRENT\w*|RAND|NEWID|DOCUMENTID|VECTORDISTANCE|FULLTEXT\w*)$/i;

/** The value of an expression over constants, calls of functions included; undefined when it depends on anything else. */
function foldConstant(
  node: Expression,
  environment: QueryEnvironment,
  geospatialType: GeospatialType = 'Geography',
): Constant | undefined {
  if (anyExpression(node, dependsOnMore)) return undefined;
  const evaluate = compileExpression(node, { names: new Map() }, withoutQueries(environment));
  const value = evaluate({
    slots: [],
    aggregates: [],
    documents: [],
    sortedInput: false,
    current: { document: 0, documentBytes: 0 },
    prefetched: [],
    page: ALL_ROWS,
    counter: { rowsSeen: 0 },
    context: { now: 0, random: () => 0, geospatialType },
    work: new WorkLimit(DEFAULT_WORK_LIMITS),
  });
  return { value };
}

function dependsOnMore(node: Expression): boolean {
  if (node.kind === 'call') return node.udf || CHANGING.test(node.name);
  return node.kind === 'identifier' || node.kind === 'subquery' || (node.kind === 'in' && 'select' in node.list);
}

function withoutQueries(environment: QueryEnvironment): Compilation {
  const unreachable = (): never => {
    throw new RangeError('A constant expression holds no query');
  };
  return {
    ...environment,
    itemSlots: new Set(),
    slot: unreachable,
    aggregateSlot: unreachable,
    prefetch: unreachable,
    expression: unreachable,
    query: unreachable,
    outermostQuery: unreachable,
  };
}
