import type { Account } from '../../account/account.ts';
import type { JsonValue } from '../../model/json.ts';
import { type FeedPage, type ResourceFeed, toFeedJson } from '../feed.ts';
import type { OperationResult } from '../result.ts';
import { queryCharge } from '../throughput/request-charge.ts';
import { readRows } from './document-rows.ts';
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
  const request = JSON.stringify([feed.parentRid, feed.name, body.text, body.parameters]);
  const start = continuation === undefined ? 0 : offsetOf(account.continuations.read(continuation, request));
  const text = { ...body, computed: [] };
  const { rows, hasMore } = await readRows(account, text, { documents: feed.resources, start, maxItemCount, isClosed });
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

function offsetOf(value: JsonValue): number {
  const cursor = decodeCursor(value, () => []);
  return cursor.kind === 'offset' ? cursor.offset : 0;
}
