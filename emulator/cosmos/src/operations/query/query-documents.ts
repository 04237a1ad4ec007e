import type { Account } from '../../account/account.ts';
import type { Container } from '../../account/container.ts';
import { queryCharge } from '../../model/request-charge.ts';
import type { EvaluationContext } from '../../query/index.ts';
import type { FeedPage } from '../feed-page.ts';
import type { FeedScope } from '../feed-scope.ts';
import { toFeedJson } from '../resource-json.ts';
import type { OperationResult } from '../result.ts';
import { refuseToMerge } from './fan-out.ts';
import type { QueryBody } from './query-body.ts';
import { readQueryPage } from './query-page.ts';
import { planPolicyOf } from './query-plan.ts';
import { decodePosition, encodePosition } from './query-position.ts';
import { selectForQuery } from './query-scope.ts';

export interface QueryDocumentsInput extends FeedPage {
  readonly body: QueryBody;
  readonly scope: FeedScope;
}

/**
 * One page of a query over the items of a container.
 *
 * @throws CosmosError BadRequest for a mistake in the query; BadRequest, substatus 1004, with the plan when the client has to ask each
 * physical partition and merge
 */
export async function queryDocuments(
  account: Account,
  container: Container,
  input: QueryDocumentsInput,
): Promise<OperationResult> {
  const { body, scope, maxItemCount, continuation } = input;
  const query = account.queries.compile(body.text, body.parameters);
  refuseToMerge(container, query, scope);
  const feed = selectForQuery(container, query, scope);
  const request = identityOf(container, input);
  const position = continuation === undefined ? undefined : account.continuations.read(continuation, request);
  const page = await readQueryPage(account, {
    query,
    feed,
    maxItemCount,
    context: contextOf(account, container),
    ...(position !== undefined && { position: decodePosition(position) }),
  });
  const [only, ...others] = feed.selections;
  return {
    status: 200,
    body: toFeedJson(container.rid, 'Documents', page.rows),
    charge: queryCharge(page.loaded),
    container,
    itemCount: page.rows.length,
    ...(only && others.length === 0 && { range: only.range }),
    ...(page.next && { continuation: account.continuations.issue(encodePosition(page.next), request) }),
  };
}

/** What a continuation token is bound to. */
function identityOf({ rid }: Container, { body, scope }: QueryDocumentsInput): string {
  return JSON.stringify([rid, body.text, body.parameters, scope]);
}

function contextOf(account: Account, container: Container): EvaluationContext {
  const { distanceFunction } = planPolicyOf(container);
  return {
    now: account.clock.now(),
    random: () => account.randomness.fraction(),
    ...(distanceFunction && { distanceFunction }),
  };
}
