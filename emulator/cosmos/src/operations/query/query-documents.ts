import type { Account, Container } from '../../account/account.ts';
import { CosmosError } from '../../model/errors.ts';
import { assertSortable } from '../../model/indexing/index-coverage.ts';
import { type JsonValue, valueAt } from '../../model/json.ts';
import type { FunctionsMessage } from '../../script-worker/protocol.ts';
import { type FeedPage, type FeedScope, type FeedSelection, invalidContinuation, toFeedJson } from '../feed.ts';
import type { OperationResult } from '../result.ts';
import { queryCharge } from '../throughput/request-charge.ts';
import { type AccessPath, chooseAccess, countDocuments, indexablePathsOf, partitionOf } from './access-path.ts';
import { formatIndexMetrics, type IndexMetricsVersion } from './index-metrics.ts';
import { type OutlinePolicy, outlineQuery, type QueryOutline } from './query-outline.ts';
import {
  assertOnePartition,
  assertServedWithoutMerge,
  outlinePolicyOf,
  type QueryBody,
  selectForQuery,
  targetsOf,
} from './query-scope.ts';
import { decodeCursor, encodeCursor, type QueryPage, type QuerySettings, readQueryPage } from './read-query-page.ts';

export interface QueryDocumentsInput extends FeedPage {
  readonly body: QueryBody;
  readonly scope: FeedScope;
  /** Whether it may read items of several partition keys. */
  readonly crossesPartitions: boolean;
  /** Absent: none are wanted. */
  readonly indexMetrics?: IndexMetricsVersion;
  /** Whether the client has left, so that the query can end. */
  isClosed(): boolean;
}

/**
 * One page of a query over the items of a container.
 *
 * @throws CosmosError BadRequest for a mistake in the query or a sort without an index; BadRequest, substatus 1004, with the
 *   query plan when the client has to query each physical partition and merge the rows
 */
export async function queryDocuments(
  account: Account,
  container: Container,
  input: QueryDocumentsInput,
): Promise<OperationResult> {
  const { body, scope, maxItemCount, continuation, indexMetrics, isClosed } = input;
  const startedAt = account.clock.monotonic();
  const text = { ...body, computed: container.definition.computedProperties ?? [] };
  const policy = outlinePolicyOf(container);
  const { outline: query, compiled } = await outlineQuery(account, { ...text, policy, isClosed });
  const compile = account.clock.monotonic() - startedAt;
  assertSortable(container.definition.indexingPolicy, container.isIndexed, sortedPathsOf(query));
  assertOnePartition(container, query, { scope, crossesPartitions: input.crossesPartitions });
  const targets = targetsOf(container, query);
  assertServedWithoutMerge(container, query, { scope, targets });
  const feed = selectForQuery(container, targets, scope);
  const request = identityOf(container, query, input);
  const token = continuation === undefined ? undefined : account.continuations.read(continuation, request);
  const cursor = token === undefined ? undefined : decodeCursor(token, readKeys(account, query, feed));
  const indexable = indexablePathsOf(query);
  await account.indexBuilder.requestIndexes(container, indexable, partitionOf(feed));
  const access = chooseAccess(account, container, query, feed);
  const count = countDocuments(account, container, query, feed);
  const pageInput = {
    ...text,
    feed,
    access,
    settings: settingsOf(account, policy),
    maxItemCount,
    ...(count !== undefined && { count }),
    ...(cursor !== undefined && { cursor }),
  };
  const functions = userFunctionsOf(account, container, query);
  const run = { input: pageInput, functions, ...(compiled && { compiled }) };
  const read = () => readQueryPage(account, run, isClosed);
  const page = await (access.kind === 'all' ? account.indexBuilder.withPriority(read) : read());
  const total = account.clock.monotonic() - startedAt;
  return {
    ...toResult(account, container, page, request),
    ...onlyRange(feed),
    queryMetrics: formatQueryMetrics(page, access, { total, compile }),
    // A query that was compiled elsewhere is longer than a header may be.
    ...(indexMetrics && compiled && { indexUtilization: formatIndexMetrics(compiled.query, container, indexMetrics) }),
  };
}

