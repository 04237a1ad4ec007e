import type { Parameters } from '../compile/compilation.ts';
import { constantOf } from '../compile/constants.ts';
import { countOf } from '../compile/count.ts';
import { distanceFunctionOf } from '../compile/vector-distance.ts';
import type { Call, Expression, OrderByItem, Query } from '../syntax/ast.ts';
import { printExpression, printSource } from '../syntax/printer.ts';
import { planError } from '../syntax/query-error.ts';
import type { VectorPolicy } from '../values/evaluation-context.ts';
import type { HybridSearchQueryInfo, QueryInfo } from './query-plan.ts';
import { printFilteredPayload } from './rewrite.ts';

/** What the client fills in once it has asked every partition for its statistics. */
const DOCUMENT_COUNT = '{documentdb-formattablehybridsearchquery-totaldocumentcount}';
const wordCountOf = (index: number) => `{documentdb-formattablehybridsearchquery-totalwordcount-${index}}`;
const hitCountsOf = (index: number) => `{documentdb-formattablehybridsearchquery-hitcountsarray-${index}}`;

/** Each component fetches at least so many rows, and twice what is wanted, so that fusing by rank finds the same rows in all. */
const LEAST_ROWS = 120;

export interface HybridContext {
  readonly parameters: Parameters;
  readonly policy: VectorPolicy;
}

/** One score of ORDER BY RANK, with how its rows are sorted. */
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
  const { skip, take } = windowOf(query, context.parameters);
  const statistics = components.flatMap((component) => component.statistics ?? []);
  return {
    globalStatisticsQuery: `SELECT COUNT(1) AS documentCount, [${statistics.join(', ')}] AS fullTextStatistics\nFROM ${printFrom(query)}`,
    componentQueryInfos: components.map((component) => componentInfo(query, component, { components, skip, take })),
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
  const [item, ...more] = orderBy?.items ?? [];
  const score = item && callOf(item);
  if (score === undefined || more.length > 0) throw planError('ORDER BY RANK takes one score function.');
  if (nameOf(score) !== 'RRF') return { scores: [score], weights: [] };
  const last = score.arguments.at(-1);
  const weights = last && weightsOf(last, parameters);
  const list = weights === undefined ? score.arguments : score.arguments.slice(0, -1);
  const scores = list.filter((argument) => argument.kind === 'call');
  if (scores.length !== list.length || scores.length < 2) throw planError('RRF takes two score functions or more.');
  if (weights !== undefined && weights.length !== scores.length) throw planError('RRF takes one weight per score.');
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
  if (nameOf(score) !== 'VECTORDISTANCE') throw planError(`'${score.name}' is no score function of ORDER BY RANK.`);
  const isDistance = distanceFunctionOf(score, parameters, policy) === 'euclidean';
  return { score: printExpression(score), direction: isDistance ? 'Ascending' : 'Descending' };
}

function fullTextComponent(score: Call, index: number): Component {
  const [text, ...given] = score.arguments;
  if (text === undefined || given.length === 0) throw planError('FullTextScore takes a property and terms.');
  const terms = given.flatMap((term) => (term.kind === 'array' ? term.items : [term])).map(printExpression);
  const property = printExpression(text);
  const hits = terms.map((term) => `COUNTIF(FullTextContains(${property}, ${term}))`);
  return {
    score: `_FullTextScore(${property}, [${terms.join(', ')}], ${DOCUMENT_COUNT}, ${wordCountOf(index)}, ${hitCountsOf(index)})`,
    direction: 'Descending',
    statistics: `{"totalWordCount": SUM(_FullTextWordCount(${property})), "hitCounts": [${hits.join(', ')}]}`,
  };
}

interface RowWindow {
  readonly skip: number | null;
  readonly take: number | null;
}

function windowOf({ select, offsetLimit }: Query, parameters: Parameters): RowWindow {
  if (offsetLimit !== undefined) {
    const skip = countOf(offsetLimit.offset, 'OFFSET', parameters);
    return { skip, take: countOf(offsetLimit.limit, 'LIMIT', parameters) };
  }
  return { skip: null, take: select.top === undefined ? null : countOf(select.top, 'TOP', parameters) };
}

interface ComponentContext extends RowWindow {
  readonly components: readonly Component[];
}

function componentInfo(query: Query, component: Component, { components, skip, take }: ComponentContext): QueryInfo {
  const rows = take === null ? null : Math.max(LEAST_ROWS, 2 * ((skip ?? 0) + take));
  const byOffset = skip !== null;
  const { payload, filter, root } = printFilteredPayload(query);
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
  return `(${score} ?? ${direction === 'Descending' ? '-' : ''}${Number.MAX_SAFE_INTEGER})`;
}

function printFrom({ from }: Query): string {
  if (from === undefined) throw planError('ORDER BY RANK needs a FROM clause.');
  return printSource(from);
}
