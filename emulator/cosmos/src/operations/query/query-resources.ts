import type { Account } from '../../account/account.ts';
import type { JsonValue } from '../../model/json.ts';
import type { CompiledQuery } from '../../query/compile-query.ts';
import { YIELD } from '../../query/execute/evaluation-frame.ts';
import type { QueryTurns } from '../../query/execute/query-turns.ts';
import { type FeedPage, type ResourceFeed, toFeedJson } from '../feed.ts';
import type { OperationResult } from '../result.ts';
import { queryCharge } from '../throughput/request-charge.ts';
import type { QueryBody } from './query-scope.ts';
import { decodeCursor, encodeCursor } from './read-query-page.ts';

export interface QueryResourcesInput extends FeedPage {
  readonly body: QueryBody;
  /** Whether the client has left, so that the query can end. */
  isClosed(): boolean;
}

/** One page of a query over a feed. @throws CosmosError BadRequest for a mistake in the query */
export async function queryResources(
  account: Account,
  feed: ResourceFeed,
  input: QueryResourcesInput,
): Promise<OperationResult> {
  const { body, maxItemCount, continuation, isClosed } = input;
  await account.queryScheduler.turn();
  const query = account.queries.compile(body.text, body.parameters);
  const request = JSON.stringify([feed.parentRid, feed.name, body.text, body.parameters]);
  const start = continuation === undefined ? 0 : offsetOf(account.continuations.read(continuation, request));
  const { rows, hasMore } = await account.queryScheduler.run(isClosed, (turns) =>
    readRows(account, query, { feed, start, maxItemCount, turns }),
  );
  const page = rows.map((row) => JSON.stringify(row));
  const end = start + page.length;
  return {
    status: 200,
    body: toFeedJson(feed.parentRid, feed.name, page),
    charge: queryCharge({ items: feed.resources.length, sizeInBytes: 0 }),
    itemCount: page.length,
    ...(hasMore && {
      continuation: account.continuations.issue(encodeCursor({ kind: 'offset', offset: end }), request),
    }),
  };
}

/** The rows of one page, from `start` on. */
interface RowRange {
  readonly feed: ResourceFeed;
  readonly start: number;
  readonly maxItemCount: number;
}

async function readRows(
  account: Account,
  query: CompiledQuery,
  { feed, start, maxItemCount, turns }: RowRange & { readonly turns: QueryTurns },
): Promise<{ readonly rows: readonly JsonValue[]; readonly hasMore: boolean }> {
  const documents = feed.resources.map((text) => JSON.parse(text) as JsonValue); // our own text
  const context = { now: account.clock.now(), random: () => account.randomness.fraction() };
  const rows: JsonValue[] = [];
  let seen = 0;
  for (const row of query.steps(documents, context, { limits: turns.limits })) {
    if (turns.isOver()) await turns.next();
    if (row === YIELD) continue;
    seen += 1;
    if (seen > start + maxItemCount) return { rows, hasMore: true };
    if (seen > start) rows.push(row);
  }
  return { rows, hasMore: false };
}

function offsetOf(value: JsonValue): number {
  const cursor = decodeCursor(value, () => []);
  return cursor.kind === 'offset' ? cursor.offset : 0;
}