/** @throws CosmosError BadRequest for a function that the container does not have */
function userFunctionsOf(
  { store }: Account,
  { rid }: Container,
  { userFunctions }: QueryOutline,
): FunctionsMessage['functions'] {
  return [...userFunctions].map((name) => {
    const found = store.resources.get('udfs', rid, name);
    if (!found)
      throw new CosmosError(
        'BadRequest',
        `The user-defined function '${name.slice(0, 255)}' does not exist in the container`,
      );
    return { name, source: (JSON.parse(found.body) as { readonly body: string }).body }; // as the operations on scripts write it
  });
}

/** An aggregate over all items leaves nothing to sort. */
function sortedPathsOf({ isDistinct, sorts, filters }: QueryOutline): NonNullable<QueryOutline['filters']['orderBy']> {
  return sorts || isDistinct ? (filters.orderBy ?? []) : [];
}

/** Reads the sort keys of the item where the page before ended, when they were too long for its token. */
function readKeys(
  { store }: Account,
  { filters }: QueryOutline,
  { selections }: FeedSelection,
): (document: number) => readonly (JsonValue | undefined)[] {
  return (document) => {
    const [item] = selections.flatMap((selection) =>
      store.queries.read({ ...selection, now: 0, conditions: [] }, [document]),
    );
    if (!item || !filters.orderBy) throw invalidContinuation();
    const body = item.body ?? store.queries.body(selections[0]?.container ?? 0, item.number);
    const value = JSON.parse(body ?? 'null') as JsonValue; // our own text
    return filters.orderBy.map(({ path }) => valueAt(value, path) as JsonValue | undefined); // of an item's JSON
  };
}

function toResult(account: Account, container: Container, page: QueryPage, request: string): OperationResult {
  const { rows, loaded, next } = page;
  return {
    status: 200,
    body: toFeedJson(container.rid, 'Documents', rows),
    charge: queryCharge(loaded),
    container,
    itemCount: rows.length,
    ...(next && { continuation: account.continuations.issue(encodeCursor(next), request) }),
  };
}

function onlyRange({ selections }: FeedSelection): { range?: number } {
  const ranges = new Set(selections.map(({ range }) => range));
  const [only] = ranges;
  return only !== undefined && ranges.size === 1 ? { range: only } : {};
}

/**
 * What a continuation token is bound to. The filter of a query that sorts may differ: a client that resumes it sends the token
 * with a filter that begins where it stopped (the SDK, OrderByQueryRangeStrategy), and a cursor is valid for any filter.
 */
function identityOf({ rid }: Container, query: QueryOutline, { body, scope }: QueryDocumentsInput): string {
  return JSON.stringify([rid, query.sorts ? query.unfiltered() : body.text, body.parameters, scope]);
}

function settingsOf({ clock }: Account, { geospatialType = 'Geography', distances }: OutlinePolicy): QuerySettings {
  return { now: clock.now(), geospatialType, distances };
}

/** How long the parts of a query took, in milliseconds. */
interface QueryTimes {
  readonly total: number;
  readonly compile: number;
}

/** The header `x-ms-documentdb-query-metrics`. Source: "Tune query performance", Azure Cosmos DB documentation. */
function formatQueryMetrics(page: QueryPage, access: AccessPath, { total, compile }: QueryTimes): string {
  const { loaded, rows, sizeInBytes } = page;
  const isIndexed = access.paths.length > 0;
  const metrics = {
    totalExecutionTimeInMs: total,
    queryCompileTimeInMs: compile,
    queryLogicalPlanBuildTimeInMs: 0,
    queryPhysicalPlanBuildTimeInMs: 0,
    queryOptimizationTimeInMs: 0,
    VMExecutionTimeInMs: total - compile,
    indexLookupTimeInMs: 0,
    instructionCount: 0,
    documentLoadTimeInMs: 0,
    systemFunctionExecuteTimeInMs: 0,
    userFunctionExecuteTimeInMs: 0,
    retrievedDocumentCount: loaded.items,
    retrievedDocumentSize: loaded.sizeInBytes,
    outputDocumentCount: rows.length,
    outputDocumentSize: sizeInBytes,
    writeOutputTimeInMs: 0,
    indexUtilizationRatio: isIndexed && loaded.items > 0 ? Math.min(1, rows.length / loaded.items) : 0,
  };
  return Object.entries(metrics)
    .map(([name, value]) => `${name}=${Number.isInteger(value) ? value : value.toFixed(2)}`)
    .join(';');
}
