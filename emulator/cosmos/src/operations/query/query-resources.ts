import type { Account } from '../../account/account.ts';
import type { JsonValue } from '../../model/json.ts';
import { type FeedPage, type ResourceFeed, toFeedJson } from '../feed.ts';
import type { OperationResult } from '../result.ts';
import { queryCharge } from '../throughput/request-charge.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { QueryBody } from './query-documents.ts';

export interface QueryResourcesInput extends FeedPage {
  readonly body: QueryBody;
}

/** One page of a query over a feed. @throws CosmosError BadRequest for a mistake in the query */
export function queryResources(account: Account, feed: ResourceFeed, input: QueryResourcesInput): OperationResult {
  const { body, maxItemCount, continuation } = input;
  const query = account.queries.compile(body.text, body.parameters);
  const request = JSON.stringify([feed.parentRid, feed.name, body.text, body.parameters]);
  const start = continuation === undefined ? 0 : offsetOf(account.continuations.read(continuation, request));
  const documents = feed.resources.map((text) => JSON.parse(text) as JsonValue); // our own text
  const context = { now: account.clock.now(), random: () => account.randomness.fraction() };
  const rows = [...query.run(documents, context)];
  const page = rows.slice(start, start + maxItemCount).map((row) => JSON.stringify(row));
  const end = start + page.length;
  return {
    status: 200,
    body: toFeedJson(feed.parentRid, feed.name, page),
    charge: queryCharge({ items: feed.resources.length, sizeInBytes: 0 }),
    itemCount: page.length,
    ...(end < rows.length && {
      continuation: account.continuations.issue(encodeCursor({ kind: 'offset', offset: end }), request),
    }),
  };
}

function offsetOf(value: JsonValue): number {
  const cursor = decodeCursor(value, () => []);
  return cursor.kind === 'offset' ? cursor.offset : 0;
}
