import type { Account } from '../../account/account.ts';
import type { Container } from '../../account/container.ts';
import type { JsonValue } from '../../model/json.ts';
import { valueAt } from '../../model/property-path.ts';
import { queryCharge } from '../../model/request-charge.ts';
import { assertSortable } from '../../model/sort-order.ts';
import type { CompiledQuery, EvaluationContext } from '../../query/index.ts';
import { type FeedPage, invalidContinuation } from '../feed-page.ts';
import type { FeedScope, FeedSelection } from '../feed-scope.ts';
import { toFeedJson } from '../resource-json.ts';
import type { OperationResult } from '../result.ts';
import { chooseAccess, partitionOf, pathsOfUse } from './access-path.ts';
import { countDocuments } from './count-documents.ts';
import { decodePosition, encodePosition, type QueryPosition, type TokenPosition } from './cursor.ts';
import { refuseToMerge } from './fan-out.ts';
import type { QueryBody } from './query-body.ts';
import { formatIndexUtilization, formatQueryMetrics } from './query-metrics.ts';
import { planPolicyOf } from './query-plan.ts';
import { selectForQuery } from './query-scope.ts';
import { type QueryPage, readQueryPage } from './read-query-page.ts';

export interface QueryDocumentsInput extends FeedPage {
  readonly body: QueryBody;
  readonly scope: FeedScope;
}

/**
 * One page of a query over the items of a container.
 *
 * @throws CosmosError BadRequest for a mistake in the query or a sort that no index serves; BadRequest, substatus 1004, with the plan when the client has to ask each
 * physical partition and merge
 */
export async function queryDocuments(
  account: Account,
  container: Container,
  input: QueryDocumentsInput,
): Promise<OperationResult> {
  const { body, scope, maxItemCount, continuation } = input;
  const startedAt = account.clock.monotonic();
  const query = account.queries.compile(body.text, body.parameters, container.definition.computedProperties);
  const compile = account.clock.monotonic() - startedAt;
  assertSortable(container.definition.indexingPolicy, container.isIndexed, query.filters.orderBy ?? []);
  refuseToMerge(container, query, scope);
  const feed = selectForQuery(container, query, scope);
  const request = identityOf(container, query, input);
  const token = continuation === undefined ? undefined : account.continuations.read(continuation, request);
  const position = token === undefined ? undefined : withKeys(account, query, feed, decodePosition(token));
  const useful = pathsOfUse(query);
  await account.indexBuilder.want(container, useful, partitionOf(feed));
  const access = chooseAccess(account, container, query, feed);
  const counted = countDocuments(account, container, query, feed);
  const run = {
    ...{ query, feed, access, maxItemCount, context: contextOf(account, container) },
    ...(counted !== undefined && { counted }),
    ...(position !== undefined && { position }),
  };
  const read = () => readQueryPage(account, run);
  const page = await (access.kind === 'all' ? account.indexBuilder.withPriority(read) : read());
  const total = account.clock.monotonic() - startedAt;
  return {
    ...toResult(account, container, page, request),
    ...onlyRange(feed),
    queryMetrics: formatQueryMetrics(page, access, { total, compile }),
    indexUtilization: formatIndexUtilization(
      access,
      useful.filter((path) => !container.isIndexed(path)),
    ),
  };
}

/** Reads the keys of the row where the page before ended, when they were too long for its token. */
function withKeys(
  { store }: Account,
  { filters }: CompiledQuery,
  { selections }: FeedSelection,
  position: TokenPosition,
): QueryPosition {
  if (position.kind !== 'item') return position;
  const { document, row, before } = position;
  const [item] = selections.flatMap((selection) =>
    store.queries.read({ ...selection, now: 0, conditions: [] }, [document]),
  );
  if (!item || !filters.orderBy) throw invalidContinuation();
  const value = JSON.parse(item.body) as JsonValue; // our own text
  const keys = filters.orderBy.map(({ path }) => valueAt(value, path) as JsonValue | undefined); // of an item's JSON
  return { kind: 'row', place: { keys, document, row }, before };
}

function toResult(account: Account, container: Container, page: QueryPage, request: string): OperationResult {
  const { rows, loaded, next } = page;
  return {
    status: 200,
    body: toFeedJson(container.rid, 'Documents', rows),
    charge: queryCharge(loaded),
    container,
    itemCount: rows.length,
    ...(next && { continuation: account.continuations.issue(encodePosition(next), request) }),
  };
}

function onlyRange({ selections }: FeedSelection): { range?: number } {
  const ranges = new Set(selections.map(({ range }) => range));
  const [only] = ranges;
  return only !== undefined && ranges.size === 1 ? { range: only } : {};
}

/**
 * What a continuation token is bound to. The filter of a sort may differ: a client that resumes it sends the token with a
 * filter that begins where it stopped (the SDK, OrderByQueryRangeStrategy), and a place in an order is one under any filter.
 */
function identityOf({ rid }: Container, query: CompiledQuery, { body, scope }: QueryDocumentsInput): string {
  return JSON.stringify([rid, query.sorts ? query.unfiltered() : body.text, body.parameters, scope]);
}

function contextOf(account: Account, container: Container): EvaluationContext {
  const { distanceOf } = planPolicyOf(container);
  return {
    now: account.clock.now(),
    random: () => account.randomness.fraction(),
    ...(distanceOf && { distanceOf }),
    geospatialType: container.definition.geospatialConfig.type,
  };
}
