import type { Parameters } from '../compile/compilation.ts';
import { constantOf, countOf } from '../compile/constants.ts';
import { distanceFunctionOf } from '../compile/vector-distance.ts';
import type { Call, Expression, OrderByItem, Query } from '../syntax/ast.ts';
import { printExpression, printSource } from '../syntax/printer.ts';
import { planError } from '../syntax/query-error.ts';
import type { VectorPolicy } from '../values/evaluation-context.ts';
import type { HybridSearchQueryInfo, QueryInfo } from './query-plan.ts';
import type { FilteredPayload } from './rewrite.ts';

/** Placeholders that the client replaces once it knows the statistics of every partition. */
const DOCUMENT_COUNT = '{documentdb-formattablehybridsearchquery-totaldocumentcount}';
const wordCountOf = (index: number) => `{documentdb-formattablehybridsearchquery-totalwordcount-${index}}`;
const hitCountsOf = (index: number) => `{documentdb-formattablehybridsearchquery-hitcountsarray-${index}}`;

/** Each component fetches at least this many rows, and twice as many as are wanted, so that all components return the same top rows. */
const MIN_ROWS = 120;

export interface HybridContext {
  readonly parameters: Parameters;
  readonly policy: VectorPolicy;
  readonly filteredPayload: FilteredPayload;
}

/** One score of ORDER BY RANK, and how its rows are sorted. */
interface Component {
  readonly score: string;
  readonly direction: 'Ascending' | 'Descending';
  readonly statistics?: string;
}

/**
 * The plan of ORDER BY RANK: a query for the statistics that scores depend on, and one for each score; the client fuses their rows
 * by reciprocal rank. Source: what the SDK's `hybridQueryExecutionContext` asks for.
 */
export function hybridSearchOf(query: Query, context: HybridContext): HybridSearchQueryInfo {
  const { scores, weights } = scoresOf(query, context);
  let texts = 0;
  const components = scores.map((score) => componentOf(score, () => texts++, context));
  const { skip, take } = rangeOf(query, context.parameters);
  const statistics = components.flatMap((component) => component.statistics ?? []);
  return {
    globalStatisticsQuery: `SELECT COUNT(1) AS documentCount, [${statistics.join(', ')}] AS fullTextStatistics\nFROM ${printFrom(query)}`,
    componentQueryInfos: components.map((component) =>
      componentInfo(query, component, { components, skip, take, filteredPayload: context.filteredPayload }),
    ),
    componentWeights: weights,
    skip,
    take,
    requiresGlobalStatistics: statistics.length > 0,
  };
}

function scoresOf(
  { orderBy }: Query,
  { parameters }: HybridContext,
): { scores: readonly Call[]; weights: readonly number[] } {
  const score = orderBy?.items[0] && callOf(orderBy.items[0]);
  if (score === undefined) throw new RangeError('ORDER BY RANK has a score: see checkSearches');
  if (nameOf(score) !== 'RRF') return { scores: [score], weights: [] };
  const last = score.arguments.at(-1);
  const weights = last && weightsOf(last, parameters);
  const scores = score.arguments.filter((argument) => argument.kind === 'call');
  return { scores, weights: weights ?? scores.map(() => 1) };
}

function callOf({ expression }: OrderByItem): Call | undefined {
  return expression.kind === 'call' ? expression : undefined;
}

function nameOf(call: Call): string {
  return call.name.toUpperCase();
}

function weightsOf(node: Expression, parameters: Parameters): readonly number[] | undefined {
  const value = constantOf(node, parameters)?.value;
  if (!Array.isArray(value)) return undefined;
  const weights = value.filter((weight) => typeof weight === 'number');
  return weights.length === value.length ? weights : undefined;
}

function componentOf(score: Call, nextText: () => number, { parameters, policy }: HybridContext): Component {
  if (nameOf(score) === 'FULLTEXTSCORE') return fullTextComponent(score, nextText());
  const isDistance = distanceFunctionOf(score, policy, (node) => constantOf(node, parameters)?.value) === 'euclidean';
  return { score: printExpression(score), direction: isDistance ? 'Ascending' : 'Descending' };
}

function fullTextComponent(score: Call, index: number): Component {
  const [text, ...given] = score.arguments;
  if (text === undefined) throw new RangeError('FullTextScore has a text: see checkArity');
  const terms = given.map(printExpression);
  const property = printExpression(text);
  const hits = terms.map((term) => `COUNTIF(FullTextContains(${property}, ${term}))`);
  return {
    score: `_FullTextScore(${property}, [${terms.join(', ')}], ${DOCUMENT_COUNT}, ${wordCountOf(index)}, ${hitCountsOf(index)})`,
    direction: 'Descending',
    statistics: `{"totalWordCount": SUM(_FullTextWordCount(${property})), "hitCounts": [${hits.join(', ')}]}`,
  };
}

interface RowRange {
  readonly skip: number | null;
  readonly take: number | null;
}

function rangeOf({ select, offsetLimit }: Query, parameters: Parameters): RowRange {
  if (offsetLimit !== undefined) {
    const skip = countOf(offsetLimit.offset, 'OFFSET', parameters);
    return { skip, take: countOf(offsetLimit.limit, 'LIMIT', parameters) };
  }
  return { skip: null, take: select.top === undefined ? null : countOf(select.top, 'TOP', parameters) };
}

interface ComponentContext extends RowRange {
  readonly filteredPayload: FilteredPayload;
  readonly components: readonly Component[];
}

function componentInfo(query: Query, component: Component, context: ComponentContext): QueryInfo {
  const { components, skip, take } = context;
  // The service computes with 32 bits: OFFSET 2147483647 LIMIT 10 fetches 18 rows.
  const rows = take === null ? null : Math.max(MIN_ROWS, 2 * ((skip ?? 0) + take)) >>> 0;
  const byOffset = skip !== null;
  const { payload, filter, root } = context.filteredPayload;
  const scores = components.map(printScore).join(', ');
  const rewrittenQuery = [
    `SELECT ${rows === null || byOffset ? '' : `TOP ${rows} `}${root}._rid, [{"item": ${component.score}}] AS orderByItems, {"payload": ${payload}, "componentScores": [${scores}]} AS payload`,
    `FROM ${printFrom(query)}`,
    `WHERE ${filter}`,
    `ORDER BY ${component.score}${component.direction === 'Descending' ? ' DESC' : ''}`,
    ...(byOffset ? [`OFFSET 0 LIMIT ${rows}`] : []),
  ].join('\n');
  return {
    distinctType: 'None',
    top: byOffset ? null : rows,
    offset: byOffset ? 0 : null,
    limit: byOffset ? rows : null,
    orderBy: [component.direction],
    orderByExpressions: [component.score],
    groupByExpressions: [],
    groupByAliases: [],
    aggregates: [],
    groupByAliasToAggregateType: {},
    rewrittenQuery,
    hasSelectValue: false,
    hasNonStreamingOrderBy: true,
    dCountInfo: null,
  };
}

/** A row without a score ranks last in that component, yet keeps its place in the array of scores. */
function printScore({ score, direction }: Component): string {
  return `(${score} ?? ${direction === 'Descending' ? -1 : Number.MAX_SAFE_INTEGER})`;
}

function printFrom({ from }: Query): string {
  if (from === undefined) throw planError('ORDER BY RANK needs a FROM clause.');
  return printSource(from);
}
